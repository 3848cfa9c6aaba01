// The matrix itself: a grid of links that the arrow keys walk through, one tab stop in all.

import { __ } from "../field/i18n.js";
import { h } from "../field/dom.js";
import { clock, figure, shortDate } from "../field/format.js";
import { plainTitle } from "../field/due.js";
import { letter, sentLate, standing, sum, words } from "./states.js";
import { walk } from "./keys.js";

/** `chosen`: the slot whose column is marked; `choose(slot)` is called for another one. */
export function matrixTable({ slots, rows, area }, chosen, choose) {
	const mark = (slot) => (slot.slot === chosen ? "chosen" : null);
	const table = h(
		"table",
		{ class: "matrix", role: "grid", "aria-label": __("Reports of {0} by slot", area.area_name), "aria-rowcount": rows.length + 2 },
		h("thead", {}, days(slots), times(slots, chosen, choose)),
		h("tbody", {}, rows.map((row) => h("tr", {}, rowHead(row), slots.map((slot) => cell(row, slot, mark(slot)))))),
		rows.length > 1 ? h("tfoot", {}, totals(slots, rows, mark)) : null,
	);
	walk(table);
	return table;
}

/** The days, each over its slots. */
function days(slots) {
	const groups = [];
	for (const slot of slots) {
		const day = slot.slot_time.slice(0, 10);
		if (groups.at(-1)?.day === day) groups.at(-1).count += 1;
		else groups.push({ day, count: 1 });
	}
	const heads = groups.map(({ day, count }) => h("th", { class: "day", scope: "colgroup", colspan: count }, h("span", {}, shortDate(day))));
	return h("tr", {}, h("th", { class: "corner", rowspan: 2, scope: "col" }, __("Area")), heads);
}

function times(slots, chosen, choose) {
	return h(
		"tr",
		{},
		slots.map((slot) => {
			const pressed = slot.slot === chosen;
			const label = __("Show {0}", plainTitle(slot));
			const attributes = { type: "button", class: "time", "aria-pressed": String(pressed), "aria-label": label, "data-key": `time ${slot.slot}` };
			return h("th", { scope: "col", class: pressed ? "chosen" : null }, h("button", { ...attributes, onclick: () => choose(slot.slot) }, clock(slot.slot_time)));
		}),
	);
}

/** The name leads where its cells lead: for the mouse, not one more tab stop. */
function rowHead(row) {
	const name = row.is_group ? h("a", { href: `#/${encodeURIComponent(row.area)}`, tabindex: "-1", "data-key": `row ${row.area}` }, row.area_name) : row.area_name;
	return h("th", { scope: "row" }, name);
}

function cell(row, slot, mark) {
	const found = row.cells[slot.slot];
	const content = !found ? nothing(row, slot) : row.is_group ? groupLink(row, slot, found) : reportLink(row, slot, found);
	return h("td", { role: "gridcell", class: mark }, content);
}

function nothing(row, slot) {
	return h("span", { class: "cell none", tabindex: "-1", "aria-label": label(row, slot, __("owes nothing")) }, "");
}

function groupLink(row, slot, found) {
	const { key, text } = standing(found);
	const count = __("{0} of {1} reported", figure(found.reported), figure(found.expected));
	const link = h(
		"a",
		{ class: `cell count is-${key}`, href: `#/${encodeURIComponent(row.area)}`, "aria-label": label(row, slot, `${count}, ${text}`) },
		...groupContent(found, text),
	);
	link.style.setProperty("--share", found.expected ? found.reported / found.expected : 1);
	return keyed(link, row, slot);
}

function groupContent(found, text) {
	return [h("b", {}, `${figure(found.reported)}/${figure(found.expected)}`), h("small", {}, text)];
}

function reportLink(row, slot, found) {
	const late = sentLate(found);
	const text = words(found.state) + (late ? `, ${__("sent late")}` : "");
	const place = found.report ? `/app/situation-report/${encodeURIComponent(found.report)}` : `/app/report-obligation/${encodeURIComponent(found.obligation)}`;
	const attributes = { class: `cell report is-${found.state}`, href: place, title: `${row.area_name}: ${text}`, "aria-label": label(row, slot, text) };
	return keyed(h("a", attributes, letter(found.state), late ? h("sup", {}, "*") : null), row, slot);
}

function keyed(link, row, slot) {
	link.dataset.key = `${row.area} ${slot.slot}`;
	link.tabIndex = -1;
	return link;
}

function label(row, slot, text) {
	return `${row.area_name}, ${plainTitle(slot)}: ${text}`;
}

function totals(slots, rows, mark) {
	const cells = slots.map((slot) => {
		const total = sum(rows.map((row) => row.cells[slot.slot]).filter(Boolean));
		const { key, text } = standing(total);
		return h("td", { role: "gridcell", class: mark(slot) }, h("span", { class: `cell count total is-${key}`, tabindex: "-1" }, ...groupContent(total, text)));
	});
	return h("tr", {}, h("th", { scope: "row" }, __("Together")), cells);
}
