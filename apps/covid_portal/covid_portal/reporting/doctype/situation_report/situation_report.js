// The Desk form: figures of the slot before beside each field, contested figures with what settles them; who approves
// while figures are contested says why.

frappe.ui.form.on("Situation Report", {
	refresh(frm) {
		frm.reasons_asked = {};
		if (frm.doc.slot && frm.doc.area) show_previous(frm);
		if (!frm.is_new()) show_contests(frm);
	},
});

async function show_previous(frm) {
	const { slot, area } = frm.doc;
	const { message: form } = await frappe.call({
		method: "covid_portal.reporting.api.form",
		args: { slot, area },
		type: "GET",
	});
	if (frm.doc.slot !== slot || frm.doc.area !== area) return;
	for (const row of form.groups.flatMap((group) => group.indicators)) {
		const before = row.previous === null ? __("not reported") : row.previous;
		frm.set_df_property(row.fieldname, "description", __("previous slot: {0}", [before]));
		frm.set_df_property(row.fieldname, "label", row.label);
	}
	hide_others(frm, form);
}

/** Figures that this slot does not ask for: retired ones, and those that are asked for only later. */
function hide_others(frm, form) {
	const asked = new Set(form.groups.flatMap((group) => group.indicators.map((row) => row.fieldname)));
	for (const { fieldname, fieldtype } of frm.meta.fields)
		if (fieldtype === "Int" && fieldname !== "approval_step") frm.toggle_display(fieldname, asked.has(fieldname));
}

async function show_contests(frm) {
	const { message: contests } = await frappe.call({
		method: "covid_portal.reporting.contests.of_report",
		args: { report: frm.doc.name },
		type: "GET",
	});
	ask_for_reasons(frm, contests.filter(({ state }) => state === "Open"));
	if (!contests.length) return;
	const rows = contests.map((contest) => contest_row(frm, contest));
	const head = [__("Figure"), __("Reported"), __("Contested"), __("Reason"), ""].map((title) => $("<th>").text(title));
	const table = $('<table class="table table-sm">').append($("<thead>").append($("<tr>").append(head)), $("<tbody>").append(rows));
	frm.dashboard.add_section(table, __("Contested figures"));
	frm.dashboard.show();
}

function ask_for_reasons(frm, open) {
	if (!open.length) return;
	const figures = open.map(({ label }) => label).join(", ");
	const why = __("Figures are contested: {0}. Say why you decide nevertheless; this settles them as they stand.", [figures]);
	frm.reasons_asked = { Approve: why, Refuse: why };
}

function contest_row(frm, contest) {
	const { label, stated, proposed, by_unit, reason, state, settled, settled_by, settlement_reason } = contest;
	const cells = [label, stated ?? __("not reported"), `${proposed} (${by_unit})`, reason].map((text) => $("<td>").text(text));
	const last = $("<td>");
	if (state === "Settled") last.text(__("Settled on {0} by {1}: {2}", [settled, settled_by, settlement_reason]));
	else if (contest.can_settle) last.append(settle_button(frm, contest));
	else last.text(__(state));
	return $("<tr>").append(cells, last);
}

function settle_button(frm, contest) {
	return $('<button class="btn btn-xs btn-default">').text(__("Settle")).on("click", () => settle(frm, contest));
}

function settle(frm, contest) {
	const keep = __("Keep {0}", [contest.current ?? __("not reported")]);
	const take = __("Settle on {0} and return the report", [contest.proposed]);
	frappe.prompt(
		[
			{ fieldname: "outcome", fieldtype: "Select", label: contest.label, options: [keep, take], reqd: 1 },
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		],
		async ({ outcome, reason }) => {
			const value = outcome === take ? contest.proposed : null;
			await frappe.call({
				method: "covid_portal.reporting.contests.settle",
				args: { contest: contest.contest, reason, value },
				freeze: true,
			});
			frm.reload_doc();
		},
		__("Contested figure"),
		__("Settle"),
	);
}
