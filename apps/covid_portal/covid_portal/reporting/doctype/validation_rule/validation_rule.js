// The Desk form of a rule: how expressions are written, and what the rule would have said of the last reports.

frappe.ui.form.on("Validation Rule", {
	onload(frm) {
		if (frm.is_new() && !frm.doc.report_type) propose_report_type(frm);
	},

	refresh(frm) {
		explain(frm);
		if (frm.perm[0]?.write) frm.add_custom_button(__("Try on the Last Reports"), () => try_rule(frm));
	},

	kind(frm) {
		explain(frm);
		if (frm.doc.kind === "Outlier") frm.set_value("severity", "Warning");
	},

	report_type: explain,
});

async function propose_report_type(frm) {
	const types = await frappe.db.get_list("Report Type", { limit: 2 });
	if (types.length === 1) frm.set_value("report_type", types[0].name);
}

/** Examples, and the figures there are by name and label. */
async function explain(frm) {
	if (frm.doc.kind === "Outlier" || !frm.doc.report_type) return;
	const rows = await frappe.db.get_list("Indicator", {
		fields: ["fieldname", "label"],
		filters: { report_type: frm.doc.report_type },
		order_by: "position",
		limit: 0,
	});
	const names = rows.map(({ fieldname, label }) => `<code>${fieldname}</code> ${frappe.utils.escape_html(label)}`);
	const examples = ["pcr_positive <= pcr_samples + previous.pcr_pending", "adults_one_dose <= population.adults", "followed_f1 > 0 or new_f1 == 0"];
	frm.set_df_property(
		"expression",
		"description",
		[
			__("What must be true. Names of figures, previous.<figure> of the slot before, population.<group>; + - * / and or not == != < <= > >= ( ). A rule does not apply where one of its figures was not given.").replace(/</g, "&lt;"),
			examples.map((text) => `<code>${text.replace(/</g, "&lt;")}</code>`).join("<br>"),
			`<details><summary>${__("Names of the figures")}</summary>${names.join(" · ")}</details>`,
		].join("<br>"),
	);
	frm.set_df_property("fieldname", "description", __("The name of the figure that the message stands at."));
}

async function try_rule(frm) {
	const { message: result } = await frappe.call({
		method: "covid_portal.reporting.rule_trial.try_rule",
		args: { rule: frm.doc },
		freeze: true,
	});
	const summary = __("Of the last {0} reports the rule applies to {1}; {2} would break it.", [result.tested, result.applied, result.broken]);
	const dialog = new frappe.ui.Dialog({ title: __("Rule on trial"), size: "large" });
	$("<p>").text(summary).appendTo(dialog.body);
	if (result.examples.length) $(table(result.examples)).appendTo(dialog.body);
	dialog.show();
}

function table(examples) {
	const escape = frappe.utils.escape_html;
	const rows = examples.map(({ report, area_name, slot, values, expected }) => {
		const figures = Object.entries(values).map(([name, value]) => `${escape(name)} = ${value}`).join(", ");
		const link = `<a href="/app/situation-report/${encodeURIComponent(report)}">${escape(area_name || report)}</a>`;
		return `<tr><td>${link}</td><td>${escape(slot)}</td><td>${figures}<br><small>${escape(expected)}</small></td></tr>`;
	});
	return `<table class="table table-sm"><thead><tr><th>${__("Area")}</th><th>${__("Slot")}</th><th>${__("Figures")}</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}
