// The Desk form: the commune ends a follow-up itself where it has a reason to.

frappe.ui.form.on("Arrival", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.state === "Ended" || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("End the Follow-up"), () => {
			frappe.prompt({ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }, async ({ reason }) => {
				await frappe.call("covid_portal.citizens.arrivals.end", { name: frm.docname, reason });
				frm.reload_doc();
			}, __("End the Follow-up"));
		});
	},
});
