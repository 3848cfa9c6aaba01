frappe.views.calendar["Control Place"] = {
	field_map: { id: "name", start: "valid_from", end: "valid_to", title: "place_name" },
	get_events_method: "frappe.desk.calendar.get_events",
};
