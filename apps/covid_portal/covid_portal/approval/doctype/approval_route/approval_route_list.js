frappe.listview_settings["Approval Route"] = {
	add_fields: ["enabled"],

	get_indicator({ enabled }) {
		return enabled ? [__("Enabled"), "green", "enabled,=,1"] : [__("Disabled"), "gray", "enabled,=,0"];
	},
};
