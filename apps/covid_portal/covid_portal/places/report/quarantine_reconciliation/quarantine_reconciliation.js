frappe.query_reports["Quarantine Reconciliation"] = {
	filters: [
		{ fieldname: "slot", label: __("Slot"), fieldtype: "Link", options: "Report Slot", reqd: 1 },
		{ fieldname: "only_different", label: __("Only Where They Differ"), fieldtype: "Check", default: 1 },
	],
};
