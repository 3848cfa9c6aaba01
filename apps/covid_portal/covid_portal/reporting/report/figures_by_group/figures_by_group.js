// Saved with a group, it is that group's view: vaccination, tests, quarantine.

frappe.query_reports["Figures by Group"] = {
	filters: [
		{ fieldname: "group", label: __("Group"), fieldtype: "Link", options: "Indicator Group" },
		{ fieldname: "area", label: __("Area"), fieldtype: "Link", options: "Area" },
		{ fieldname: "by", label: __("By"), fieldtype: "Select", options: ["Day", "Slot"], default: "Day" },
		{
			fieldname: "from_date",
			label: __("From"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -13),
		},
		{ fieldname: "to_date", label: __("To"), fieldtype: "Date", default: frappe.datetime.get_today() },
	],
};
