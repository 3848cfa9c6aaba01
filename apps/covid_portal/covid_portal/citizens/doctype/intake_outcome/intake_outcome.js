// What the operator does with something that is held, refused, failed or dead.

const REVIEW = "covid_portal.citizens.review.";

frappe.ui.form.on("Intake Outcome", {
	refresh(frm) {
		frm.disable_save();
		// Stored in English, whoever they were stored for.
		for (const field of ["kind", "held_reason"]) frm.doc[field] = frm.doc[field] && __(frm.doc[field]);
		frm.refresh_fields(["kind", "held_reason"]);
		if (!frm.perm[0]?.write || !["Held", "Refused", "Dead", "Failed"].includes(frm.doc.state)) return;
		frm.add_custom_button(__("Look"), () => look(frm));
		frm.add_custom_button(__("Release"), () => act(frm, "release", {}));
		if (frm.doc.state !== "Refused") {
			frm.add_custom_button(__("Refuse"), () => ask(__("Refuse"), (reason) => act(frm, "refuse", { reason })));
		}
	},
});

function look(frm) {
	ask(__("Look"), async (reason) => {
		const { message } = await frappe.call({ method: `${REVIEW}look`, type: "POST", args: { name: frm.doc.name, reason } });
		const rows = $('<table class="table table-sm" style="white-space: pre-line">');
		for (const [label, text] of [...message.told, [__("Files"), message.files]]) {
			$("<tr>").append($("<th scope='row'>").text(label), $("<td>").text(text)).appendTo(rows);
		}
		frappe.msgprint({ title: frm.doc.kind, message: rows.prop("outerHTML"), wide: true });
	});
}

async function act(frm, name, values) {
	await frappe.call({ method: REVIEW + name, type: "POST", args: { names: [frm.doc.name], ...values } });
	await frm.reload_doc();
}

function ask(title, then) {
	frappe.prompt({ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }, ({ reason }) => then(reason), title);
}
