"""Number and symbol: given once, with the last approval; unique among those of a unit (or body), type and year."""

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.directives import plain
from covid_portal.directives.errors import NumberTaken

DOCTYPE = "Directive"


def name_number(doc: Document) -> None:
	"""A number that was typed, as it stands already on the signed paper: its key, if nobody has it."""
	doc.symbol = doc.symbol or default_symbol(doc)
	doc.identifier = identifier(doc) if doc.number else None
	doc.number_key = key(doc, doc.number) if doc.number and doc.issued_on else None
	if doc.number_key:
		require_free(doc)


def assign(doc: Document) -> None:
	"""The next one, where none was typed. One at a time: the type's row is locked until the transaction ends."""
	if not doc.number:
		frappe.db.get_value("Directive Type", doc.directive_type, "name", for_update=True)
		doc.number = last_number(doc) + 1
	name_number(doc)
	doc.slug = free_slug(doc)


def last_number(doc: Document) -> int:
	"""Of all that have a number, whatever became of them: none is given twice. A locking read sees what others stored."""
	start = key(doc, 0)[:-1]
	rows = frappe.db.sql(
		f"""select max(number) from `tab{DOCTYPE}` where number_key like %s for update""", like(start) + "%"
	)
	return rows[0][0] or 0


def key(doc: Document, number: int) -> str:
	body = plain.slug(doc.other_body) if doc.other_body else doc.unit
	return f"{body}|{doc.directive_type}|{str(doc.issued_on)[:4]}|{number:d}"


def like(text: str) -> str:
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def identifier(doc: Document) -> str:
	"""'05/CT-UBND', '16/2021/NQ-HĐND'."""
	return "/".join(filter(None, (f"{doc.number:02d}", doc.symbol)))


def default_symbol(doc: Document) -> str:
	"""The one that the unit used last for the type; before there is one, the abbreviation and how the unit's code begins:
	'CT-UBND' of UBND-38."""
	if doc.other_body:
		return ""
	own = {"unit": doc.unit, "directive_type": doc.directive_type, "other_body": ("is", "not set")}
	last = frappe.get_all(
		DOCTYPE, {**own, "number_key": ("is", "set")}, pluck="symbol", order_by="creation desc", limit=1
	)
	if last:
		return last[0]
	abbreviation = frappe.get_cached_value("Directive Type", doc.directive_type, "abbreviation")
	return f"{abbreviation}-{doc.unit.partition('-')[0]}"


def require_free(doc: Document) -> None:
	taken = frappe.db.get_value(
		DOCTYPE, {"number_key": doc.number_key, "name": ("!=", doc.name or "")}, ["name", "subject"]
	)
	if taken:
		frappe.throw(
			_("{0}: the number {1} of {2} is taken by {3} ({4}).").format(
				doc.describe(), doc.number, str(doc.issued_on)[:4], *taken
			),
			NumberTaken,
		)


def free_slug(doc: Document) -> str:
	"""'05-ct-ubnd-2021'; where another body has the same number and symbol, its name follows."""
	short = f"{plain.slug(doc.identifier)}-{str(doc.issued_on)[:4]}"
	body = plain.slug(doc.other_body or doc.unit)
	taken = set(frappe.get_all(DOCTYPE, {"slug": ("like", like(short) + "%")}, pluck="slug"))
	return next(
		name for name in (short, f"{short}-{body}", f"{short}-{doc.name.lower()}") if name not in taken
	)
