// The Desk list: centres of many areas from a table.

frappe.listview_settings.Area = {
	onload(list) {
		if (!frappe.model.can_write("Area")) return;
		list.page.add_inner_button(__("Centres from a table"), () =>
			covid_portal.ask_for_table({
				title: __("Centres from a table"),
				lead: __("One row for each area: its GSO code, latitude and longitude in degrees (WGS 84). What is entered here counts for more than an outline. If anything is wrong, nothing is stored."),
				module: "covid_portal.setup.area_centres",
				template: "trung-tam-dia-ban.xlsx",
				stored: ({ changed }) => __("{0} areas have another centre now.", [changed]),
				list,
			}),
		);
	},
};
