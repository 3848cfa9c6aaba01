frappe.listview_settings["Report Obligation"] = {
	add_fields: ["state", "on_time"],
	onload(listview) {
		listview.page.add_inner_button(__("Who has reported"), () => window.open("/theo-doi", "_self"));
	},
};
