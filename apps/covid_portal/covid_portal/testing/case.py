"""The test case of the portal: the test province, slots and reports of one's own, each test undone after it ran."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import frappe
from frappe.model.document import Document
from frappe.tests.utils import FrappeTestCase
from frappe.utils import now_datetime

from covid_portal.approval.decisions import decide
from covid_portal.organisation.scope import forget_grants
from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.obligations import obligation_name
from covid_portal.testing import province
from covid_portal.testing.province import COMMUNE, COMMUNES, address

REPORT = "Situation Report"
MOST_VERSIONS = 10  # of the route that one test makes
MINUTE = 37  # no report type has slots at this minute: ours never meet those of the site

# Figures that agree with each other and differ from each other, so that a mix-up shows.
FIGURES = {
	"new_cases": 6,
	"community_cases": 3,
	"quarantine_cases": 2,
	"imported_cases": 1,
	"under_treatment": 40,
	"treated_at_home": 15,
	"treated_in_facilities": 25,
	"severe_cases": 4,
	"on_oxygen": 7,
	"on_ventilator": 2,
	"recovered": 5,
	"deaths": 0,
	"new_f1": 21,
	"followed_f1": 90,
	"samples_taken": 130,
	"pcr_samples": 100,
	"pcr_positive": 6,
	"pcr_negative": 80,
	"pcr_pending": 14,
	"rapid_samples": 30,
	"rapid_positive": 0,
	"rapid_negative": 29,
	"quarantine_site_current": 18,
	"quarantine_home_current": 33,
	"doses_given": 210,
	"adults_one_dose": 800,
	"adults_two_doses": 600,
	"treatment_beds": 60,
	"treatment_beds_used": 41,
}


def figures(**changes) -> dict[str, int | None]:
	"""Sound figures with the given ones in place of theirs; None leaves one blank."""
	return {**FIGURES, **changes}


@contextmanager
def acting(who: str) -> Iterator[None]:
	"""Inside, the session is this person's, as after a login."""
	before = frappe.session.user
	frappe.set_user(address(who))
	forget_grants()
	try:
		yield
	finally:
		frappe.set_user(before)
		forget_grants()


