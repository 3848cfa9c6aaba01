// An account without a duty is no user of the Desk yet; it is offered all the same, to be given its first one.
frappe.ui.form.on("Duty Assignment", {
	setup(frm) {
		frm.set_query("user", () => ({ filters: { ignore_user_type: 1 } }));
	},
});
