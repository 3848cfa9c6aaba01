// The Desk form: the frozen figures as a table, and which bulletin holds in place of a superseded one.

frappe.ui.form.on("Bulletin", {
	refresh(frm) {
		show_state(frm);
		show_figures(frm);
		if (frm.doc.number) {
			frm.add_custom_button(__("Public page"), () => window.open(`/ban-tin/${frm.doc.number}`, "_blank"));
		}
	},
});

function show_state(frm) {
	const later = frm.doc.__onload?.superseded_by;
	if (later) {
		frm.set_intro(__("This bulletin is superseded by no. {0}.", [later.number]), "red");
	} else if (frm.doc.number) {
		frm.set_intro(__("Issued: it does not change any more."), "green");
	}
}

function show_figures(frm) {
	const field = frm.get_field("figures_table").$wrapper.empty();
	if (!frm.doc.figures) return;
	const label = frappe.boot.lang === "vi" ? "label" : "label_en";
	const heads = [__("Figure"), __("This slot"), __("Change"), __("Running total")];
	const rows = JSON.parse(frm.doc.figures).figures.map((row) => [
		row[label],
		shown(row.value),
		shown(row.change),
		shown(row.total),
	]);
	const table = $('<table class="table table-bordered table-sm">').appendTo(field);
	for (const [name, cells] of [["th", heads], ...rows.map((row) => ["td", row])]) {
		const line = $("<tr>").appendTo(table);
		cells.forEach((text, place) => $(`<${name}>`).text(text).toggleClass("text-right", place > 0).appendTo(line));
	}
}

function shown(value) {
	return value ?? "–";
}
