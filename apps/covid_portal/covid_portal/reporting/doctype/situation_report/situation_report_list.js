frappe.listview_settings["Situation Report"] = {
	add_fields: ["workflow_state", "approval_unit", "approval_due"],
	hide_name_column: false,
	onload(listview) {
		if (frappe.user.has_role("Reporter")) {
			listview.page.add_inner_button(__("Enter Figures"), () => window.open("/bao-cao", "_self"));
		}
		// What waits for a decision comes first to mind; everything else is a filter away.
		if (!listview.filter_area.get().length && frappe.user.has_role("Approver")) {
			listview.filter_area.add([["Situation Report", "workflow_state", "=", "In Approval"]]);
		}
	},
};
