// A group of figures: heading with its count, the fields, and the one helper it offers.

import { __ } from "./i18n.js";
import { h, setText, announce } from "./dom.js";

export class Group {
	/** onCopied() is called after the helper has filled fields; previousHour names the slot it copies from. */
	constructor(group, fields, { previousHour, onCopied }) {
		this.fields = fields;
		this.mandatory = fields.some((field) => field.indicator.mandatory);
		this.count = h("small", {});
		this.copy = h("button", { type: "button", class: "copy", hidden: true });
		this.copy.addEventListener("click", () => this.copyPrevious(onCopied));
		this.previousHour = previousHour;
		const heading = h("h2", {}, h("span", {}, group.label), this.count);
		const body = [...fields.map((field) => field.element), this.copy];
		this.element = this.mandatory
			? h("section", { class: "group" }, heading, body)
			: h("details", { class: "group", open: fields.some((field) => !field.blank) }, h("summary", {}, heading), body);
		this.refresh();
	}

	refresh() {
		const filled = this.fields.filter((field) => !field.blank).length;
		const missing = this.fields.filter((field) => field.indicator.mandatory && field.blank).length;
		const count = __("{0} / {1} entered", filled, this.fields.length);
		setText(this.count, this.mandatory ? count : `${__("optional")} · ${count}`);
		this.element.classList.toggle("complete", this.mandatory && missing === 0);
		this.refreshCopy();
	}

	refreshCopy() {
		const copyable = this.fields.filter((field) => field.copyable).length;
		this.copy.hidden = !this.previousHour || copyable === 0;
		if (this.copy.hidden) return;
		setText(this.copy, __("Copy the current numbers of the {0} slot into {1} blank fields", this.previousHour, copyable));
	}

	copyPrevious(onCopied) {
		const fields = this.fields.filter((field) => field.copyable);
		fields.forEach((field) => field.copyPrevious());
		fields[0]?.input.focus();
		announce(__("{0} fields copied, please check each.", fields.length));
		onCopied();
	}
}
