frappe.ui.form.on("Duty Assignment", {
	setup(frm) {
		frm.set_query("duty", () => ({ query: "covid_portal.organisation.duties.search_duties" }));
	},
});
