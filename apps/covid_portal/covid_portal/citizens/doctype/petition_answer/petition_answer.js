// The Desk form of an answer: the question beside it, and the sealed text in clear for those who handle the petition.

frappe.ui.form.on("Petition Answer", {
	async refresh(frm) {
		if (frm.is_new()) return show_question(frm, await question_of(frm.doc.petition));
		const told = frm.doc.__onload;
		if (!told) return;
		frm.doc.text = told.text ?? (frm.doc.text ? "•••" : "");
		frm.refresh_field("text");
		show_question(frm, told);
	},
	async petition(frm) {
		if (frm.is_new()) show_question(frm, await question_of(frm.doc.petition));
	},
});

async function question_of(petition) {
	if (!petition) return {};
	const { message } = await frappe.call({ method: "covid_portal.citizens.petition_acts.question", type: "GET", args: { name: petition } });
	return message;
}

function show_question(frm, { question, may_be_published: allowed }) {
	frm.get_field("question_panel").$wrapper.empty().append($('<p style="white-space: pre-line; overflow-wrap: anywhere">').text(question ?? "•••"));
	frm.set_df_property("publish", "read_only", allowed ? 0 : 1);
	frm.set_df_property("publish", "description", allowed ? "" : __("Not to be published: the sender has not agreed, or the category is never published."));
}
