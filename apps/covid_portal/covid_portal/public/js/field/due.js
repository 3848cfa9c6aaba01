// First screen: what is due from my units, until when, and how the last ones went.

import { __ } from "./i18n.js";
import { h, setText } from "./dom.js";
import { clockNear, hour, longDate, wall } from "./format.js";
import * as clock from "./clock.js";
import { isLocked, stateOf } from "./states.js";

const WAITING = "/cho-duyet";

export function dueScreen(due, drafts) {
	const now = clock.now();
	const rows = due.obligations.map((obligation) => ({
		obligation,
		state: stateOf(obligation, now),
		unsent: Boolean(drafts.read(obligation.slot, obligation.area)),
	}));
	const mine = new Set(due.units.map(({ unit }) => unit));
	const own = rows.filter(({ obligation }) => mine.has(obligation.unit));
	const others = rows.filter(({ obligation }) => !mine.has(obligation.unit));
	const todo = own.filter(({ state }) => state.todo);
	const rest = own.filter(({ state }) => !state.todo);
	return h(
		"div",
		{ class: new Set(own.map(({ obligation }) => obligation.area)).size > 1 ? "due many-areas" : "due" },
		h("h1", { id: "screen-title", tabindex: "-1" }, __("Reports of your unit")),
		units(due.units),
		todo.length ? h("ul", { class: "tasks" }, bySlot(todo).flatMap(tasks)) : nothingDue(due, own, others),
		rest.length ? earlier(rest) : null,
		others.length ? supervised(others) : null,
	);
}

function units(list) {
	const names = [...new Set(list.map((unit) => unit.unit_name))];
	return names.length ? h("p", { class: "units" }, names.join(" · ")) : null;
}

function nothingDue(due, own, others) {
	return h("p", { class: "notice" }, nothingText(due, own, others));
}

function nothingText(due, own, others) {
	if (own.length) return __("Nothing is due at the moment.");
	if (others.length) return __("Your unit does not report itself; it looks after the reports below.");
	if (due.units.length) return __("No slot is open for your unit yet.");
	return __("No unit is assigned to this account. Please ask the portal administrator.");
}

function bySlot(rows) {
	const slots = new Map();
	for (const row of rows) slots.set(row.obligation.slot, [...(slots.get(row.obligation.slot) || []), row]);
	return [...slots.values()];
}

/** A card each, or, where one slot asks for many areas, one card with a list. */
function tasks(rows) {
	return rows.length <= 3 ? rows.map(task) : [taskList(rows)];
}

function taskList(rows) {
	const { obligation } = rows[0];
	return h(
		"li",
		{ class: "task todo" },
		h("h2", {}, slotTitle(obligation)),
		deadline(obligation),
		h("ul", { class: "task-rows" }, rows.map((row) => h("li", {}, areaRow(row)))),
	);
}

function areaRow({ obligation, state }) {
	return h(
		"a",
		{ class: "row", href: route(obligation) },
		h("b", {}, obligation.area_name),
		h("span", { class: `state ${state.tone}` }, state.text),
	);
}

function task({ obligation, state, unsent }) {
	return h(
		"li",
		{ class: `task ${state.tone}` },
		h("h2", {}, slotTitle(obligation)),
		h("p", { class: "task-area" }, obligation.area_name),
		h("p", { class: `state ${state.tone}` }, state.text),
		reason(obligation, state),
		unsent ? h("p", { class: "unsent" }, __("Figures typed on this device have not been sent yet.")) : null,
		deadline(obligation),
		h(
			"a",
			{ class: "button main", href: route(obligation), "aria-label": `${actOf(state)}: ${plainTitle(obligation)}` },
			actOf(state),
		),
	);
}

function reason(obligation, state) {
	if (state.key !== "returned" || !obligation.return_reason) return null;
	return h("p", { class: "reason" }, __("Reason: {0}", obligation.return_reason));
}

function actOf(state) {
	if (state.key === "returned") return __("Correct and send again");
	return state.key === "draft" || state.key === "withdrawn" ? __("Go on") : __("Enter figures");
}

function earlier(rows) {
	return h(
		"section",
		{ class: "earlier" },
		h("h2", {}, __("Sent and earlier slots")),
		h("ul", {}, rows.map(earlierRow)),
	);
}

function earlierRow({ obligation, state }) {
	const late = obligation.is_late && (state.key === "sent" || state.key === "approved");
	const text = h(
		"span",
		{ class: "earlier-text" },
		h("b", {}, slotTitle(obligation)),
		h("span", { class: "task-area" }, obligation.area_name),
	);
	const mark = h("span", { class: `state ${state.tone}` }, state.text, late ? h("small", {}, __("sent late")) : null);
	if (state.key === "scheduled") return h("li", { class: "row" }, text, mark);
	return h("li", {}, h("a", { class: "row", href: route(obligation) }, text, mark));
}

/** Reports of other units that this user looks after: by slot, how many are in, and on demand which are not. */
function supervised(rows) {
	return h(
		"section",
		{ class: "earlier many-areas" },
		h("h2", {}, __("Units you look after")),
		h("div", { class: "slots" }, bySlot(rows).map(supervisedSlot)),
		h("p", { class: "acts" }, h("a", { class: "button main", href: WAITING }, __("What awaits my decision"))),
	);
}

function supervisedSlot(rows) {
	const sent = rows.filter(({ state }) => state.key === "sent" || state.key === "approved").length;
	const count = __("{0} / {1} sent", sent, rows.length);
	const title = h("b", {}, slotTitle(rows[0].obligation));
	const details = h("details", {}, h("summary", { class: "row" }, title, h("span", { class: "state" }, count)));
	const fill = () => details.append(h("ul", {}, [...rows].sort(unsentFirst).map((row) => h("li", {}, areaRow(row)))));
	details.addEventListener("toggle", fill, { once: true });
	return details;
}

function unsentFirst(a, b) {
	return Number(b.state.todo) - Number(a.state.todo);
}

export function slotTitle({ slot_time }) {
	return [__("{0} slot", hour(slot_time)), ", ", h("span", { class: "date" }, longDate(slot_time))];
}

export function plainTitle({ slot_time }) {
	return `${__("{0} slot", hour(slot_time))}, ${longDate(slot_time)}`;
}

function route({ slot, area }) {
	return `#/${encodeURIComponent(slot)}/${encodeURIComponent(area)}`;
}

/** The time that counts now: the deadline, and once that has passed, the lock. It keeps itself up to date. */
function deadline(obligation) {
	const left = h("b", {});
	const until = h("span", {});
	const element = h("p", { class: "deadline" }, left, ", ", until);
	element.tick = () => showDeadline(obligation, element, left, until);
	element.classList.add("ticking");
	element.tick();
	return element;
}

function showDeadline(obligation, element, left, until) {
	const { late, text, left: rest } = clock.until(obligation.due_at);
	element.classList.toggle("late", late);
	element.classList.toggle("soon", !late && rest < 15 * 60 * 1000);
	setText(left, late ? __("{0} late", text) : __("{0} left", text));
	setText(until, deadlineText(obligation, late));
}

export function deadlineText({ due_at, locks_at, slot_time, slot_state }, late) {
	const due = __("due {0}", clockNear(due_at, slot_time));
	if (!late || Number.isNaN(wall(locks_at)) || isLocked({ locks_at, slot_state }, clock.now())) return due;
	return `${due}, ${__("can be sent until {0}", clockNear(locks_at, slot_time))}`;
}
