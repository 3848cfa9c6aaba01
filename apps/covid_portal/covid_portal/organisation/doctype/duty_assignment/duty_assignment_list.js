// The Desk list: accounts and duties of many people from a table.

frappe.listview_settings["Duty Assignment"] = {
	onload(list) {
		if (!frappe.model.can_create("Duty Assignment")) return;
		list.page.add_inner_button(__("Staff from a table"), () =>
			covid_portal.ask_for_table({
				title: __("Staff from a table"),
				lead: __("One row for each duty: name, e-mail, phone, code of the unit, duty, first and last day. If anything is wrong, nothing is stored."),
				module: "covid_portal.setup.staff_accounts",
				template: "can-bo.xlsx",
				stored: ({ accounts, duties }) => __("{0} accounts were made, {1} duties given.", [accounts, duties]),
				list,
			}),
		);
	},
};
