// The Desk form: figures of the slot before beside each field, and a reason where a decision needs one.

const NEEDS_REASON = ["Return", "Refuse"];

frappe.ui.form.on("Situation Report", {
	refresh(frm) {
		if (frm.doc.slot && frm.doc.area) show_previous(frm);
		if (frm.doc.approval_unit) frm.set_intro(__("Waits for: {0}", [frm.doc.approval_unit]), "orange");
	},

	before_workflow_action(frm) {
		if (!NEEDS_REASON.includes(frm.selected_workflow_action)) return;
		// The framework has frozen the page before asking us.
		frappe.dom.unfreeze();
		return ask_reason(frm).then(() => frappe.dom.freeze());
	},
});

function ask_reason(frm) {
	return new Promise((resolve, reject) => {
		const dialog = new frappe.ui.Dialog({
			title: __(frm.selected_workflow_action),
			fields: [
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Reason"),
					description: __("The unit reads this: say which figure to look at and why."),
					reqd: 1,
				},
			],
			primary_action_label: __(frm.selected_workflow_action),
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

async function show_previous(frm) {
	const { slot, area } = frm.doc;
	const { message: form } = await frappe.call({
		method: "covid_portal.reporting.api.form",
		args: { slot, area },
		type: "GET",
	});
	if (frm.doc.slot !== slot || frm.doc.area !== area) return;
	for (const row of form.groups.flatMap((group) => group.indicators)) {
		const before = row.previous === null ? __("not reported") : row.previous;
		frm.set_df_property(row.fieldname, "description", __("previous slot: {0}", [before]));
	}
}
