// The Desk form: the figures that are signed, and whether they are still those.

frappe.ui.form.on("Consolidated Sheet", {
	refresh(frm) {
		if (frm.doc.changed) {
			frm.set_intro(__("Figures changed since signing: a newer edition of this sheet asks again."), "red");
		} else if (frm.doc.approval_unit) {
			frm.set_intro(__("Waits for: {0}", [frm.doc.approval_unit]), "orange");
		} else if (["Draft", "Returned", "Withdrawn"].includes(frm.doc.workflow_state)) {
			frm.set_intro(__("Sending this sheet for approval signs its figures."), "blue");
		}
		frappe.require(["/assets/covid_portal/js/desk/comparison.js", "/assets/covid_portal/js/desk/reason.js"], () =>
			covid_portal.comparison.show(frm),
		);
	},

	before_workflow_action(frm) {
		return covid_portal.reason_before_decision(frm);
	},
});
