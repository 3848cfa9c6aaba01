// A version of a route, as a picture: what documents that were sent on it go through.

frappe.ui.form.on("Approval Route Version", {
	refresh(frm) {
		const picture = covid_portal.approval.route_picture(frm.doc.steps || []);
		frm.dashboard.add_section(picture, __("The Way of a Document"), "custom");
		frm.dashboard.show();
	},
});
