// The form of a route: its picture as the rows are edited, who would be asked, and for whom nobody could decide.

const METHODS = "covid_portal.approval.dry_run.";

frappe.ui.form.on("Approval Route", {
	setup(frm) {
		// Titles and duties are stored in English; the list says them as everywhere else.
		for (const field of ["title", "duty"]) frappe.meta.get_docfield("Approval Route Step", field).formatter = (value) => frappe.utils.escape_html(__(value || ""));
		frm.set_query("document_type", () => ({ filters: { istable: 0, issingle: 0, is_virtual: 0 } }));
		frm.set_query("unit", "steps", () => ({ filters: { disabled: 0 } }));
		offer_fields(frm);
	},

	refresh(frm) {
		draw(frm);
		frm.add_custom_button(__("Try the Route"), () => ask_whom_to_try(frm));
		frm.add_custom_button(__("For Whom Could Nobody Decide?"), () => show_units_without(frm));
	},

	steps_move: draw,
});

const STEP_FIELDS = ["title", "who", "unit", "unit_type", "duty", "parallel", "may_be_skipped", "approvals", "hours", "hours_of", "when_late", "counts_as_provisional"];

frappe.ui.form.on("Approval Route Step", {
	...Object.fromEntries(STEP_FIELDS.map((field) => [field, draw])),
	steps_add: draw,
	steps_remove: draw,
	steps_move: draw,
});

function draw(frm) {
	const wrapper = frm.get_field("picture").$wrapper;
	wrapper.empty().append(covid_portal.approval.route_picture(frm.doc.steps || []));
}

// --- fields of a condition

/** The field's suggestions are those of what the row speaks of, asked for when somebody is about to type. */
function offer_fields(frm) {
	const inputs = '[data-fieldname="conditions"] [data-fieldname="fieldname"] input';
	$(frm.wrapper).on("focusin", inputs, async (event) => {
		const row = $(event.target).closest(".grid-row").data("grid_row");
		const control = row?.on_grid_fields_dict?.fieldname || row?.grid_form?.fields_dict?.fieldname;
		if (!control) return;
		control.set_data(await fields_of({ Document: frm.doc.document_type, Unit: "Unit", Area: "Area" }[row.doc.subject]));
	});
}

async function fields_of(doctype) {
	if (!doctype) return [];
	await new Promise((resolve) => frappe.model.with_doctype(doctype, resolve));
	return frappe.meta
		.get_docfields(doctype)
		.filter(({ fieldtype, hidden }) => !hidden && frappe.model.is_value_type(fieldtype))
		.map(({ fieldname, label }) => ({ value: fieldname, label: `${__(label)} (${fieldname})` }));
}

// --- trying it out

function call(method, frm, values = {}) {
	return frappe.call({ method: METHODS + method, args: { route: frm.doc, ...values }, freeze: true }).then(({ message }) => message);
}

function ask_whom_to_try(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Try the Route"),
		size: "large",
		fields: [
			{ fieldname: "unit", fieldtype: "Link", options: "Unit", label: __("A document of this unit"), filters: { disabled: 0 } },
			{ fieldtype: "Column Break" },
			{ fieldname: "document", fieldtype: "Link", options: frm.doc.document_type, label: __("Or this document") },
			{ fieldtype: "Section Break" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
		primary_action_label: __("Who Would Be Asked?"),
		async primary_action({ unit, document }) {
			dialog.get_field("result").$wrapper.empty().append(tried(await call("try_route", frm, { unit, document })));
		},
	});
	dialog.show();
}

function tried({ fits, steps, skipped }) {
	const warning = $("<p>").addClass("approval-problem").text(fits ? "" : __("The conditions do not hold: such a document does not go by this route."));
	const left_out = skipped.map(({ title, why }) => $("<li>").text(__("{0} is left out: {1}", [__(title), why])));
	const heads = [__("Step"), __("Unit"), __("Duty"), __("People"), __("Due"), __("Why")];
	return $('<div class="approval-tried">').append(fits ? null : warning, table(heads, steps.map(tried_row)), left_out.length ? $("<ul>").append(left_out) : null);
}

function tried_row({ step, title, unit_name, duty, people, due_at, why, problem }) {
	const asked = $("<td>").text(people.join(", ") || "–");
	if (problem) asked.append($("<div>").addClass("approval-problem").text(problem));
	const due = due_at ? frappe.datetime.str_to_user(due_at) : "–";
	return [`${step}. ${__(title)}`, unit_name, __(duty)].map(cell).concat(asked, cell(due), cell(why));
}

async function show_units_without(frm) {
	const { tried: count, without, more } = await call("units_without", frm);
	const intro = without.length
		? __("{0} of {1} units have a step at which nobody could decide:", [without.length + more, count])
		: __("All {0} units have somebody at every step.", [count]);
	const rows = by_reason(without).map(({ title, why, units }) => [why, title ? __(title) : "–", units.join(", ")].map(cell));
	const content = $('<div class="approval-tried">').append($("<p>").text(intro));
	if (rows.length) content.append(table([__("Why"), __("Step"), __("Units")], rows));
	if (more) content.append($("<p>").text(__("and {0} more", [more])));
	const dialog = new frappe.ui.Dialog({ title: __("For Whom Could Nobody Decide?"), size: "large", fields: [{ fieldname: "result", fieldtype: "HTML" }] });
	dialog.get_field("result").$wrapper.append(content);
	dialog.show();
}

/** What is missing at one place is missing for all units below it: [{title, why, units: [names]}]. */
function by_reason(without) {
	const found = new Map();
	for (const { unit_name, title, why } of without) {
		const key = `${title}\n${why}`;
		if (!found.has(key)) found.set(key, { title, why, units: [] });
		found.get(key).units.push(unit_name);
	}
	return [...found.values()];
}

function table(heads, rows) {
	const head = $("<tr>").append(heads.map((text) => $('<th scope="col">').text(text)));
	const body = rows.map((cells) => $("<tr>").append(cells));
	return $('<div class="approval-scroll">').append($('<table class="table table-bordered table-sm">').append($("<thead>").append(head), $("<tbody>").append(body)));
}

function cell(text) {
	return $("<td>").text(text);
}
