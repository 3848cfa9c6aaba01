frappe.views.calendar["Home Return"] = {
	field_map: { id: "name", start: "day", end: "day", title: "title", allDay: "all_day" },
	filters: [{ fieldtype: "Link", fieldname: "area", options: "Area", label: __("To") }],
	get_events_method: "covid_portal.citizens.return_rows.days_of_arrival",
};
