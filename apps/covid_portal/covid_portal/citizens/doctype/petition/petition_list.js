// The list that an officer works from: what is due next comes first.

frappe.listview_settings.Petition = {
	add_fields: ["stage", "is_late", "next_due"],
	filters: [["is_open", "=", 1]],
	formatters: {
		// What it is sorted by; where no clock runs any more, there is nothing to show.
		due_order: (value, df, doc) => (doc.next_due ? frappe.datetime.str_to_user(doc.next_due).replace(/(:\d\d):\d\d$/, "$1") : ""),
	},
	get_indicator(doc) {
		if (doc.is_late) return [__("Late"), "red", "is_late,=,1"];
		const colours = { Received: "orange", Assigned: "blue", Answered: "green", Closed: "gray", Merged: "gray", Declined: "gray" };
		return [__(doc.stage), colours[doc.stage], `stage,=,${doc.stage}`];
	},
	onload(listview) {
		covid_portal.personal.offer_search(listview);
	},
};
