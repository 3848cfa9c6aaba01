// The steps of a route as they stand in its form: what a document goes through, and what happens when nobody decides.

import { drawChain } from "./chain.js";
import { h } from "../field/dom.js";

/** `rows`: of Approval Route Step, in order. */
export function routePicture(rows) {
	if (!rows.length) return h("p", { class: "text-muted" }, __("Add the steps; the picture of the route grows here."));
	const start = { title: __("The author sends it"), lines: [], tone: "done" };
	const end = { title: __("Approved"), lines: [], tone: "done" };
	return drawChain([[start], ...stages(rows), [end]], __("The way of a document"));
}

function stages(rows) {
	const found = [];
	for (const row of rows) {
		if (row.parallel && found.length) found.at(-1).push(row);
		else found.push([row]);
	}
	return found.map((stage, index) => stage.map((row) => stepBox(row, index + 1)));
}

function stepBox(row, number) {
	return {
		number,
		title: row.title ? __(row.title) : __("Step without a name"),
		lines: [who(row), row.duty ? __(row.duty) : __("duty?"), approvals(row), hours(row)],
		notes: notes(row),
		dashed: Boolean(row.may_be_skipped),
		tone: "step",
	};
}

function who(row) {
	if (row.who === "Named Unit") return row.unit ? frappe.utils.get_link_title("Unit", row.unit) || row.unit : __("unit?");
	if (row.who === "Unit of a Type") return row.unit_type ? __("{0} over the area", [__(row.unit_type)]) : __("type of unit?");
	return __(row.who || "Superior Unit");
}

function approvals({ approvals: number }) {
	if (number === 1) return "";
	return number ? __("{0} must approve", [number]) : __("all with the duty must approve");
}

function hours({ hours: number, hours_of: kind }) {
	if (!number) return __("no deadline");
	return kind === "Working Time" ? __("{0} hours of work", [number]) : __("{0} hours", [number]);
}

function notes(row) {
	const late = {
		Escalate: __("Late: the superior unit may decide as well"),
		Approve: __("Late: approved by the system"),
		Skip: __("Late: the step is left out"),
	}[row.when_late];
	return [
		row.hours && late && { text: late, tone: row.when_late === "Escalate" ? "warn" : "bad" },
		row.may_be_skipped && { text: __("Left out where nobody but the author has the duty") },
		row.counts_as_provisional && { text: __("Counts as provisional while it waits here") },
	].filter(Boolean);
}
