// The three acts, in words. What they are called on the server is theirs: "Approve", "Return", "Refuse".

import { __ } from "../field/i18n.js";
import { figure } from "../field/format.js";

export const ACTS = ["Approve", "Return", "Refuse"];
export const NEEDS_REASON = new Set(["Return", "Refuse"]);

export function label(act) {
	return { Approve: __("Approve"), Return: __("Return"), Refuse: __("Refuse") }[act];
}

export function labelWith(act, count) {
	const number = figure(count);
	return { Approve: __("Approve {0}", number), Return: __("Return {0}", number), Refuse: __("Refuse {0}", number) }[act];
}

export function title(act, count) {
	const number = figure(count);
	return {
		Approve: __("Approve {0} documents", number),
		Return: __("Return {0} documents", number),
		Refuse: __("Refuse {0} documents", number),
	}[act];
}

/** What the reason is for; `step`: the number of the step it goes back to, 0 for the author. */
export function hint(act, step = 0) {
	if (step) return __("Who decides at this step reads it: say what to look at and why. From there it goes its way again; approvals before that step stay.");
	return {
		Return: __("The authors read this: say what to look at and why. They correct it and send it again."),
		Refuse: __("The authors read this. A refused document is closed: it cannot be sent again."),
	}[act];
}

export function done(act, count) {
	const number = figure(count);
	return { Approve: __("{0} approved.", number), Return: __("{0} returned.", number), Refuse: __("{0} refused.", number) }[act];
}
