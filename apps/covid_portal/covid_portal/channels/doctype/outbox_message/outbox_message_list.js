// Dead letters go out again by an act of the list; nothing here can be edited.
frappe.listview_settings["Outbox Message"] = {
	has_indicator_for_draft: 1,
	add_fields: ["state"],
	get_indicator(row) {
		const colour = { Waiting: "blue", Failed: "orange", Sent: "green", Dead: "red" }[row.state];
		return [__(row.state), colour, `state,=,${row.state}`];
	},
	onload(list) {
		list.page.add_actions_menu_item(__("Try Again"), () =>
			frappe
				.xcall("covid_portal.channels.outbox.try_again", { names: list.get_checked_items(true) })
				.then((count) => {
					frappe.show_alert(__("{0} messages go out again.", [count]));
					list.refresh();
				})
		);
	},
};
