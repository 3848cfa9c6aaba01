"""What a list asks of a DocType's figures: themselves, perhaps under another name, or something that is reckoned from them.

SQL sums, compares and groups a figure that was not given as the 0 of its column. So nothing is reckoned from figures in lists.
"""

import re
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.base_document import get_controller

from covid_portal.reporting.figures import AnsweredFigures

# new_cases, `tabSituation Report`.`new_cases`, report.new_cases, each perhaps with `as name` after it
ITSELF = re.compile(
	r"""(?:(?:`tab(?P<table>[^`]+)`|(?P<link>\w+))\.)?`?(?P<field>\w+)`?
	(?:\s+(?:as\s+)?(?:[`'"](?P<quoted>[^`'"]+)[`'"]|(?P<name>\w+)))?""",
	re.IGNORECASE | re.VERBOSE,
)


class FiguresReckoned(frappe.ValidationError):
	"""A list would count a figure that was not given as 0."""


def has_figures(doctype: str | None) -> bool:
	return bool(
		doctype
		and frappe.db.exists("DocType", doctype, cache=True)
		and issubclass(get_controller(doctype), AnsweredFigures)
	)


def figures_of(doctype: str) -> list[str]:
	return frappe.new_doc(doctype).figure_fields() if has_figures(doctype) else []


def shown_as(doctype: str, fields: Iterable[str]) -> dict[str, str]:
	"""{column of the list: the figure it shows}. Raises FiguresReckoned."""
	figures = figures_of(doctype)
	shown = {figure: figure for figure in figures}
	for text in fields:
		asked = ITSELF.fullmatch(str(text).strip())
		if not asked:
			refuse_reckoning(doctype, [text], figures)
		elif asked["link"]:
			refuse_linked(doctype, asked["link"], asked["field"])
		elif asked["field"] in figures and asked["table"] in (None, doctype):
			shown[asked["quoted"] or asked["name"] or asked["field"]] = asked["field"]
	return shown


def refuse_reckoning(doctype: str, texts: Iterable[str | None], figures: Iterable[str] = ()) -> None:
	"""Raises FiguresReckoned where one of the texts, of SQL, names a figure of the DocType."""
	words = {word for text in texts for word in re.findall(r"\w+", str(text or ""))}
	for figure in figures or figures_of(doctype):
		if figure in words:
			frappe.throw(
				_(
					"{0}: nothing can be reckoned from {1} in a list, nor grouped by it: what was not reported would count as 0. Use the report Figures by Group, or the consolidated reports."
				).format(_(doctype), figure),
				FiguresReckoned,
			)


def refuse_linked(doctype: str, link: str, field: str) -> None:
	"""Of a linked document nobody can tell here which of its figures were given."""
	target = frappe.get_meta(doctype).get_field(link)
	if target and target.fieldtype == "Link" and field in figures_of(target.options):
		frappe.throw(
			_("{0}: {1} of a linked {2} cannot be listed; list {2} itself.").format(
				_(doctype), field, _(target.options)
			),
			FiguresReckoned,
		)
