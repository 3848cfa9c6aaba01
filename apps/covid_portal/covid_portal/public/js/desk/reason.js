// A reason where a decision needs one: asked before the framework carries the workflow action out.

frappe.provide("covid_portal");

covid_portal.NEEDS_REASON = ["Return", "Refuse"];

covid_portal.reason_before_decision = function (frm) {
	const action = frm.selected_workflow_action;
	if (!covid_portal.NEEDS_REASON.includes(action)) return;
	// The framework has frozen the page before asking us.
	frappe.dom.unfreeze();
	return ask(frm, action).then(() => frappe.dom.freeze());
};

function ask(frm, action) {
	return new Promise((resolve, reject) => {
		const dialog = new frappe.ui.Dialog({
			title: __(action),
			fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
			primary_action_label: __(action),
			primary_action({ reason }) {
				frm.doc.decision_reason = reason;
				dialog.decided = true;
				dialog.hide();
				resolve();
			},
		});
		dialog.onhide = () => {
			if (!dialog.decided) reject();
		};
		dialog.show();
	});
}
