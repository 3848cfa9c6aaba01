// The Desk form: a unit says that it has the directive, and what it has done.

const METHODS = "covid_portal.directives.dispatch";

frappe.ui.form.on("Directive Receipt", {
	refresh(frm) {
		if (frm.doc.state === "Sent") {
			frm.add_custom_button(__("Have received it"), () =>
				tell(frm, "receive", { names: [frm.doc.name] }),
			);
		}
		if (frm.doc.state !== "Done") {
			frm.add_custom_button(__("Report as done"), () => ask_what_was_done(frm));
		}
	},
});

function ask_what_was_done(frm) {
	const field = { fieldname: "note", fieldtype: "Small Text", label: __("What was done"), reqd: 1 };
	frappe.prompt(field, ({ note }) => tell(frm, "finish", { name: frm.doc.name, note }), __("Report as done"));
}

function tell(frm, method, args) {
	return frappe.call({ method: `${METHODS}.${method}`, args, freeze: true }).then(() => frm.reload_doc());
}
