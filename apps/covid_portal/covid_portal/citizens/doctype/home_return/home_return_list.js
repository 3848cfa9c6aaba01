// The list: the waiting list in its order is one button away.

frappe.listview_settings["Home Return"] = {
	add_fields: ["stage", "workflow_state", "weight", "received_at"],
	get_indicator({ stage }) {
		const colours = { Waiting: "orange", "Day Given": "blue", Arrived: "green", Cancelled: "red", "Did not Come": "red" };
		return [__(stage), colours[stage] || "grey", `stage,=,${stage}`];
	},
	onload(listview) {
		covid_portal.personal.offer_search(listview);
		listview.page.add_inner_button(__("Waiting List"), () => {
			listview.filter_area.clear().then(() => {
				listview.sort_by = "weight";
				listview.sort_order = "desc";
				listview.filter_area.add([["Home Return", "stage", "=", "Waiting"]]);
			});
		});
	},
};
