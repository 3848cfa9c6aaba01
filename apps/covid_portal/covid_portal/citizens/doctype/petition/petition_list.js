// The list that an officer works from: what is due next comes first.

frappe.listview_settings.Petition = {
	add_fields: ["stage", "is_late", "next_due"],
	filters: [["stage", "in", ["Received", "Assigned"]]],
	get_indicator(doc) {
		if (doc.is_late) return [__("Late"), "red", "is_late,=,1"];
		const colours = { Received: "orange", Assigned: "blue", Answered: "green", Closed: "gray", Merged: "gray", Declined: "gray" };
		return [__(doc.stage), colours[doc.stage], `stage,=,${doc.stage}`];
	},
	onload(listview) {
		listview.page.add_inner_button(__("Find by Telephone"), () => find(listview));
	},
};

function find(listview) {
	frappe.prompt({ fieldname: "phone", fieldtype: "Data", label: __("Telephone"), reqd: 1 }, async ({ phone }) => {
		const { message } = await frappe.call({
			method: "covid_portal.citizens.petition_acts.find_by_phone",
			type: "POST",
			args: { phone },
		});
		const names = message.map((row) => row.name);
		if (!names.length) frappe.msgprint(__("No petition of this number is in your scope."));
		else listview.filter_area.clear().then(() => listview.filter_area.add([["Petition", "name", "in", names]]));
	});
}
