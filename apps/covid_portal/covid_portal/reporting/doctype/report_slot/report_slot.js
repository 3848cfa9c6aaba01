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
	const all = signatures.signed === signatures.sheets;
	const text = __("{0} of {1} districts have signed", [signatures.signed, signatures.sheets]);
	frm.dashboard.add_indicator(text, all ? "green" : "orange");
	for (const whole of signatures.wholes) show_whole(frm, whole);
	frm.add_custom_button(__("Consolidated sheets"), () =>
		frappe.set_route("List", "Consolidated Sheet", { slot: frm.doc.name }),
	);
	return signatures;
}

/** The sheet of the province: whether the CDC has signed it, and the way to it. */
function show_whole(frm, { name, area_name: area, signed }) {
	frm.dashboard.add_indicator(signed ? __("{0}: signed", [area]) : __("{0}: not signed yet", [area]), signed ? "green" : "orange");
	frm.add_custom_button(__("Sheet of {0}", [area]), () => frappe.set_route("Form", "Consolidated Sheet", name));
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
	const wholes = (signatures?.wholes || []).filter(({ signed }) => !signed).map(({ area_name: area }) => area);
	const names = [...(signatures?.unsigned || []), ...wholes];
	if (!names.length) return "";
	return __("Not signed yet: {0}.", [names.map((name) => frappe.utils.escape_html(name)).join(", ")]);
}
