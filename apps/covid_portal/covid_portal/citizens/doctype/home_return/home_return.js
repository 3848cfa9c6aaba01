// The Desk form: who they are, covered until somebody who handles it gives a reason, and what the unit does beside deciding.

const OPEN_STAGES = ["Registered", "Waiting", "Day Given"];
const ACTS = "covid_portal.citizens.return_acts";

frappe.ui.form.on("Home Return", {
	refresh(frm) {
		frm.set_df_property("persons", "cannot_add_rows", true);
		frm.set_df_property("persons", "cannot_delete_rows", true);
		show_people(frm, frm.doc.__onload?.masked || {});
		if (frm.is_new() || !frm.doc.__onload?.may_reveal) return;
		frm.add_custom_button(__("Show Names and Phone"), () => reveal(frm));
		if (["Day Given", "Arrived"].includes(frm.doc.stage)) frm.add_custom_button(__("Print Receipt"), () => print_receipt(frm));
		if (!OPEN_STAGES.includes(frm.doc.stage)) return;
		frm.add_custom_button(__("Association's Word"), () => record_voucher(frm), __("Acts"));
		if (frm.doc.workflow_state !== "Approved") return;
		frm.add_custom_button(__("Another Day"), () => move_day(frm), __("Acts"));
		frm.add_custom_button(__("Cancel the Registration"), () => cancel(frm), __("Acts"));
	},
});

const LABELS = ["contact_name", "contact_phone", "contact_address", "origin_address", "reason_note", "vehicle_plate", "proxy_name", "proxy_phone"];

/** Texts go in as texts: they are what strangers wrote. */
function show_people(frm, values) {
	const field = frm.get_field("people").$wrapper.empty();
	const table = $('<table class="table table-bordered table-sm">').appendTo(field);
	const line = (name, text) => $("<tr>").append($("<th>").text(name).css("width", "40%"), $("<td>").text(text)).appendTo(table);
	for (const name of LABELS) if (values[name]) line(__(frm.get_field(name).df.label), values[name]);
	(values.people || []).forEach((text, place) => line(__("Person {0}", [place + 1]), text));
}

const reason_field = { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 };

function ask(title, fields, label, act) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [...fields, reason_field],
		primary_action_label: label,
		primary_action(values) {
			dialog.hide();
			act(values);
		},
	});
	dialog.show();
}

function reveal(frm) {
	ask(__("Show Names and Phone"), [], __("Show"), async ({ reason }) => {
		const fields = [...LABELS, "people_data"];
		const { message } = await frappe.call("covid_portal.privacy.reveal.reveal", { doctype: frm.doctype, name: frm.docname, fields, reason });
		const people = JSON.parse(message.people_data || "[]").map((row) => [row.full_name, row.birth_year, row.id_number].filter(Boolean).join(" · "));
		show_people(frm, { ...message, people });
	});
}

function print_receipt(frm) {
	ask(__("Print Receipt"), [], __("Print"), ({ reason }) => {
		open_url_post("/api/method/covid_portal.citizens.receipt_print.for_staff", { name: frm.docname, reason });
	});
}

async function carry_out(frm, act, values) {
	await frappe.call(`${ACTS}.${act}`, { name: frm.docname, ...values });
	frm.reload_doc();
}

function record_voucher(frm) {
	const says = { fieldname: "says", fieldtype: "Select", label: __("What it says"), options: [{ value: "Vouches", label: __("Vouches") }, { value: "Does not vouch", label: __("Does not vouch") }], reqd: 1 };
	ask(__("Association's Word"), [says], __("Save"), (values) => carry_out(frm, "record_voucher", values));
}

function move_day(frm) {
	const day = { fieldname: "day", fieldtype: "Date", label: __("Day of Arrival"), reqd: 1, default: frm.doc.day };
	ask(__("Another Day"), [day], __("Save"), (values) => carry_out(frm, "move_day", values));
}

function cancel(frm) {
	ask(__("Cancel the Registration"), [], __("Cancel the Registration"), (values) => carry_out(frm, "cancel", values));
}
