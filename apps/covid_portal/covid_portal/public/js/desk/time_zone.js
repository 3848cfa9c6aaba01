// Frappe writes the time zone's name under each date and time field unless the field says hide_timezone, which no
// DocType can say: it is said when a form is loaded, and only to people in the system's own zone.

export function hideTimeZone(frm) {
	if (!frappe.datetime.is_system_time_zone()) return;
	for (const { fieldname, fieldtype } of frm.meta.fields) {
		if (fieldtype !== "Datetime") continue;
		// Each document has its copy of the field: this one's is made already, those of others are made of the first.
		for (const name of [undefined, frm.docname]) {
			frappe.meta.get_docfield(frm.doctype, fieldname, name).hide_timezone = 1;
		}
	}
}
