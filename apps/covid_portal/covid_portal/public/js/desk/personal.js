// Forms of documents that keep something of persons: the files that came along, and what a person may ask for of their own data.

frappe.provide("covid_portal.personal");

/** `files` as privacy/files.py lists them. Each look is recorded. */
covid_portal.personal.show_files = (panel, files) => {
	if (!files?.length) return;
	$("<p class='text-muted'>").text(__("Sent along; each look is recorded:")).appendTo(panel);
	const list = $("<ul class='sealed-files'>").appendTo(panel);
	for (const { name, title, size } of files) {
		const address = `/api/method/covid_portal.privacy.files.show?name=${encodeURIComponent(name)}`;
		const link = $("<a target='_blank' rel='noopener'>").attr("href", address).text(title);
		$("<li>").append(link, ` (${Math.ceil(size / 1024)} kB)`).appendTo(list);
	}
};

/** `persons`: [{label, doctype, name}] whose data the form keeps, each under a key of its own. Erasing is offered to whom the server
    lets erase (may_erase): the right to write may be one of the role that ends at the document's unit. */
covid_portal.personal.offer_rights = (frm, persons) => {
	const group = __("A Person's Data");
	frm.add_custom_button(__("Hand Out"), () => ask(__("Hand Out"), persons, "", hand_out), group);
	if (!frm.doc.__onload?.may_erase) return;
	const warning = __("What is kept of the person becomes unreadable for good. The record itself stays.");
	frm.add_custom_button(__("Erase"), () => ask(__("Erase"), persons, warning, (chosen, reason) => erase(frm, chosen, reason)), group);
};

/** A button of the list: documents of a telephone number, which no list shows. */
covid_portal.personal.offer_search = (listview) => {
	listview.page.add_inner_button(__("Find by Telephone"), () => {
		frappe.prompt(
			{ fieldname: "phone", fieldtype: "Data", label: __("Telephone"), reqd: 1 },
			({ phone }) => show_found(listview, phone),
			__("Find by Telephone"),
		);
	});
};

async function show_found(listview, phone) {
	const { message: names } = await frappe.call({
		method: "covid_portal.privacy.finding.find_by_phone",
		type: "POST",
		args: { doctype: listview.doctype, phone },
	});
	if (!names.length) return frappe.msgprint(__("Nothing of this number is in your scope."));
	await listview.filter_area.clear();
	listview.filter_area.add([[listview.doctype, "name", "in", names]]);
}

function ask(title, persons, description, act) {
	const options = persons.map(({ label }, at) => ({ value: String(at), label }));
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [
			{ fieldname: "whose", fieldtype: "Select", label: __("Whose"), options, default: "0", reqd: 1, description },
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		primary_action_label: title,
		async primary_action({ whose, reason }) {
			await act(persons[Number(whose)], reason);
			dialog.hide();
		},
	});
	dialog.show();
}

async function hand_out({ doctype, name }, reason) {
	const { message } = await frappe.call({ method: "covid_portal.privacy.export.export_of", type: "POST", args: { doctype, name, reason }, freeze: true });
	const file = new Blob([JSON.stringify(message, null, 1)], { type: "application/json" });
	const link = $("<a>").attr({ href: URL.createObjectURL(file), download: `${message.subject}.json` })[0];
	link.click();
	URL.revokeObjectURL(link.href);
}

async function erase(frm, { doctype, name }, reason) {
	await frappe.call({ method: "covid_portal.privacy.erasure.erase_of", type: "POST", args: { doctype, name, reason }, freeze: true });
	await frm.reload_doc();
}
