// The inbox as a list: a section for each kind of document, in it those with warnings before the rest, by deadline.

import { __ } from "../field/i18n.js";
import { h, setText } from "../field/dom.js";
import { clockNear, figure } from "../field/format.js";
import * as clock from "../field/clock.js";
import { keyOf, parts } from "./rows.js";

const SOON = 30 * 60 * 1000;

/** `page`: {now, chosen: Set of keys, failed: Map of key → sentence, choose(keys, on)} */
export function groupSection(group, page) {
	const { warned, plain } = parts(group.rows);
	const titleId = `group-${group.doctype.replaceAll(" ", "-")}`;
	return h(
		"section",
		{ class: "waiting", "aria-labelledby": titleId },
		h("div", { class: "waiting-head" }, h("h2", { id: titleId }, group.label, " ", h("span", { class: "count" }, figure(group.rows.length))), choices(group, plain, page)),
		warned.length ? part(__("With warnings: look at each one"), warned, group, page) : null,
		plain.length ? part(warned.length ? __("Without warnings") : null, plain, group, page) : null,
	);
}

function choices(group, plain, page) {
	const keys = (rows) => rows.map((row) => keyOf(group, row));
	const all = keys(group.rows);
	const some = all.length > plain.length && plain.length;
	const any = all.some((key) => page.chosen.has(key));
	const button = (words, name, act) => h("button", { type: "button", class: "button small", "data-key": `${group.doctype}\n${name}`, onclick: act }, words);
	return h(
		"p",
		{ class: "choices", role: "group", "aria-label": __("Choose in {0}", group.label) },
		some ? button(__("Choose the {0} without warnings", figure(plain.length)), "plain", () => page.choose(keys(plain), true)) : null,
		button(__("Choose all {0}", figure(all.length)), "all", () => page.choose(all, true)),
		any ? button(__("Choose none"), "none", () => page.choose(all, false)) : null,
	);
}

function part(title, rows, group, page) {
	return h("div", { class: "part" }, title ? h("h3", {}, title) : null, h("ul", { class: "papers" }, rows.map((row) => paper(row, group, page))));
}

function paper(row, group, page) {
	const key = keyOf(group, row);
	const on = page.chosen.has(key);
	const failed = page.failed.get(key);
	const box = h("input", { type: "checkbox", checked: on, "data-key": key, onchange: () => page.choose([key], box.checked) });
	return h(
		"li",
		{ class: ["paper", row.warnings.length && "warned", on && "chosen"].filter(Boolean).join(" ") },
		h("label", { class: "tick" }, box, h("span", { class: "unseen" }, __("Choose {0}", row.title))),
		h(
			"div",
			{ class: "paper-text" },
			failed ? h("p", { class: "failed" }, h("b", {}, __("Not decided: ")), failed) : null,
			warnings(row),
			h("h4", {}, h("a", { href: pageOf(row) }, row.title)),
			row.details.length ? h("p", { class: "details" }, row.details.map((text) => h("span", {}, text, " "))) : null,
			h("p", { class: "where" }, `${row.step}, ${row.unit_name}`),
			marks(row),
			row.together.length ? h("p", { class: "where" }, __("At the same time with {0}", row.together.join(", "))) : null,
		),
		dueMark(row, page.now),
	);
}

/** The Desk's form is slow and long on a phone. */
function pageOf({ link, phone_link: small }) {
	return small && matchMedia("(max-width: 640px)").matches ? small : link;
}

export function warnings(row) {
	if (!row.warnings.length) return null;
	return h("ul", { class: "warnings", "aria-label": __("Warnings") }, row.warnings.map((text) => h("li", {}, text)));
}

function marks(row) {
	const words = [];
	if (row.on_behalf_of) words.push(__("on behalf of {0}", row.on_behalf_of));
	if (row.escalated) words.push(__("passed up, because it is late"));
	if (row.approvals > 1) words.push(__("{0} of {1} approvals", figure(row.approved), figure(row.approvals)));
	if (row.approvals === 0) words.push(__("{0} approvals; all with the duty must approve", figure(row.approved)));
	return words.length ? h("p", { class: "marks" }, words.map((text) => h("span", { class: "mark" }, text))) : null;
}

export function isLate(row) {
	return Boolean(row.due_at) && clock.until(row.due_at).late;
}

/** The deadline with what is left of it; it keeps itself up to date. */
function dueMark(row, now) {
	if (!row.due_at) return h("p", { class: "due-mark" }, h("span", {}, __("no deadline")));
	const left = h("b", {});
	const element = h("p", { class: "due-mark ticking" }, left, h("span", {}, __("due {0}", clockNear(row.due_at, now))));
	element.tick = () => {
		const { late, text, left: rest } = clock.until(row.due_at);
		element.classList.toggle("late", late);
		element.classList.toggle("soon", !late && rest < SOON);
		setText(left, late ? __("{0} late", text) : __("{0} left", text));
	};
	element.tick();
	return element;
}
