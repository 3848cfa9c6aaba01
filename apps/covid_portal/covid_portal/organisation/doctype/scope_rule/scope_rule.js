frappe.ui.form.on("Scope Rule", {
	setup(frm) {
		frm.set_query("duty", () => ({ query: "covid_portal.organisation.duties.search_duties" }));
	},
});
