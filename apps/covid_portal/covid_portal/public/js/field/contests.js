// One report, two lines: who is accountable and who entered it; contested figures with both values, and what settles
// them. What a user may do here the server says with each contest; it checks again when it is done.

import { __ } from "./i18n.js";
import { announce, h } from "./dom.js";
import { clockNear, figure, readFigure } from "./format.js";
import { problemNotice } from "./notices.js";

/** Who answers for the report, and who typed it where that is another unit. */
export function accountability({ unit_name, entered_by, report }) {
	if (!report || !unit_name) return null;
	const by = entered_by && entered_by !== unit_name ? ` · ${__("entered by {0}", entered_by)}` : "";
	return h("p", { class: "hint accountable" }, `${__("Accountable: {0}", unit_name)}${by}`);
}

/** In words what stands against what: pure, for the list and for screen readers. */
export function contestText({ label, stated, proposed, by_unit }) {
	return __("{0}: {1} reported, {2} says {3}", label, shown(stated), by_unit, figure(proposed));
}

export function outcomeText({ state, settled, settled_by, settlement_reason }) {
	if (state === "Settled") return __("Settled on {0} by {1}: {2}", shown(settled), settled_by, settlement_reason);
	return state === "Withdrawn" ? __("The contest was withdrawn.") : __("Not settled yet");
}

function shown(value) {
	return value === null || value === undefined ? __("not reported") : figure(value);
}

/** The contests of the report and, where the user may, a way to contest a figure; null where there is neither. */
export function contestSection(data, api, done) {
	const contests = data.contests || [];
	if (!contests.length && !data.can_contest) return null;
	const acts = new Acts(api, done);
	const rows = contests.map((contest) => contestItem(contest, data, acts));
	return h(
		"section",
		{ class: "group read contests" },
		h("h2", {}, h("span", {}, __("Contested figures"))),
		rows.length ? h("ul", { class: "history" }, rows) : null,
		acts.notice,
		data.can_contest ? contestForm(data, acts) : null,
	);
}

/** One act at a time; a refusal is said here, a success shows the report anew. */
class Acts {
	constructor(api, done) {
		Object.assign(this, { api, done, busy: false });
		this.notice = h("div", { class: "contest-notice" });
	}

	async run(call) {
		if (this.busy) return;
		this.busy = true;
		this.notice.replaceChildren();
		try {
			const result = await call(this.api);
			announce(result.message);
			await this.done();
		} catch (problem) {
			this.notice.replaceChildren(problemNotice(problem));
			announce(this.notice.textContent);
		} finally {
			this.busy = false;
		}
	}
}

function contestItem(contest, data, acts) {
	return h(
		"li",
		{},
		h("b", {}, contestText(contest)),
		h("p", {}, contest.reason),
		h("p", { class: "previous" }, `${clockNear(contest.at, data.slot.slot_time)} · ${outcomeText(contest)}`),
		contest.can_settle ? settlement(contest, acts) : null,
		contest.can_withdraw ? button(__("Withdraw the contest"), () => acts.run((api) => api.withdrawContest(contest.contest))) : null,
	);
}

function settlement(contest, acts) {
	const reason = reasonField(`settle-${contest.contest}`, __("Why it is settled so"));
	const settle = (value) => reason.given((words) => acts.run((api) => api.settle(contest.contest, words, value)));
	return h(
		"div",
		{ class: "field contest-field" },
		reason.element,
		h(
			"p",
			{ class: "acts" },
			button(__("Take {0}", figure(contest.proposed)), () => settle(contest.proposed)),
			button(__("Keep {0}", shown(contest.current)), () => settle(null)),
		),
	);
}

function contestForm(data, acts) {
	const options = data.groups.map((group) =>
		h("optgroup", { label: group.label }, group.indicators.map(({ fieldname, label, value }) => h("option", { value: fieldname }, `${label}: ${shown(value)}`))),
	);
	const select = h("select", { id: "contest-field" }, h("option", { value: "" }, __("Choose the figure")), options);
	const value = h("input", { id: "contest-value", type: "text", inputmode: "numeric", autocomplete: "off", maxlength: "11" });
	const reason = reasonField("contest-reason", __("Why: what your unit's records say"));
	const send = () => {
		const { value: proposed, invalid } = readFigure(value.value);
		if (!select.value) return select.focus();
		if (invalid || proposed === null) return value.focus();
		return reason.given((words) => acts.run((api) => api.contest(data.report, select.value, proposed, words)));
	};
	return h(
		"details",
		{ class: "contest-form" },
		h("summary", {}, __("Contest a figure")),
		h(
			"div",
			{ class: "field contest-field" },
			h("label", { for: select.id }, __("Figure")),
			select,
			h("label", { for: value.id }, __("Figure of your unit")),
			value,
			reason.element,
			h("p", { class: "acts" }, button(__("Contest it"), send)),
		),
	);
}

/** A mandatory sentence: `given` calls back with it, or says that it is missing. */
function reasonField(id, label) {
	const textarea = h("textarea", { id, rows: "2", maxlength: "500", "aria-describedby": `${id}-error` });
	const error = h("p", { class: "error", id: `${id}-error` });
	const given = (act) => {
		const words = textarea.value.trim();
		error.textContent = words ? "" : __("Please give the reason in a sentence.");
		return words ? act(words) : textarea.focus();
	};
	return { element: h("div", {}, h("label", { for: id }, label), textarea, error), given };
}

function button(label, act) {
	return h("button", { type: "button", class: "button", onclick: act }, label);
}
