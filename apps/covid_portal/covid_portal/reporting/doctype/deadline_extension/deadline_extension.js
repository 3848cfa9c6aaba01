frappe.ui.form.on("Deadline Extension", {
	refresh(frm) {
		if (!frm.is_new()) frm.disable_save();
	},
});
