// The Desk form of a petition: what was said (covered for those who do not handle it), its clocks, and the acts of its unit.

const ACTS = "covid_portal.citizens.petition_acts.";
const COVERED = ["full_name", "phone", "address", "email"];

frappe.ui.form.on("Petition", {
	setup(frm) {
		frm.set_query("category", () => ({ filters: { enabled: 1 } }));
	},
	refresh(frm) {
		if (frm.is_new()) return;
		show_person(frm);
		show_content(frm);
		show_course(frm);
		if (frm.doc.__onload?.forsaken) offer_a_home(frm);
		else if (frm.perm[0]?.write) offer_acts(frm);
		if (frm.doc.__onload?.handled) {
			covid_portal.personal.offer_rights(frm, [{ label: __("The sender"), doctype: "Petition", name: frm.doc.name }]);
		}
	},
});

function show_person(frm) {
	const panel = frm.get_field("person_panel").$wrapper.empty();
	const personal = frm.doc.__onload?.personal ?? {};
	const table = $('<table class="table table-sm">').appendTo(panel);
	for (const field of COVERED.filter((name) => personal[name])) {
		$("<tr>")
			.append($("<th scope='row'>").text(__(frappe.meta.get_label("Petition", field))))
			.append($("<td>").attr("data-personal", field).text(personal[field]))
			.appendTo(table);
	}
	if (!Object.values(personal).some(Boolean)) {
		$('<p class="text-muted">').text(__("The person's data have been erased.")).appendTo(panel);
		return;
	}
	if (!frm.doc.__onload?.handled) return;
	$('<button type="button" class="btn btn-xs btn-default">')
		.text(__("Reveal"))
		.on("click", () => reveal(frm, COVERED.filter((name) => personal[name])))
		.appendTo(panel);
}

function reveal(frm, fields) {
	ask(__("Why do you need to see it?"), __("Reveal"), async (reason) => {
		const clear = await call("covid_portal.privacy.reveal.reveal", { doctype: "Petition", name: frm.doc.name, fields, reason });
		for (const [field, text] of Object.entries(clear)) {
			frm.get_field("person_panel").$wrapper.find(`[data-personal="${field}"]`).text(text ?? "–");
		}
	});
}

function show_content(frm) {
	const personal = frm.doc.__onload?.personal ?? {};
	const panel = frm.get_field("content_panel").$wrapper.empty();
	$('<p style="white-space: pre-line; overflow-wrap: anywhere">').text(personal.content).appendTo(panel);
	if (personal.place) $('<p class="text-muted">').text(__("Place: {0}", [personal.place])).appendTo(panel);
	covid_portal.personal.show_files(panel, frm.doc.__onload?.files);
}

async function show_course(frm) {
	const panel = frm.get_field("course_panel").$wrapper.empty();
	const { message } = await frappe.call({ method: `${ACTS}course`, type: "GET", args: { name: frm.doc.name } });
	const clocks = message.clocks.map((row) => [
		row.title,
		frappe.datetime.str_to_user(row.due_at),
		__(row.state),
		row.legal_reference,
	]);
	table_of(panel, [__("Legal Clock"), __("Due"), __("State"), __("Legal Reference")], clocks);
	const said = message.messages.map((row) => [
		frappe.datetime.str_to_user(row.sent_at),
		__(row.kind),
		row.by,
		row.text ?? "•••",
	]);
	table_of(panel, [__("Date"), __("Kind"), __("Who"), __("Text")], said);
}

function table_of(panel, heads, rows) {
	const table = $('<table class="table table-bordered table-sm" style="white-space: pre-line">').appendTo(panel);
	for (const [name, cells] of [["th", heads], ...rows.map((row) => ["td", row])]) {
		const line = $("<tr>").appendTo(table);
		for (const text of cells) $(`<${name}>`).text(text ?? "").appendTo(line);
	}
}

function offer_acts(frm) {
	const is_open = ["Received", "Assigned"].includes(frm.doc.stage);
	const is_heard = is_open || frm.doc.stage === "Answered";
	const group = __("Actions");
	if (is_open) {
		frm.add_custom_button(__("Reply"), () => frappe.new_doc("Petition Answer", { petition: frm.doc.name }));
		frm.add_custom_button(__("Hand On"), () => hand_on(frm), group);
		frm.add_custom_button(__("Same Matter"), () => merge(frm), group);
		frm.add_custom_button(__("Decline"), () => decline(frm), group);
	}
	if (is_heard) frm.add_custom_button(__("Write to Sender"), () => write(frm, "write_to_sender", __("The sender reads this")), group);
	frm.add_custom_button(__("Internal Note"), () => write(frm, "note", __("The sender never reads this")), group);
}

/** Nobody is on duty where it lies: it is handed on by others. */
function offer_a_home(frm) {
	frm.set_intro(__("Nobody works on petitions in this unit now: hand it on."), "orange");
	frm.add_custom_button(__("Hand On"), () => hand_on(frm));
}

function write(frm, act, label) {
	ask(label, __("Send"), (text) => done(frm, act, { text }));
}

function decline(frm) {
	ask(__("Why it cannot be worked on; the sender reads this"), __("Decline"), (reason) => done(frm, "decline", { reason }));
}

function hand_on(frm) {
	const fields = [
		{
			fieldname: "unit",
			fieldtype: "Link",
			options: "Unit",
			label: __("To Unit"),
			reqd: 1,
			description: __("Units are offered in which somebody works on petitions; an administrator gives that duty."),
			get_query: () => ({ query: `${ACTS}search_units` }),
		},
		reason_field(__("Reason")),
	];
	dialog(__("Hand On"), fields, async (values) => {
		await call(`${ACTS}transfer`, { name: frm.doc.name, ...values });
		// It is the other unit's now, and out of sight here.
		frappe.show_alert({ message: __("Handed on: {0}", [frm.doc.name]), indicator: "green" });
		frappe.set_route("List", "Petition");
	});
}

async function merge(frm) {
	const rows = await call(`${ACTS}similar`, { name: frm.doc.name });
	const told = rows.map((row) => `${row.name} (${row.likeness} %): ${row.text ?? "•••"}`);
	const fields = [
		{ fieldname: "found", fieldtype: "Small Text", read_only: 1, label: __("Much alike"), default: told.join("\n\n") || __("Nothing found") },
		{ fieldname: "into", fieldtype: "Link", options: "Petition", label: __("Worked on together with"), reqd: 1, default: rows[0]?.name },
		reason_field(__("Reason")),
	];
	const merged = (values) => done(frm, "merge", { into: values.into, reason: values.reason });
	dialog(__("Same Matter"), fields, merged, __("Merge"));
}

function reason_field(label) {
	return { fieldname: "reason", fieldtype: "Small Text", label, reqd: 1 };
}

function ask(label, action, then) {
	dialog(action, [reason_field(label)], (values) => then(values.reason));
}

function dialog(title, fields, then, action = title) {
	const shown = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: action,
		async primary_action(values) {
			await then(values);
			shown.hide();
		},
	});
	shown.show();
}

async function done(frm, act, values) {
	await call(ACTS + act, { name: frm.doc.name, ...values });
	await frm.reload_doc();
}

async function call(method, args) {
	const { message } = await frappe.call({ method, type: "POST", args, freeze: true });
	if (message?.error) frappe.throw(message.error);
	return message;
}
