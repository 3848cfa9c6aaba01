// The list of rules: which of them nobody has compared with the text of their decision yet.

frappe.listview_settings["Level Rule"] = {
	add_fields: ["in_force", "to_check"],
	get_indicator(doc) {
		const filter = `in_force,=,${doc.in_force}`;
		if (doc.to_check) return [doc.in_force ? __("In force, still to be checked") : __("Draft, still to be checked"), "orange", filter];
		return doc.in_force ? [__("In Force"), "green", filter] : [__("Draft"), "gray", filter];
	},
};
