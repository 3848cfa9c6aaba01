// The Desk form: the figures that are signed, and whether they are still those.

frappe.ui.form.on("Consolidated Sheet", {
	refresh(frm) {
		if (frm.doc.changed) {
			frm.set_intro(__("Figures changed since signing: a newer edition of this sheet asks again."), "red");
		} else if (["Draft", "Returned", "Withdrawn"].includes(frm.doc.workflow_state)) {
			frm.set_intro(__("Sending this sheet for approval signs its figures."), "blue");
		}
		frappe.require("/assets/covid_portal/js/desk/comparison.js", () => covid_portal.comparison.show(frm));
	},
});
