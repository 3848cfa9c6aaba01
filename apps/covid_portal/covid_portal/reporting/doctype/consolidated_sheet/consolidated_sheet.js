// The Desk form: the figures that are signed, whether they are still those, and who within the area has not signed yet.

frappe.ui.form.on("Consolidated Sheet", {
	refresh(frm) {
		const [text, color] = intro(frm.doc);
		if (text) frm.set_intro(text, color);
		frappe.require("/assets/covid_portal/js/desk/comparison.js", () => covid_portal.comparison.show(frm));
	},
});

function intro(doc) {
	const { changed, __onload: told } = doc;
	if (changed) return [__("Figures changed since signing: a newer edition of this sheet asks again."), "red"];
	if (!covid_portal.approval.is_with_author(doc)) return [];
	const signs = __("Sending this sheet for approval signs its figures.");
	if (!told?.unsigned?.length) return [signs, "blue"];
	const names = told.unsigned.map(frappe.utils.escape_html).join(", ");
	return [`${signs}<br>${__("Not signed yet: {0}. Who signs without them says in the note why.", [names])}`, "orange"];
}
