frappe.listview_settings["Intake Outcome"] = {
	add_fields: ["state"],
	formatters: { kind: (text) => __(text), held_reason: (text) => (text ? __(text) : "") },
	filters: [["state", "in", ["Held", "Dead", "Failed"]]],
	get_indicator(doc) {
		const colours = { Waiting: "blue", Held: "orange", Made: "green", Failed: "red", Dead: "red", Refused: "gray" };
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
	onload(listview) {
		listview.page.add_actions_menu_item(__("Release"), async () => {
			const names = listview.get_checked_items(true);
			await frappe.call({ method: "covid_portal.citizens.review.release", type: "POST", args: { names } });
			listview.clear_checked_items();
			listview.last_args = null; // the framework does not ask again within three seconds
			listview.refresh();
		});
	},
};
