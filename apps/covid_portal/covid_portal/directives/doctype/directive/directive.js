// The Desk form: the public page, and how many of the recipients have it and have acted.

frappe.ui.form.on("Directive", {
	refresh(frm) {
		if (frm.doc.slug && frm.doc.is_public) {
			frm.add_custom_button(__("Public page"), () => window.open(`/van-ban/${frm.doc.slug}`, "_blank"));
		}
		if (frm.doc.__onload?.may_take_down) {
			frm.add_custom_button(__("Take off the public pages"), () => ask_why(frm));
		}
		show_standing(frm);
	},
});

function ask_why(frm) {
	const reason = { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1, description: __("Page and files are gone at once. The record stays, with this reason.") };
	const take_down = async (values) => {
		await frappe.call({ method: "covid_portal.directives.takedown.take_down", args: { name: frm.doc.name, ...values }, freeze: true });
		frm.reload_doc();
	};
	frappe.prompt(reason, take_down, __("Take off the public pages"));
}

function show_standing(frm) {
	const field = frm.get_field("receipts").$wrapper.empty();
	const standing = frm.doc.__onload?.standing;
	if (!standing?.sent) return;
	const { received, sent, done, late } = standing;
	$("<p>").text(__("Received: {0} of {1}. Done: {2}. Late: {3}.", [received, sent, done, late])).appendTo(field);
	$("<a>")
		.attr("href", `/app/directive-receipt?directive=${encodeURIComponent(frm.doc.name)}`)
		.text(__("Receipts"))
		.appendTo(field);
}
