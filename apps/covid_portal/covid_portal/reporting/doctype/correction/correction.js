// The Desk form: figures are chosen from those in force in the slot and area, each with its value beside it.

frappe.ui.form.on("Correction", {
	setup(frm) {
		frm.set_query("slot", () => ({ filters: { published_at: ["is", "set"] } }));
		frm.set_query("area", () => ({ filters: { is_group: 0 } }));
	},

	refresh(frm) {
		frm.get_field("figures").grid.cannot_add_rows = true;
		if (!is_with_author(frm)) return;
		frm.set_intro(__("The reason and the figures of an approved correction are public. Name no person."), "blue");
		frm.add_custom_button(__("Choose a figure"), () => choose_figure(frm)).addClass("btn-primary");
	},

	slot: forget_figures,
	area: forget_figures,
});

function is_with_author(frm) {
	return frm.is_new() || (covid_portal.approval.is_with_author(frm.doc) && frm.perm[0].write);
}

function forget_figures(frm) {
	if (frm.is_new() && frm.doc.figures?.length) {
		frm.clear_table("figures");
		frm.refresh_field("figures");
	}
}

async function choose_figure(frm) {
	const { slot, area } = frm.doc;
	if (!slot || !area) {
		frappe.msgprint(__("Choose the slot and the area first."));
		return;
	}
	const method = "covid_portal.reporting.doctype.correction.correction.figures_in_force";
	const { message: rows } = await frappe.call({ method, args: { slot, area }, type: "GET" });
	show_dialog(frm, rows);
}

function show_dialog(frm, rows) {
	const by_field = Object.fromEntries(rows.map((row) => [row.fieldname, row]));
	const options = rows.map((row) => ({
		value: row.fieldname,
		label: row.label,
		description: `${row.group} · ${__("in force: {0}", [shown(row.value)])}`,
	}));
	const dialog = new frappe.ui.Dialog({
		title: __("Choose a figure"),
		fields: [
			{ fieldname: "field", fieldtype: "Autocomplete", label: __("Figure"), options, reqd: 1, onchange: show_old },
			{ fieldname: "old", fieldtype: "Data", label: __("In force"), read_only: 1 },
			{ fieldname: "value", fieldtype: "Int", label: __("New"), reqd: 1, non_negative: 1 },
		],
		primary_action_label: __("Add"),
		primary_action({ field, value }) {
			set_row(frm, by_field[field], value);
			dialog.hide();
		},
	});
	function show_old() {
		const row = by_field[dialog.get_value("field")];
		dialog.set_value("old", row ? shown(row.value) : "");
	}
	dialog.show();
}

function shown(value) {
	return value === null ? __("not reported") : String(value);
}

function set_row(frm, figure, value) {
	const there = (frm.doc.figures || []).find((row) => row.fieldname === figure.fieldname);
	const row = there || frm.add_child("figures", { fieldname: figure.fieldname });
	row.label = figure.label;
	row.old_value = figure.value === null ? null : String(figure.value);
	row.new_value = value;
	frm.refresh_field("figures");
	frm.dirty();
}
