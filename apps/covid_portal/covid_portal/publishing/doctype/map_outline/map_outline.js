const METHOD = "covid_portal.publishing.doctype.map_outline.map_outline";

frappe.ui.form.on("Map Outline", {
	refresh(frm) {
		if (frm.is_new() || frm.is_dirty()) return;
		if (frm.doc.state !== "Approved") add_decision(frm, "Approved", __("Approve for the Map"));
		if (frm.doc.state === "Approved") add_decision(frm, "Withdrawn", __("Withdraw from the Map"));
	},
	async file(frm) {
		if (!frm.doc.file) return;
		const answer = await frappe.call({ method: `${METHOD}.code_properties`, args: { file: frm.doc.file } });
		frm.set_df_property("code_property", "options", answer.message || []);
	},
});

function add_decision(frm, state, label) {
	frm.add_custom_button(label, async () => {
		await frappe.call({ method: `${METHOD}.decide`, args: { outline: frm.doc.name, state }, freeze: true });
		frm.reload_doc();
	});
}
