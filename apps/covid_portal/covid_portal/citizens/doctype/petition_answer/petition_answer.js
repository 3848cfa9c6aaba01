// The Desk form of an answer: the question beside it, and the sealed text in clear for those who handle the petition.

frappe.ui.form.on("Petition Answer", {
	refresh(frm) {
		const told = frm.doc.__onload;
		if (!told) return;
		frm.get_field("question_panel").$wrapper.empty().append($('<p style="white-space: pre-line">').text(told.question ?? "•••"));
		frm.doc.text = told.text ?? (frm.doc.text ? "•••" : "");
		frm.refresh_field("text");
		frm.set_df_property("publish", "read_only", told.consent ? 0 : 1);
		frm.set_df_property("publish", "description", told.consent ? "" : __("The sender has not agreed to publication."));
	},
});
