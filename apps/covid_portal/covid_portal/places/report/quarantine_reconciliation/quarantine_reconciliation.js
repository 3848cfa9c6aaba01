frappe.query_reports["Quarantine Reconciliation"] = {
	filters: [
		{ fieldname: "slot", label: __("Slot"), fieldtype: "Link", options: "Report Slot", reqd: 1 },
		{ fieldname: "only_different", label: __("Only Where They Differ"), fieldtype: "Check", default: 1 },
	],
	async onload(report) {
		const newest = { filters: { published_at: ["is", "set"] }, order_by: "slot_time desc", limit: 1 };
		const [slot] = await frappe.db.get_list("Report Slot", newest);
		if (slot && !report.get_filter_value("slot")) report.set_filter_value("slot", slot.name);
	},
};
