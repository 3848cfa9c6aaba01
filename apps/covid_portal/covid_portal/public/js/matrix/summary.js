// The slot that is looked at, in words: how many have reported, who has not, and the reminder.

import { __ } from "../field/i18n.js";
import { h } from "../field/dom.js";
import { figure } from "../field/format.js";
import { plainTitle } from "../field/due.js";
import { percent, sum, words } from "./states.js";

const NAMED = ["late", "missing", "returned", "draft"];
const MOST_NAMED = 60;

/** `remind`: called with the slot and its button; null where the user is nobody's superior. */
export function slotSummary({ rows }, slot, remind) {
	const cells = rows.map((row) => ({ row, cell: row.cells[slot.slot] })).filter(({ cell }) => cell);
	const total = sum(cells.map(({ cell }) => cell));
	return h(
		"section",
		{ class: "summary", "aria-labelledby": "summary-title" },
		h("h2", { id: "summary-title" }, plainTitle(slot)),
		h("dl", { class: "rates" }, rate(__("Completeness"), total.reported, total.expected, __("reported")), rate(__("Timeliness"), total.on_time, total.expected, __("in time"))),
		others(total),
		named(cells),
		total.states.late && remind ? reminder(slot, total.states.late, remind) : null,
	);
}

function rate(title, part, whole, what) {
	const text = __("{0} of {1} {2}", figure(part), figure(whole), what);
	return h("div", {}, h("dt", {}, title), h("dd", {}, h("b", {}, percent(part, whole)), h("span", {}, text)));
}

/** What is not yet there, in one line. */
function others({ states, excused }) {
	const parts = ["late", "missing", "returned", "draft", "expected"].filter((state) => states[state]).map((state) => `${words(state)}: ${figure(states[state])}`);
	if (excused) parts.push(`${words("excused")}: ${figure(excused)}`);
	return h("p", { class: "others" }, parts.length ? parts.join(" · ") : __("Every report is there."));
}

/** The areas by name, those with the most first. */
function named(cells) {
	const lines = NAMED.map((state) => ({ state, areas: areasIn(state, cells) })).filter(({ areas }) => areas.length);
	if (!lines.length) return null;
	return h(
		"details",
		{},
		h("summary", {}, __("Which ones")),
		lines.map(({ state, areas }) => h("p", { class: "named" }, h("b", {}, `${words(state)}: `), areas.slice(0, MOST_NAMED).join(", "))),
	);
}

function areasIn(state, cells) {
	const found = cells.map(({ row, cell }) => ({ name: row.area_name, number: cell.states ? cell.states[state] || 0 : Number(cell.state === state), group: Boolean(cell.states) }));
	return found
		.filter(({ number }) => number)
		.sort((a, b) => b.number - a.number)
		.map(({ name, number, group }) => (group ? `${name} (${figure(number)})` : name));
}

function reminder(slot, late, remind) {
	const button = h("button", { type: "button", class: "button main" }, __("Remind all late units ({0})", figure(late)));
	button.addEventListener("click", () => remind(slot, button));
	return h("p", { class: "acts" }, button);
}
