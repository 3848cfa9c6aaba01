frappe.ui.form.on("Report Slot", {
	async refresh(frm) {
		frm.disable_save();
		const counted = ["Consolidated", "Published", "Locked"].includes(frm.doc.state);
		if (frm.doc.published_at) {
			frm.add_custom_button(__("Public page"), () => window.open("/", "_blank"));
		}
		if (!counted) return;
		const signatures = await show_signatures(frm);
		if (frm.doc.__onload?.may_publish) {
			const label = frm.doc.version ? __("Publish a new version") : __("Publish");
			frm.add_custom_button(label, () => publish(frm, label, signatures)).addClass("btn-primary");
		}
	},
});

async function show_signatures(frm) {
	if (!frappe.model.can_read("Consolidated Sheet")) return null;
	const method = "covid_portal.reporting.sheets.signatures";
	const args = { slot: frm.doc.name };
	const { message: signatures } = await frappe.call({ method, args, type: "GET" });
	if (!signatures.sheets) return null;
	const whole = signatures.signed === signatures.sheets;
	const text = __("{0} of {1} districts have signed", [signatures.signed, signatures.sheets]);
	frm.dashboard.add_indicator(text, whole ? "green" : "orange");
	frm.add_custom_button(__("Consolidated sheets"), () =>
		frappe.set_route("List", "Consolidated Sheet", { slot: frm.doc.name }),
	);
	return signatures;
}

function publish(frm, label, signatures) {
	const { reported, expected, provisional } = frm.doc;
	const question = __("{0} of {1} areas have reported, {2} of them provisionally. Publish these figures?", [
		reported,
		expected,
		provisional,
	]);
	frappe.confirm(
		[question, unsigned(signatures)].filter(Boolean).join("<br><br>"),
		async () => {
			await frappe.xcall("covid_portal.reporting.doctype.report_slot.report_slot.publish", {
				slot: frm.doc.name,
			});
			frappe.show_alert({ message: __("The figures are public now."), indicator: "green" });
			frm.reload_doc();
		},
		null,
		label,
	);
}

function unsigned(signatures) {
	if (!signatures?.unsigned.length) return "";
	const names = signatures.unsigned.map((name) => frappe.utils.escape_html(name)).join(", ");
	return __("Not signed yet: {0}.", [names]);
}
