// The Desk form: the area's sheet above the bare columns.

frappe.ui.form.on("Consolidated Report", {
	refresh(frm) {
		frappe.require("/assets/covid_portal/js/desk/comparison.js", () => covid_portal.comparison.show(frm));
	},
});
