// The Desk form: why the portal proposes the level, and the review that a superior unit orders.

frappe.ui.form.on("Area Level", {
	refresh(frm) {
		const list = $("<ol>").appendTo(frm.get_field("why").$wrapper.empty());
		for (const sentence of frm.doc.__onload?.why ?? []) $("<li>").text(sentence).appendTo(list);
		if (frm.doc.workflow_state === "Approved" && frappe.user.has_role("Approver")) {
			frm.add_custom_button(__("Order a Review"), () => order_review(frm));
		}
	},
});

function order_review(frm) {
	frappe.prompt(
		{ fieldname: "reason", fieldtype: "Small Text", label: __("Why it is reviewed"), reqd: 1 },
		async ({ reason }) => {
			const { message } = await frappe.call({
				method: "covid_portal.levels.evaluation.order_review",
				args: { level: frm.doc.name, reason },
			});
			frappe.set_route("Form", "Area Level", message.name);
		},
		__("Order a Review"),
	);
}
