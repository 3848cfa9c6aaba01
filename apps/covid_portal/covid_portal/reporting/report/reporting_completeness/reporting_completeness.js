frappe.query_reports["Reporting Completeness"] = {
	filters: [
		{
			fieldname: "month",
			label: __("Month"),
			fieldtype: "Select",
			options: last_months(36),
			default: frappe.datetime.get_today().slice(0, 7),
			reqd: 1,
		},
		{
			fieldname: "by",
			label: __("By"),
			fieldtype: "Select",
			options: ["Area", "Unit", "Slot", "Day"].map((value) => ({ value, label: __(value) })),
			default: "Area",
			reqd: 1,
		},
		{
			fieldname: "area_level",
			label: __("Area Level"),
			fieldtype: "Select",
			depends_on: "eval:doc.by === 'Area'",
			options: [
				{ value: 1, label: __("Province") },
				{ value: 2, label: __("District") },
				{ value: 3, label: __("Commune") },
			],
			default: 2,
			reqd: 1,
		},
		{ fieldname: "area", label: __("Within"), fieldtype: "Link", options: "Area" },
	],
};

/** The last months as "2021-11", newest first. */
function last_months(number) {
	const today = frappe.datetime.get_today();
	return Array.from({ length: number }, (_, back) => frappe.datetime.add_months(today.slice(0, 8) + "01", -back).slice(0, 7));
}
