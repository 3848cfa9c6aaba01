// The Desk form: who they are, covered until somebody who handles it gives a reason, and what the unit does beside deciding.

const WITH_AUTHOR = ["Draft", "Returned"];
const OPEN_STAGES = ["Registered", "Waiting", "Day Given"];
const ACTS = "covid_portal.citizens.return_acts";

frappe.ui.form.on("Home Return", {
	refresh(frm) {
		frm.set_df_property("persons", "cannot_add_rows", true);
		frm.set_df_property("persons", "cannot_delete_rows", true);
		show_people(frm, frm.doc.__onload?.masked || {});
		if (frm.is_new() || !frm.doc.__onload?.may_reveal) return;
		covid_portal.personal.show_files(frm.get_field("people").$wrapper, frm.doc.__onload.files);
		covid_portal.personal.offer_rights(frm, persons_of(frm));
		frm.add_custom_button(__("Show Names and Phone"), () => reveal(frm));
		if (WITH_AUTHOR.includes(frm.doc.workflow_state) && frm.perm[0]?.write) frm.add_custom_button(__("Correct Names and Phone"), () => correct(frm));
		if (["Day Given", "Arrived"].includes(frm.doc.stage)) frm.add_custom_button(__("Print Receipt"), () => print_receipt(frm));
		if (!OPEN_STAGES.includes(frm.doc.stage)) return;
		frm.add_custom_button(__("Association's Word"), () => record_voucher(frm), __("Acts"));
		if (frm.doc.workflow_state === "Approved") frm.add_custom_button(__("Another Day"), () => move_day(frm), __("Acts"));
		if (["Approved", "Returned"].includes(frm.doc.workflow_state)) frm.add_custom_button(__("Cancel the Registration"), () => cancel(frm), __("Acts"));
	},
});

const LABELS = ["contact_name", "contact_phone", "contact_address", "origin_address", "reason_note", "vehicle_plate", "proxy_name", "proxy_phone"];

/** Whoever registered, and each who comes: all are persons of their own. */
function persons_of(frm) {
	const people = frm.doc.persons.map(({ doctype, name, idx }) => ({ label: __("Person {0}", [idx]), doctype, name }));
	return [{ label: __("Who registered"), doctype: frm.doctype, name: frm.docname }, ...people];
}

/** Texts go in as texts: they are what strangers wrote. */
function show_people(frm, values) {
	const field = frm.get_field("people").$wrapper.empty();
	const table = $('<table class="table table-bordered table-sm">').appendTo(field);
	const line = (name, text) => $("<tr>").append($("<th>").text(name).css("width", "40%"), $("<td>").text(text)).appendTo(table);
	for (const name of LABELS) if (values[name]) line(__(frm.get_field(name).df.label), values[name]);
	(values.people || []).forEach((text, place) => line(__("Person {0}", [place + 1]), text || __("The person's data have been erased.")));
	const { cancel_reason } = frm.doc.__onload || {};
	if (cancel_reason) line(__(frm.get_field("cancel_reason").df.label), cancel_reason);
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

/** {fields: {name: text}, people: [{full_name, birth_year, id_number}]} in clear, recorded with the reason. */
async function in_clear(frm, reason) {
	const { message: fields } = await frappe.call("covid_portal.privacy.reveal.reveal", { doctype: frm.doctype, name: frm.docname, fields: LABELS, reason });
	const { message: people } = await frappe.call(`${ACTS}.reveal_people`, { name: frm.docname, reason });
	return { fields, people };
}

function reveal(frm) {
	ask(__("Show Names and Phone"), [], __("Show"), async ({ reason }) => {
		const { fields, people } = await in_clear(frm, reason);
		const told = people.map((row) => [row.full_name, row.birth_year, row.id_number].filter(Boolean).join(" · "));
		show_people(frm, { ...fields, people: told });
	});
}

const NEEDED = ["contact_name", "contact_phone"];
const PARTS = { full_name: __("Full name"), birth_year: __("Year of birth"), id_number: __("Identity card or passport") };

/** What the commune has asked on the telephone, put in place of what was sent. */
function correct(frm) {
	ask(__("Correct Names and Phone"), [], __("Show"), async ({ reason }) => {
		const { fields, people } = await in_clear(frm, reason);
		const of_registration = LABELS.map((name) => ({
			fieldname: name,
			fieldtype: name === "reason_note" ? "Small Text" : "Data",
			label: __(frm.get_field(name).df.label),
			default: fields[name],
			reqd: Number(NEEDED.includes(name)),
		}));
		// Of an erased person there is nothing to correct.
		const of_people = people.flatMap((row, at) => row.full_name && [
			{ fieldtype: "Section Break", label: __("Person {0}", [at + 1]) },
			...Object.entries(PARTS).map(([part, label]) => ({ fieldname: `${part}_${at}`, fieldtype: "Data", label, default: row[part], reqd: Number(part === "full_name") })),
		]);
		const dialog = new frappe.ui.Dialog({
			title: __("Correct Names and Phone"),
			fields: [...of_registration, ...of_people.filter(Boolean)],
			primary_action_label: __("Save"),
			async primary_action(values) {
				dialog.hide();
				put(frm, values);
				await frm.save();
			},
		});
		dialog.show();
	});
}

function put(frm, values) {
	for (const name of LABELS) frm.doc[name] = values[name] || null;
	frm.doc.persons.forEach((row, at) => {
		if (!values[`full_name_${at}`]) return;
		row.person_data = JSON.stringify(Object.fromEntries(Object.keys(PARTS).map((part) => [part, values[`${part}_${at}`] || null])));
	});
	frm.dirty();
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
	const told = { fieldname: "told", fieldtype: "HTML", options: $("<p>").text(__("Whoever registered reads the reason with their code."))[0].outerHTML };
	ask(__("Cancel the Registration"), [told], __("Cancel the Registration"), (values) => carry_out(frm, "cancel", values));
}
