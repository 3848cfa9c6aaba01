// The Desk form: the public page, and how many of the recipients have it and have acted.

frappe.ui.form.on("Directive", {
	refresh(frm) {
		if (frm.doc.slug && frm.doc.is_public) {
			frm.add_custom_button(__("Public page"), () => window.open(`/van-ban/${frm.doc.slug}`, "_blank"));
		}
		show_standing(frm);
	},
});

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
