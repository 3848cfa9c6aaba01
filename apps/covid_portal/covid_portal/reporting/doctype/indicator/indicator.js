// The Desk form of an indicator: a field name proposed from the label, and what its kind means for its figures.

const KINDS = {
	Flow: __("Flow: what is new in the slot's window. Slots add up to days and to a running total; who does not report adds nothing."),
	Stock: __("Stock: how many there are now. Slots do not add up; where a unit does not report, its last figure is carried over and counted apart."),
};

frappe.ui.form.on("Indicator", {
	onload(frm) {
		if (!frm.is_new()) return;
		if (!frm.doc.report_type) propose_report_type(frm);
		if (frm.doc.kind !== "Stock") frm.set_value("cumulative", 1);
	},

	refresh(frm) {
		explain_kind(frm);
		if (frm.is_new()) {
			frm.set_intro(__("Once saved, the figure is in the units' form, in spreadsheets, rules, totals and open data. Old reports count as not answered."), "blue");
		} else if (frm.doc.valid_to && frm.doc.valid_to < frappe.datetime.get_today()) {
			frm.set_intro(__("Retired: forms no longer ask for it; its history stays."), "orange");
		} else {
			frm.add_custom_button(__("Retire …"), () => retire(frm));
		}
	},

	label(frm) {
		if (!frm.is_new() || (frm.doc.fieldname && frm.doc.fieldname !== frm.proposed)) return;
		frm.proposed = field_name(frm.doc.label || "");
		frm.set_value("fieldname", frm.proposed);
	},

	kind(frm) {
		explain_kind(frm);
		if (frm.doc.kind === "Stock") frm.set_value("cumulative", 0);
		else if (frm.is_new() && frm.doc.kind === "Flow") frm.set_value("cumulative", 1);
	},
});

/** As indicator_fields.propose_name() on the server. */
function field_name(label) {
	const plain = label.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
	const words = plain.match(/[a-z0-9]+/g) || [];
	return words.join("_").replace(/^[0-9_]+/, "").slice(0, 51).replace(/_+$/, "");
}

async function propose_report_type(frm) {
	const types = await frappe.db.get_list("Report Type", { limit: 2 });
	if (types.length === 1) frm.set_value("report_type", types[0].name);
}

function explain_kind(frm) {
	frm.set_df_property("kind", "description", KINDS[frm.doc.kind] || `${KINDS.Flow}<br>${KINDS.Stock}`);
}

function retire(frm) {
	frappe.prompt(
		{
			fieldname: "last_day",
			fieldtype: "Date",
			label: __("Last Day"),
			description: __("Slots of later days no longer ask for it. Its figures stay where they are."),
			default: frappe.datetime.get_today(),
			reqd: 1,
		},
		async ({ last_day }) => {
			await frm.set_value("valid_to", last_day);
			frm.save();
		},
		__("Retire {0}", [frm.doc.label]),
		__("Retire"),
	);
}
