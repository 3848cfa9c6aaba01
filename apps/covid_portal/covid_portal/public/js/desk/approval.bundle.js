// The approval line in the Desk, for every routed DocType, also those an administrator makes: the section with steps and
// decisions in each form, fields that are closed while it is with nobody who writes it, and the question for a reason before a decision.

import { freeze, isWithAuthor } from "./frozen.js";
import { recordSection } from "./record.js";
import { reasonBefore } from "./reasons.js";
import { routePicture } from "./route_picture.js";

frappe.provide("covid_portal.approval");
covid_portal.approval.route_picture = routePicture;
covid_portal.approval.is_with_author = isWithAuthor;

const TIMELINE = "covid_portal.approval.timeline.timeline";
const asking = new Set(); // DocTypes whose forms ask for a reason

$(document).on("form-refresh", (_event, frm) => {
	if (!isRouted(frm) || frm.is_new()) return;
	askBeforeDecisions(frm.doctype);
	freeze(frm);
	show(frm);
});

function isRouted(frm) {
	return Boolean(frappe.meta.has_field(frm.doctype, "approval_unit") && frappe.meta.has_field(frm.doctype, "workflow_state"));
}

function askBeforeDecisions(doctype) {
	if (asking.has(doctype)) return;
	asking.add(doctype);
	frappe.ui.form.on(doctype, "before_workflow_action", (frm) => reasonBefore(frm, () => frm.approval_record.then(({ may_return_to: steps }) => steps)));
}

async function show(frm) {
	const { doctype, name } = frm.doc;
	const record = frappe.call({ method: TIMELINE, args: { doctype, name }, type: "GET" }).then(({ message }) => message);
	frm.approval_record = record;
	const data = await record;
	if (frm.approval_record !== record || frm.doc.name !== name) return; // another document, or refreshed since
	frm.dashboard.parent.find(".approval-section").remove();
	if (!data.decisions.length) return;
	frm.dashboard.add_section(recordSection(data), __("Approval"), "custom approval-section");
	frm.dashboard.show();
}
