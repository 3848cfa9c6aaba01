frappe.ui.form.on("Report Excuse", {
	refresh(frm) {
		if (frm.is_new()) return;
		frm.disable_save();
		if (!frm.doc.revoked && frappe.user.has_role("Approver")) {
			frm.add_custom_button(__("Revoke"), () => revoke(frm));
		}
	},
});

function revoke(frm) {
	const field = { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 };
	frappe.prompt(
		field,
		async ({ reason }) => {
			await frappe.xcall("covid_portal.reporting.doctype.report_excuse.report_excuse.revoke", {
				excuse: frm.doc.name,
				reason,
			});
			frm.reload_doc();
		},
		__("Revoke"),
		__("Revoke"),
	);
}
