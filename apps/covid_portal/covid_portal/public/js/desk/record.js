// A document's way so far: its steps as a chain, and the decisions in order, as approval.timeline tells them.

import { h } from "../field/dom.js";
import { byNumber, drawChain } from "./chain.js";

const TONES = { Approved: "done", Pending: "now", Waiting: "later" };

export function recordSection({ steps, decisions }) {
	return h(
		"div",
		{ class: "approval-record" },
		steps.length ? drawChain(byNumber(steps, (step) => step.step).map((stage) => stage.map(stepBox)), __("Steps of this round")) : null,
		h("ol", { class: "approval-decisions", "aria-label": __("Decisions") }, [...decisions].reverse().map(decisionItem)),
	);
}

function stepBox(step) {
	const late = step.state === "Pending" && step.due_at && step.due_at < frappe.datetime.system_datetime();
	return {
		number: step.step,
		title: __(step.title),
		lines: [step.unit_name, __(step.duty), ...timing(step)],
		tone: TONES[step.state] || "ended",
		say: __(step.state),
		notes: [approvals(step), late && { text: __("Late"), tone: "bad" }, step.escalated_to && { text: passedUp(step), tone: "warn" }].filter(Boolean),
	};
}

function timing(step) {
	if (step.decided_at) return [moment(step.decided_at)];
	return step.due_at && step.state !== "Ended" ? [__("due {0}", [moment(step.due_at)])] : [];
}

/** "1 of 2 approvals", where more than one is asked for. */
function approvals({ approvals: asked, approved }) {
	if (asked === 1) return null;
	if (asked) return { text: __("{0} of {1} approvals", [approved, asked]) };
	return { text: __("{0} approvals; all with the duty must approve", [approved]) };
}

function passedUp({ approvals: asked, escalated_to: unit }) {
	return asked === 1 ? __("Passed up to {0}", [unit]) : __("Passed up to {0}: one approval there is enough", [unit]);
}

function decisionItem(row) {
	return h(
		"li",
		{ class: `approval-decision is-${row.decision.toLowerCase()}` },
		h("p", {}, h("b", {}, decisionText(row)), " · ", h("time", { datetime: row.at }, moment(row.at))),
		h("p", { class: "text-muted" }, [who(row), row.unit_name, row.duty && __(row.duty)].filter(Boolean).join(", ")),
		row.reason ? h("p", { class: "approval-reason" }, row.reason) : null,
		row.changes.length ? changes(row) : null,
	);
}

function decisionText({ decision, return_to: step, to_state: state }) {
	if (decision === "Return" && step) return __("Returned to step {0}", [step]);
	const texts = {
		Submit: __("Sent for approval"),
		Approve: state === "Approved" ? __("Approved: the last step") : __("Approved"),
		Return: __("Returned to the author"),
		Refuse: __("Refused"),
		Withdraw: __("Withdrawn by the author"),
		Reopen: __("Taken up again by the author, to change it"),
		Escalate: __("Passed up, because it is late"),
		Skip: __("Step left out, because it is late"),
	};
	return texts[decision] || __(decision);
}

function who({ user_name: name, automatic, by_portal: byPortal, on_behalf_of: principal }) {
	if (automatic) return __("The system, by the route");
	if (byPortal) return __("The portal's own account");
	return principal ? __("{0} on behalf of {1}", [name, principal]) : name;
}

function changes(row) {
	const count = row.changes.length;
	const head = [__("Field"), __("Before"), __("After")].map((text) => h("th", { scope: "col" }, text));
	const body = row.changes.map(({ label, old, new: now }) => h("tr", {}, [h("th", { scope: "row" }, label), h("td", {}, old || "–"), h("td", {}, now || "–")]));
	return h(
		"details",
		{},
		h("summary", {}, __("{0} fields were changed before this", [count])),
		h("div", { class: "approval-scroll" }, h("table", { class: "table table-sm" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, body))),
	);
}

export function moment(text) {
	const [day, time = ""] = String(text).split(/[ T]/);
	const [year, month, date] = day.split("-");
	return `${time.slice(0, 5)} ${Number(date)}/${Number(month)}/${year}`;
}
