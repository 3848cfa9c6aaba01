frappe.query_reports["Nearest Free Places"] = {
	filters: [
		{ fieldname: "area", label: __("Near the Area"), fieldtype: "Link", options: "Area", reqd: 1 },
		{ fieldname: "with_free", label: __("With Free Places"), fieldtype: "Check", default: 1 },
	],
};
