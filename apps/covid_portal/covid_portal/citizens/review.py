"""The operator's review of what is held or could not be made: look, release, refuse, try again. Nothing is thrown away."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.docfield.docfield import DocField
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.citizens import intake
from covid_portal.organisation.sent_lists import texts
from covid_portal.privacy import access
from covid_portal.privacy.quiet import without_values
from covid_portal.privacy.reveal import require_reason

OPEN = (intake.HELD, intake.REFUSED, intake.DEAD, intake.FAILED)


class NotForReview(frappe.ValidationError):
	"""It has been made into a document, or waits to be."""


@frappe.whitelist(methods=["POST"])
@without_values
def look(name: str, reason: str) -> dict:
	"""What was sent, in clear: {"told": [[label, text]], "files": how many}. Recorded with the reason."""
	outcome = reviewed(name)
	require_reason(reason)
	document = frappe.get_doc("Intake", outcome.intake)
	access.record("Intake", document.name, ["payload"], reason, "Review", document.subject)
	content = intake.payload_of(document)
	return {"told": list(lines(document.kind, content["form"])), "files": len(content["files"])}


def lines(kind: str, form: dict[str, Any]) -> Iterator[tuple[str, str]]:
	"""(label, text) of what is filled in, as the document of that kind labels it; names in place of codes."""
	fields = {field.fieldname: field for field in frappe.get_meta(kind).fields}
	for name, value in form.items():
		field = fields.get(name)
		label = _(field.label) if field else name
		if isinstance(value, list):
			yield from ((f"{label} {number}", in_a_line(row)) for number, row in enumerate(value, 1))
		elif value:
			yield label, in_words(field, value)


def in_a_line(row: dict[str, Any]) -> str:
	return " · ".join(str(value) for value in row.values() if value)


def in_words(field: DocField | None, value: Any) -> str:
	if field and field.fieldtype == "Link":
		title = frappe.get_meta(field.options).get_title_field()
		return frappe.db.get_value(field.options, value, title, cache=True) or value
	if field and field.fieldtype == "Check":
		return _("Yes")
	return _(value) if field and field.fieldtype == "Select" else str(value)


@frappe.whitelist(methods=["POST"])
def release(names: list[str] | str) -> int:
	"""These are made into documents now; returns how many."""
	chosen = [reviewed(name) for name in texts(names)]
	for outcome in chosen:
		change(outcome, state=intake.WAITING, next_try_at=now_datetime(), attempts=0, review_reason=None)
	frappe.db.after_commit.add(intake.kick)
	return len(chosen)


@frappe.whitelist(methods=["POST"])
def refuse(names: list[str] | str, reason: str) -> int:
	"""These are no petitions: kept until their period ends, and made into nothing unless somebody releases them."""
	require_reason(reason)
	chosen = [reviewed(name) for name in texts(names)]
	for outcome in chosen:
		change(outcome, state=intake.REFUSED, review_reason=reason.strip())
	return len(chosen)


def reviewed(name: str) -> Document:
	"""The outcome, locked, if it is open and the user reviews: has the right to write it, which its controller leaves to the
	acts of this module."""
	outcome = frappe.get_doc("Intake Outcome", name, for_update=True)
	outcome.check_permission("write")
	if outcome.state not in OPEN:
		frappe.throw(
			_("{0} is {1}: there is nothing to review.").format(name, _(outcome.state)), NotForReview
		)
	return outcome


def change(outcome: Document, **values: object) -> None:
	frappe.db.set_value("Intake Outcome", outcome.name, {**values, "reviewed_by": frappe.session.user})
