// The dialog before an act: rows with warnings on top, each to be ticked on purpose; a reason where the act needs one.

import { __ } from "../field/i18n.js";
import { h } from "../field/dom.js";
import { figure } from "../field/format.js";
import * as acts from "./acts.js";
import { warnings } from "./list.js";
import { chosen, commonSteps, hasWarnings, keyOf } from "./rows.js";

/**
 * Asks, for the chosen groups; resolves to {groups, reason, returnTo} (the step's number, 0: the author), or to null where the
 * user thinks better of it.
 */
export function ask(act, groups) {
	return new Promise((resolve) => new Question(act, groups, resolve).show());
}

class Question {
	constructor(act, groups, resolve) {
		Object.assign(this, { act, groups, resolve });
		this.asksWarned = act === "Approve";
		const entries = groups.flatMap((group) => group.rows.map((row) => ({ key: keyOf(group, row), row })));
		this.warned = this.asksWarned ? entries.filter(({ row }) => hasWarnings(row)) : [];
		this.others = this.asksWarned ? entries.filter(({ row }) => !hasWarnings(row)) : entries;
		this.steps = act === "Return" ? commonSteps(groups) : [];
		this.returnTo = 0;
		this.ticked = new Set(this.others.map(({ key }) => key));
	}

	show() {
		this.error = h("p", { class: "error", id: "question-error", role: "alert" });
		this.confirm = h("button", { class: "button main" });
		this.reason = acts.NEEDS_REASON.has(this.act) ? h("textarea", { id: "question-reason", rows: "3", maxlength: "500", "aria-describedby": "question-hint question-error" }) : null;
		this.element = h("dialog", { class: "question", "aria-labelledby": "question-title", onclose: () => this.end(null) }, this.form());
		this.count();
		document.body.append(this.element);
		this.element.showModal();
		(this.element.querySelector("input:checked") || this.reason || this.element.querySelector("input, .button")).focus();
	}

	form() {
		const cancel = h("button", { type: "button", class: "button", onclick: () => this.element.close() }, __("Go back"));
		return h(
			"form",
			{ novalidate: true, onsubmit: (event) => this.submit(event) },
			h("h2", { id: "question-title" }, acts.title(this.act, this.warned.length + this.others.length)),
			h("div", { class: "question-body" }, this.warnedPart(), this.othersPart(), this.wayBackPart(), this.reasonPart()),
			h("div", { class: "question-foot" }, this.error, h("p", { class: "acts" }, this.confirm, cancel)),
		);
	}

	warnedPart() {
		if (!this.warned.length) return null;
		return h(
			"fieldset",
			{ class: "question-warned" },
			h("legend", {}, __("{0} with warnings: only those you tick are approved", figure(this.warned.length))),
			this.warned.map((entry) => this.warnedRow(entry)),
		);
	}

	warnedRow({ key, row }) {
		const box = h("input", { type: "checkbox" });
		box.addEventListener("change", () => {
			this.ticked[box.checked ? "add" : "delete"](key);
			this.count();
		});
		const name = h("label", { class: "tick-row" }, box, h("span", {}, h("b", {}, row.title), row.details.length ? h("small", {}, row.details.join(" · ")) : null));
		return h("div", { class: "paper warned" }, name, warnings(row));
	}

	othersPart() {
		if (!this.others.length) return null;
		const names = h("p", { class: "names" }, this.others.map(({ row }) => row.title).join(", "));
		if (!this.warned.length) return names;
		return h("details", {}, h("summary", {}, __("{0} without warnings", figure(this.others.length))), names);
	}

	wayBackPart() {
		if (!this.steps.length) return null;
		const all = [{ step: 0, title: __("The author") }, ...this.steps.map(({ step, title }) => ({ step, title: __("Step {0}: {1}", step, title) }))];
		return h("fieldset", { class: "way-back" }, h("legend", {}, __("Back to")), all.map((one) => this.wayBackRow(one)));
	}

	wayBackRow({ step, title }) {
		const choose = () => {
			this.returnTo = step;
			this.hint.textContent = acts.hint(this.act, step);
		};
		return h("label", { class: "tick-row" }, h("input", { type: "radio", name: "back-to", value: step, checked: step === this.returnTo, onchange: choose }), h("span", {}, title));
	}

	reasonPart() {
		if (!this.reason) return null;
		this.hint = h("p", { class: "hint", id: "question-hint" }, acts.hint(this.act));
		return h("div", { class: "field contest-field" }, h("label", { for: "question-reason" }, __("Reason")), this.reason, this.hint);
	}

	count() {
		this.confirm.textContent = this.ticked.size ? acts.labelWith(this.act, this.ticked.size) : acts.label(this.act);
		this.error.textContent = "";
	}

	submit(event) {
		event.preventDefault();
		const reason = this.reason?.value.trim();
		if (!this.ticked.size) return this.refuse(__("Nothing is ticked."), this.element.querySelector("input"));
		if (this.reason && !reason) return this.refuse(__("Please give the reason in a sentence."), this.reason);
		return this.end({ groups: chosen(this.groups, this.ticked), reason, returnTo: this.returnTo });
	}

	refuse(words, place) {
		this.error.textContent = words;
		place?.focus();
	}

	end(answer) {
		if (!this.element.isConnected) return;
		this.element.remove();
		this.resolve(answer);
	}
}
