// The Desk list: many drafts at once from a ZIP file of documents and a table.

frappe.listview_settings["Directive"] = {
	hide_name_column: true, // people know it by its number
	onload(list) {
		if (frappe.model.can_create("Directive")) {
			list.page.add_inner_button(__("Import from a ZIP file"), () => ask_for_archive(list));
		}
	},
};

function ask_for_archive(list) {
	const fields = [
		{ fieldname: "unit", fieldtype: "Link", options: "Unit", label: __("Unit"), reqd: 1 },
		{ fieldname: "file", fieldtype: "Attach", label: __("ZIP file"), reqd: 1, description: __("PDF and DOCX files with one table (XLSX or CSV) that describes them.") },
	];
	frappe.prompt(
		fields,
		async (values) => {
			const method = "covid_portal.directives.importing.load_archive";
			const { message } = await frappe.call({ method, args: values, freeze: true });
			frappe.show_alert(__("{0} drafts were made.", [message.length]));
			list.refresh();
		},
		__("Import from a ZIP file"),
	);
}
