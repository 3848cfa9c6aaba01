frappe.ui.form.on("Report Slot", {
	refresh(frm) {
		frm.disable_save();
		if (frm.doc.__onload?.may_publish) {
			const label = frm.doc.version ? __("Publish a new version") : __("Publish");
			frm.add_custom_button(label, () => publish(frm, label)).addClass("btn-primary");
		}
		if (frm.doc.published_at) {
			frm.add_custom_button(__("Public page"), () => window.open("/", "_blank"));
		}
	},
});

function publish(frm, label) {
	const { reported, expected, provisional } = frm.doc;
	frappe.confirm(
		__("{0} of {1} areas have reported, {2} of them provisionally. Publish these figures?", [
			reported,
			expected,
			provisional,
		]),
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
