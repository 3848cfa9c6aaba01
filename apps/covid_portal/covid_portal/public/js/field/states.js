// How an obligation stands, in words. Pure: what the server says and the time decide.

import { __ } from "./i18n.js";
import { clockNear, wall } from "./format.js";

/**
 * {key, tone, text, todo} of one row of due(). tone: "todo", "late", "wait", "good", "bad", "closed"; todo: the unit
 * still has something to do here.
 */
export function stateOf(obligation, now) {
	const { workflow_state: workflow, slot_state: slot } = obligation;
	if (workflow === "Approved") return state("approved", "good", __("Approved"));
	if (workflow === "In Approval") return state("sent", "wait", __("Sent, waiting for the district"));
	if (workflow === "Refused") return state("refused", "bad", __("Refused"));
	if (obligation.state === "Excused") return state("excused", "closed", __("Excused from reporting"));
	if (isLocked(obligation, now)) return lockedState(workflow);
	if (workflow === "Returned") return state("returned", "bad", __("Returned for correction"), true);
	if (slot === "Scheduled" || wall(obligation.opens_at) > now) return notOpenYet(obligation);
	return openState(workflow, wall(obligation.due_at) < now);
}

export function isLocked(obligation, now) {
	return obligation.slot_state === "Locked" || wall(obligation.locks_at) <= now;
}

function lockedState(workflow) {
	if (workflow === "Returned") return state("locked", "bad", __("Locked while returned for correction"));
	if (workflow === "Draft" || workflow === "Withdrawn") return state("locked", "bad", __("Locked, the draft was not sent"));
	return state("locked", "bad", __("Locked, nothing was reported"));
}

function notOpenYet(obligation) {
	return state("scheduled", "closed", __("Opens at {0}", clockNear(obligation.opens_at, obligation.slot_time)));
}

function openState(workflow, late) {
	if (workflow === "Withdrawn") return state("withdrawn", late ? "late" : "todo", __("Withdrawn, not sent again yet"), true);
	if (workflow === "Draft") return state("draft", late ? "late" : "todo", late ? __("Draft, overdue") : __("Draft"), true);
	return state("missing", late ? "late" : "todo", late ? __("Not entered, overdue") : __("Not entered yet"), true);
}

function state(key, tone, text, todo = false) {
	return { key, tone, text, todo };
}
