frappe.listview_settings["Intake Outcome"] = {
	add_fields: ["state"],
	filters: [["state", "in", ["Held", "Dead", "Failed"]]],
	get_indicator(doc) {
		const colours = { Waiting: "blue", Held: "orange", Made: "green", Failed: "red", Dead: "red", Refused: "gray" };
		return [__(doc.state), colours[doc.state], `state,=,${doc.state}`];
	},
	onload(listview) {
		listview.page.add_actions_menu_item(__("Release"), async () => {
			const names = listview.get_checked_items(true);
			await frappe.call({ method: "covid_portal.citizens.review.release", type: "POST", args: { names } });
			listview.refresh();
		});
	},
};
