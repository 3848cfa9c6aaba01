"""Registrations to come home from before each person was a data subject: names move under keys of their own, out of the list that
stood under the key of who registered, and out of what was sent. Registration by registration, so that it may be interrupted."""

import json

import frappe

from covid_portal.citizens import home_return, intake
from covid_portal.citizens.doctype.home_return_settings.home_return_settings import ensure_settings
from covid_portal.privacy import sealing, subjects
from covid_portal.privacy.retention import load_shipped_rules

DOCTYPE, ROW, OLD = "Home Return", "Home Return Person", "people_data"


def execute() -> None:
	ensure_settings()
	load_shipped_rules((ROW,))
	for name in with_a_list() if frappe.db.has_column(DOCTYPE, OLD) else ():
		move(name)
		frappe.db.commit()  # a unit of work: what was moved stays so if the next one fails
		subjects.forget()
	repeat_the_end()


def with_a_list() -> list[str]:
	return frappe.db.sql_list(
		f"select name from `tab{DOCTYPE}` where coalesce({OLD}, '') != '' order by name"
	)


def move(name: str) -> None:
	fields = f"subject, intake, {OLD} as people"
	doc = frappe.db.sql(
		f"select {fields} from `tab{DOCTYPE}` where name = %s for update", name, as_dict=True
	)[0]
	rows = frappe.get_all(ROW, {"parent": name, "parenttype": DOCTYPE}, pluck="name", order_by="idx asc")
	for row, who in zip(rows, opened(doc.subject, doc.people), strict=False):
		subject = subjects.create_subject()
		text = sealing.seal(subject, json.dumps(who, ensure_ascii=False))
		frappe.db.set_value(ROW, row, {"subject": subject, "person_data": text}, update_modified=False)
	frappe.db.sql(f"update `tab{DOCTYPE}` set {OLD} = null where name = %s", name)
	if doc.intake and frappe.db.exists("Intake", doc.intake):
		leave_out(frappe.get_doc("Intake", doc.intake))


def opened(subject: str, sealed: str) -> list[dict]:
	"""Nobody, where who registered was erased: with them all were."""
	try:
		return json.loads(sealing.unseal(subject, sealed))
	except subjects.Erased:
		frappe.clear_last_message()
		return []


def leave_out(sent: frappe.model.document.Document) -> None:
	try:
		intake.leave_out(sent, intake.payload_of(sent), home_return.HomeReturnMaker.MOVED)
	except subjects.Erased:
		frappe.clear_last_message()


def repeat_the_end() -> None:
	frappe.db.sql(
		f"""update `tab{ROW}` person join `tab{DOCTYPE}` whole on whole.name = person.parent
		set person.ended_on = whole.ended_on where not person.ended_on <=> whole.ended_on"""
	)
