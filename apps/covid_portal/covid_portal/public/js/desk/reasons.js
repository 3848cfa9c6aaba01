// Before a decision is sent: the reason where it needs one, and how far back a document goes.

const NEEDS_REASON = ["Return", "Refuse"];
const AUTHOR = "0";

/**
 * `earlier()`: promise of the steps the document may go back to. A form may ask for reasons of its own:
 * frm.reasons_asked = {action: why}.
 */
export async function reasonBefore(frm, earlier) {
	const action = frm.selected_workflow_action;
	const why = frm.reasons_asked?.[action];
	if (!NEEDS_REASON.includes(action) && !why) return;
	// The framework has frozen the page before asking us.
	frappe.dom.unfreeze();
	const steps = action === "Return" ? await earlier() : [];
	const { reason, back_to } = await ask(action, why, steps);
	frm.doc.decision_reason = reason;
	frm.doc.decision_return_to = Number(back_to || AUTHOR);
	frappe.dom.freeze();
}

function ask(action, why, steps) {
	return new Promise((resolve, reject) => {
		const dialog = new frappe.ui.Dialog({
			title: __(action),
			fields: [...wayBack(steps), { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), description: why || __("The author reads this: say what to look at and why."), reqd: 1 }],
			primary_action_label: __(action),
			primary_action(values) {
				dialog.decided = true;
				dialog.hide();
				resolve(values);
			},
		});
		dialog.onhide = () => dialog.decided || reject();
		dialog.show();
	});
}

function wayBack(steps) {
	if (!steps.length) return [];
	const options = [{ value: AUTHOR, label: __("The author") }, ...steps.map(({ step, title }) => ({ value: String(step), label: __("Step {0}: {1}", [step, __(title)]) }))];
	return [{ fieldname: "back_to", fieldtype: "Select", label: __("Back to"), options, default: AUTHOR, reqd: 1, description: __("From there it goes its way again; approvals before that step stay.") }];
}
