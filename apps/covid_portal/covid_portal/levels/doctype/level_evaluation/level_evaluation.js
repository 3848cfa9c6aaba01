// The Desk form: why an area has the level that the slot's figures mean, step by step.

frappe.ui.form.on("Level Evaluation", {
	refresh(frm) {
		frm.add_custom_button(__("Why Has an Area its Level?"), () => ask(frm));
	},
});

function ask(frm) {
	frappe.prompt(
		{ fieldname: "area", fieldtype: "Link", options: "Area", label: __("Area"), reqd: 1 },
		async ({ area }) => {
			const { message } = await frappe.call({
				method: "covid_portal.levels.evaluation.why",
				args: { slot: frm.doc.slot, area },
			});
			const list = $("<ol>");
			for (const sentence of message.said) $("<li>").text(sentence).appendTo(list);
			frappe.msgprint({ title: message.title, message: list.prop("outerHTML") });
		},
		__("Why Has an Area its Level?"),
	);
}
