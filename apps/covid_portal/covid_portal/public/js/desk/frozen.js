// What is on its way or decided on is not typed into: the server would refuse it when all is typed. As there, a field with Allow on
// Submit goes on changing.

const WITH_AUTHOR = ["Draft", "Returned", "Withdrawn"];
const frozen = new Map(); // "DocType/name" → the fields that this has closed

/** Whether its author may change and send it. Without a state: it was there before its DocType had a route. */
export const isWithAuthor = ({ workflow_state: state }) => !state || WITH_AUTHOR.includes(state);

export function freeze(frm) {
	const key = `${frm.doctype}/${frm.doc.name}`;
	if (isWithAuthor(frm.doc)) {
		for (const field of frozen.get(key) ?? []) frm.set_df_property(field, "read_only", 0);
		frozen.delete(key);
		return;
	}
	const open = frm.fields.map(({ df }) => df).filter((df) => holdsSomething(df) && !df.read_only && !df.allow_on_submit);
	frozen.set(key, [...(frozen.get(key) ?? []), ...open.map(({ fieldname }) => fieldname)]);
	for (const { fieldname } of open) frm.set_df_property(fieldname, "read_only", 1);
}

function holdsSomething({ fieldtype }) {
	return frappe.model.is_value_type(fieldtype) || frappe.model.table_fields.includes(fieldtype);
}
