// A report that cannot be edited: why, what it holds, what was decided about it.

import { __ } from "./i18n.js";
import { h } from "./dom.js";
import { clockNear, figure } from "./format.js";
import * as clock from "./clock.js";
import { stateOf } from "./states.js";

const DECISIONS = {
	Submit: () => __("Sent"),
	Approve: () => __("Approved"),
	Return: () => __("Returned for correction"),
	Refuse: () => __("Refused"),
	Withdraw: () => __("Withdrawn"),
};

export function readOnlyView(data, withState = true) {
	const { slot, due_at, locks_at, workflow_state } = data;
	const state = stateOf({ ...slot, due_at, locks_at, workflow_state, opens_at: slot.opens_at }, clock.now());
	return h(
		"div",
		{},
		withState ? h("p", { class: `state large ${state.tone}` }, state.text) : null,
		withState && data.reason ? h("p", { class: "closed-reason" }, data.reason) : null,
		returnedNotice(data),
		data.report ? data.groups.map((group) => readOnlyGroup(group)) : null,
		data.report ? explanations(data) : null,
		historyOf(data),
	);
}

/** Why the report came back, on top of everything. */
export function returnedNotice({ workflow_state, return_reason, decisions }) {
	if (workflow_state !== "Returned" || !return_reason) return null;
	const by = (decisions || []).find(({ decision }) => /^return/i.test(decision));
	const title = by?.by_unit ? __("Returned by {0}", by.by_unit) : __("Returned for correction");
	return h("div", { class: "notice bad returned" }, h("p", { class: "notice-title" }, title), h("p", {}, return_reason));
}

function readOnlyGroup(group) {
	const rows = group.indicators.map(({ label, value, previous }) =>
		h("div", {}, h("dt", {}, label, h("small", {}, __("previous slot: {0}", figure(previous)))), h("dd", {}, figureOrDash(value))),
	);
	return h("section", { class: "group read" }, h("h2", {}, h("span", {}, group.label)), h("dl", {}, rows));
}

function figureOrDash(value) {
	if (value !== null && value !== undefined) return figure(value);
	return h("span", { class: "none", title: __("not reported") }, h("span", { "aria-hidden": "true" }, "–"), h("span", { class: "unseen" }, __("not reported")));
}

function explanations(data) {
	const given = data.rules.filter((rule) => data.explanations?.[rule.name]);
	if (!given.length) return null;
	const rows = given.flatMap((rule) => [h("p", { class: "previous" }, rule.message), h("p", {}, data.explanations[rule.name])]);
	return h("section", { class: "group read" }, h("h2", {}, h("span", {}, __("Explanations"))), h("div", { class: "group-text" }, rows));
}

/** What was decided about this report, in the order the server gives. */
export function historyOf({ decisions, slot }) {
	if (!decisions?.length) return null;
	const rows = decisions.map(({ decision, by_unit, decided_at, reason }) =>
		h(
			"li",
			{},
			h("b", {}, (DECISIONS[decision] || (() => __(decision)))()),
			` · ${by_unit} · ${clockNear(decided_at, slot.slot_time)}`,
			reason ? h("p", {}, reason) : null,
		),
	);
	return h("section", { class: "group read" }, h("h2", {}, h("span", {}, __("Course of this report"))), h("ol", { class: "history" }, rows));
}
