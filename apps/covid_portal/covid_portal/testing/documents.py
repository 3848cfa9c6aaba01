"""A document of each routed DocType as its author has it before he sends it, for tests that walk all shipped routes.

A DocType that joins a shipped route gets a function here: (slot, slot before) → who sends it, and the document. So does a
second route of a DocType, by its title.
"""

from collections.abc import Callable

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.bulletins import drafting, keys
from covid_portal.levels.evaluation import evaluate_slot, propose
from covid_portal.reporting import sheets
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing import petitions, returns
from covid_portal.testing.bulletins import publish
from covid_portal.testing.case import REPORT, accepted, acting, draft
from covid_portal.testing.directives import new_directive
from covid_portal.testing.levels import make_rule
from covid_portal.testing.places import CONTROL, POINT, SITE, entered
from covid_portal.testing.province import COMMUNE, DISTRICT, PROVINCE, assign


def report(slot: str, previous: str) -> tuple[str, Document]:
	with acting("reporter"):
		return "reporter", draft(slot)


def correction(slot: str, previous: str) -> tuple[str, Document]:
	accepted(slot, COMMUNE)
	consolidate(slot)
	published = {"state": "Published", "published_at": now_datetime(), "version": 1}
	frappe.db.set_value("Report Slot", slot, published)
	with acting("reporter"):
		return "reporter", frappe.get_doc(
			doctype="Correction",
			slot=slot,
			area=COMMUNE,
			reason="Counted twice",
			figures=[{"fieldname": "recovered", "new_value": 12}],
		).insert()


def sheet(slot: str, previous: str) -> tuple[str, Document]:
	accepted(previous, COMMUNE)
	consolidate(previous)
	frappe.db.set_value("Report Slot", previous, "state", "Consolidated")
	sheets.create(frappe.get_doc("Report Slot", previous))
	name = frappe.db.get_value("Consolidated Sheet", {"slot": previous, "area": DISTRICT}, "name")
	return "district", frappe.get_doc("Consolidated Sheet", name)


def sheet_of_the_province(slot: str, previous: str) -> tuple[str, Document]:
	"""Sent before the districts' sheets, hence with a note; the head is of the same unit as its author."""
	sheet(slot, previous)
	assign("publisher", "Head", "CDC-ZZ")
	assign("other district", "Head", "DHC-ZZ2")
	document = frappe.get_doc("Consolidated Sheet", {"slot": previous, "area": PROVINCE})
	with acting("cdc"):
		document.update({"note": "The districts sign on paper."}).save()
	return "cdc", document


def bulletin(slot: str, previous: str) -> tuple[str, Document]:
	"""Its author and its head are the CDC's; another unit has a head of its own."""
	assign("stranger", "Drafter", "CDC-ZZ")
	assign("cdc", "Head", "CDC-ZZ")
	assign("other district", "Head", "DHC-ZZ2")
	keys.make()
	accepted(slot, COMMUNE)
	publish(slot)
	return "stranger", frappe.get_doc("Bulletin", drafting.draft([slot])[0])


def petition_answer(slot: str, previous: str) -> tuple[str, Document]:
	petitions.staff()
	question = petitions.petition()
	with acting(petitions.OFFICER):
		return petitions.OFFICER, petitions.answer(question)


def place(doctype: str) -> Callable[[str, str], tuple[str, Document]]:
	return lambda slot, previous: ("reporter", entered(doctype))


def area_level(slot: str, previous: str) -> tuple[str, Document]:
	"""What the portal proposes for a district, which its own unit decides on."""
	make_rule()
	accepted(slot, COMMUNE)
	consolidate(slot)
	frappe.db.set_value("Report Slot", slot, "state", "Consolidated")
	document = frappe.get_doc("Report Slot", slot)
	proposed = propose(document, evaluate_slot(document))
	return "district", frappe.get_doc("Area Level", next(name for name in proposed if name.endswith(COMMUNE)))


def directive(slot: str, previous: str) -> tuple[str, Document]:
	"""Its author and its head are the CDC's, as of a bulletin."""
	assign("stranger", "Drafter", "CDC-ZZ")
	assign("cdc", "Head", "CDC-ZZ")
	assign("other district", "Head", "DHC-ZZ2")
	with acting("stranger"):
		return "stranger", new_directive().insert()


def home_return(slot: str, previous: str) -> tuple[str, Document]:
	"""As the commune has it back to complete it; a colleague of its author decides first."""
	returns.prepare(approver="publisher")
	with acting("government"):
		return "government", returns.draft()


Maker = Callable[[str, str], tuple[str, Document]]
# By title: routes besides the one that all documents of a DocType go by.
OF_ROUTES: dict[str, Maker] = {"Consolidated Sheet of the Province": sheet_of_the_province}
MAKERS: dict[str, Maker] = {
	REPORT: report,
	"Correction": correction,
	"Consolidated Sheet": sheet,
	"Bulletin": bulletin,
	"Petition Answer": petition_answer,
	**{doctype: place(doctype) for doctype in (SITE, POINT, CONTROL)},
	"Area Level": area_level,
	"Directive": directive,
	"Home Return": home_return,
}
