frappe.listview_settings["Situation Report"] = {
	add_fields: ["workflow_state", "approval_unit", "approval_due"],

	onload(listview) {
		if (frappe.model.can_create("Situation Report")) {
			const open_field_page = () => window.open("/bao-cao", "_self");
			listview.page.add_inner_button(__("Enter Figures"), open_field_page);
		} else if (!listview.filter_area.get().length) {
			// Who enters nothing decides: what waits comes first, everything else is a filter away.
			listview.filter_area.add([["Situation Report", "workflow_state", "=", "In Approval"]]);
		}
	},
};
