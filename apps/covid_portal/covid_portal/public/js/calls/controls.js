// What the forms of /tiep-nhan are made of.

import { __ } from "../field/i18n.js";
import { h } from "../field/dom.js";

export function text(name, longest, type = "text", more = {}) {
	return h("input", { id: name, name, type, maxlength: String(longest), autocomplete: "off", ...more });
}

export function field(id, label, control) {
	return h("p", { class: "field" }, h("label", { for: id }, label), control);
}

/** `rows`: [{code, name}] */
export function select(name, rows) {
	return h("select", { id: name, name }, h("option", { value: "" }, __("Choose …")), rows.map((row) => h("option", { value: row.code }, row.name)));
}

export function tick(name, label) {
	return h("label", { class: "choice", for: name }, h("input", { type: "checkbox", id: name, name, value: "1" }), h("span", {}, label));
}

/** A field in which the first letters find one of many; `code` gives what was meant. */
export class Finder {
	constructor(name, label, pairs) {
		this.codes = new Map(pairs);
		this.list = h("datalist", { id: `${name}-list` }, pairs.map(([shown]) => h("option", { value: shown })));
		this.field = field(name, label, text(name, 140, "text", { list: `${name}-list` }));
	}

	/** What is none of them goes as it was typed: the answer says what is wrong. */
	code(typed) {
		return typed ? (this.codes.get(typed) ?? typed) : "";
	}
}

export function communes(places) {
	return places.flatMap((whole) => whole.communes.map((one) => [`${one.name}, ${whole.name}`, one.code]));
}

export function notice(kind, lines) {
	return h("div", { class: `notice ${kind}` }, lines.map((line) => h("p", {}, line)));
}

export function said(problem) {
	if (problem.kind === "offline") return [__("No connection. Nothing is lost: send it again.")];
	return problem.messages?.length ? problem.messages : [__("This did not work. Reload the page and try again.")];
}
