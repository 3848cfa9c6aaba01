frappe.ui.form.on("Deadline Extension", {
	setup(frm) {
		frm.set_query("slot", () => ({ filters: { state: ["!=", "Scheduled"] } }));
	},

	refresh(frm) {
		if (!frm.is_new()) frm.disable_save();
	},
});