class PortalTestCase(FrappeTestCase):
	"""Has the test province and, as `slot`, an open slot that its four communes owe; `previous` is the slot before.

	What all tests of a class begin with, its setUpClass() makes: each test is undone to there, and no further.
	"""

	@classmethod
	def setUpClass(cls) -> None:
		cls.addClassCleanup(forget)  # runs last, after the framework has rolled back
		super().setUpClass()
		frappe.set_user("Administrator")
		frappe.local.lang = "en"
		province.create()
		cls.previous = make_slot(0)
		cls.slot = make_slot(1, previous=cls.previous)

	acting = staticmethod(acting)

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		frappe.local.lang = "en"
		frappe.db.savepoint("one_test")

	def tearDown(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback(save_point="one_test")
		forget()
		super().tearDown()

	def beside(self, doctype: str, name: str) -> dict:
		"""What the Desk's form gets with the document."""
		document, said = frappe.get_doc(doctype, name), len(frappe.message_log)
		document.run_method("onload")
		self.assertEqual(frappe.message_log[said:], [], "who only opens it is told something")
		return document.get("__onload") or {}

	@contextmanager
	def assertNothingStored(self, *doctypes: str) -> Iterator[None]:
		"""The rows of these DocTypes are the same afterwards, to the last column."""
		doctypes = doctypes or (
			REPORT,
			"Report Explanation",
			"Approval Step",
			"Approval Decision",
			"Report Obligation",
		)
		before = {doctype: rows_of(doctype) for doctype in doctypes}
		yield
		for doctype, rows in before.items():
			self.assertEqual(rows_of(doctype), rows, doctype)

	def assertRefused(self, error: type[Exception], call, *args, says: str = "", **kwargs) -> str:
		"""The call raises the error with a sentence that contains `says`, and stores nothing; returns the sentence."""
		frappe.db.savepoint("refused")
		with self.assertNothingStored():
			with self.assertRaises(error) as caught:
				call(*args, **kwargs)
			# What the framework does after an error that reaches it.
			frappe.db.rollback(save_point="refused")
		frappe.clear_messages()
		self.assertIn(says, str(caught.exception))
		return str(caught.exception)


def rows_of(doctype: str) -> list[tuple]:
	"""All rows of the test province's documents; of a child table or a DocType without area, all rows there are."""
	return sorted(frappe.db.sql(f"select * from `tab{doctype}` where {ours(doctype)}"), key=str)


def ours(doctype: str) -> str:
	if doctype in ("Approval Step", "Approval Decision"):
		return "reference_name like '%%-ZZ__'"
	if doctype == "Report Explanation":
		return "parent like '%%-ZZ__'"
	return "area like 'ZZ%%'"


def forget() -> None:
	"""Drop what is remembered of rows that a rollback has undone."""
	forget_grants()
	definitions.forget()
	frappe.db.value_cache.clear()
	province.forget_people()
	versions = [("Approval Route Version", f"{REPORT} v{number}") for number in range(1, MOST_VERSIONS)]
	for doctype, name in (("Approval Route", REPORT), ("Report Type", REPORT), *versions):
		frappe.clear_document_cache(doctype, name)


# --- the route


def change_route(change: Callable[[Document], object]) -> Document:
	"""The reports' route with the change made and saved, as an administrator does."""
	route = frappe.get_doc("Approval Route", REPORT)
	change(route)
	route.save()
	forget_grants()
	return route


def step(title: str, **values) -> dict:
	"""A row of a route: the superior unit's approver, if nothing else is said."""
	return {
		"title": title,
		"who": "Superior Unit",
		"duty": "Approver",
		"approvals": 1,
		"when_late": "Remind",
		**values,
	}


# --- slots


def make_slot(number: int, state: str = slots.OPEN, previous: str | None = None, **columns) -> str:
	"""A slot `number` hours from the next full hour, open since yesterday and locked tomorrow; returns its name.

	Its obligations are those of the four communes, due in half an hour.
	"""
	report_type = definitions.report_type_of(REPORT)
	at = now_datetime().replace(minute=MINUTE, second=0, microsecond=0) + timedelta(hours=1 + number)
	row = {
		"name": slots.slot_name(report_type.code, at),
		"report_type": report_type.name,
		"slot_time": at,
		"window_start": at - timedelta(hours=1),
		"previous_slot": previous,
		"opens_at": now_datetime() - timedelta(days=1),
		"locks_at": now_datetime() + timedelta(days=1),
		"state": state,
		**columns,
	}
	insert_rows("Report Slot", list(row), [list(row.values())])
	owe(row["name"], COMMUNES)
	return row["name"]


def owe(slot: str, areas: tuple[str, ...], due_at: datetime | None = None) -> None:
	due_at = due_at or (now_datetime() + timedelta(minutes=30)).replace(microsecond=0)
	columns = ["name", "slot", "unit", "area", "due_at", "state"]
	rows = [
		[obligation_name(slot, f"CHS-{area}"), slot, f"CHS-{area}", area, due_at, "Expected"]
		for area in areas
	]
	insert_rows("Report Obligation", columns, rows)


# --- reports


def label(fieldname: str) -> str:
	"""What a message calls the figure."""
	return frappe.db.get_value("Indicator", {"report_type": REPORT, "fieldname": fieldname}, "label_en")


def new_report(slot: str, area: str = COMMUNE, **values) -> Document:
	"""A report that is not stored yet, with sound figures and the given changes."""
	return frappe.get_doc(doctype=REPORT, slot=slot, area=area, **figures(**values))


def draft(slot: str, area: str = COMMUNE, **values) -> Document:
	return new_report(slot, area, **values).insert()


def take(report: Document | str, decision: str, reason: str | None = None) -> Document:
	"""The session's user decides; returns the report as stored then."""
	name = report if isinstance(report, str) else report.name
	decide(REPORT, name, decision, reason)
	return frappe.get_doc(REPORT, name)


def sent(slot: str, area: str = COMMUNE, **values) -> Document:
	return take(draft(slot, area, **values), "Submit")


def approve_as(report: Document, *people: str) -> Document:
	for who in people:
		frappe.set_user(address(who))
		forget_grants()
		report = take(report, "Approve")
	frappe.set_user("Administrator")
	forget_grants()
	return report


def provisional(slot: str, area: str = COMMUNE, **values) -> Document:
	"""Sent, and approved by the district alone."""
	return approve_as(sent(slot, area, **values), district_of(area))


def accepted(slot: str, area: str = COMMUNE, **values) -> Document:
	return approve_as(sent(slot, area, **values), district_of(area), "cdc")


def district_of(area: str) -> str:
	return "district" if area.startswith("ZZ1") else "other district"


def state_of(name: str) -> str:
	return frappe.db.get_value(REPORT, name, "workflow_state")
