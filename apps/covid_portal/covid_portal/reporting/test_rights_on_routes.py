"""Who may decide at each step of each shipped route: everybody tries.

The routes are read from workflows/*.json: one is walked as soon as its DocType is there. Who should be allowed is worked out
from the test province alone, not by what the portal asks.
"""

from collections.abc import Iterator

import frappe
from frappe.model.document import Document

from covid_portal.approval.decisions import decide
from covid_portal.approval.routes import shipped_routes
from covid_portal.testing.bulletins import use_own_folders
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.documents import MAKERS, OF_ROUTES
from covid_portal.testing.province import UNITS, address, assign, people

# To return and to refuse ask for the right where approving asks (acts.require_right): of those who have none, a few try.
DECISIONS = {
	"Approve": (),
	"Return": ("reporter", "other line", "auditor"),
	"Refuse": ("cdc", "Guest", "stranger"),
}
# The author, the other unit of the area, siblings, superiors of this and of other lines, those who only read, those whose
# duty or account has ended or not begun, guests.
EVERYBODY = (*people(), "Guest", "Administrator")
NOT_ACTIVE = {"disabled", "ended", "future"}
SUPERIOR = {f"{unit_type}-{area}": superior for unit_type, area, superior in UNITS}


def walked_routes() -> list[dict]:
	return [route for route in shipped_routes() if frappe.db.exists("DocType", route["document_type"])]


def holders(unit: str, duty: str) -> set[str]:
	"""Whom the province has given the duty, of those who are there today."""
	given = set(frappe.get_all("Duty Assignment", {"unit": unit, "duty": duty}, pluck="user"))
	return {who for who in people() if address(who) in given} - NOT_ACTIVE


class TestRights(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		use_own_folders(cls)

	def may(self, who: str, document: Document, decision: str) -> bool:
		"""Tried and undone."""
		frappe.db.savepoint("one_try")
		try:
			with self.acting(who):
				decide(document.doctype, document.name, decision, "Because of this.")
		except (frappe.PermissionError, frappe.AuthenticationError):
			return False
		finally:
			frappe.db.rollback(save_point="one_try")
			frappe.clear_document_cache(document.doctype, document.name)
			frappe.clear_messages()
		return True

	def take(self, who: str, document: Document, decision: str) -> Document:
		with self.acting(who):
			decide(document.doctype, document.name, decision)
		return frappe.get_doc(document.doctype, document.name)

	def sent(self, route: dict) -> tuple[str, Document]:
		"""Who sent it, and the document that now waits at the first step of the route."""
		maker = OF_ROUTES.get(route["title"]) or MAKERS.get(route["document_type"])
		self.assertTrue(maker, f"testing/documents.py makes no {route['document_type']}")
		author, document = maker(self.slot, self.previous)
		return author, self.take(author, document, "Submit")

	def walk(self, route: dict) -> Iterator[tuple[Document, str, str, set[str]]]:
		"""(document, unit, duty, who alone may decide) at each step, decided on by one of them before the next."""
		author, document = self.sent(route)
		unit, decided = document.unit, {author}
		for row in route["steps"]:
			self.assertIn(row["who"], ("Own Unit", "Superior Unit"), "the test knows no other unit yet")
			unit = document.unit if row["who"] == "Own Unit" else SUPERIOR[unit]
			allowed = holders(unit, row["duty"]) - decided
			if row.get("may_be_skipped") and not holders(unit, row["duty"]) - {author}:
				continue
			yield document, unit, row["duty"], allowed
			decider = min(allowed)
			document = self.take(decider, document, "Approve")
			decided.add(decider)
		self.assertEqual(document.workflow_state, "Approved")

	def test_at_each_step_of_each_shipped_route_those_it_asks_decide_and_nobody_else(self) -> None:
		for route in walked_routes():
			frappe.db.savepoint("one_route")
			for document, unit, _duty, allowed in self.walk(route):
				for decision, few in DECISIONS.items():
					with self.subTest(route=route["title"], unit=unit, decision=decision):
						trying = {*allowed, *few} if few else EVERYBODY
						found = {who for who in trying if self.may(who, document, decision)}
						self.assertTrue(allowed)
						self.assertEqual(found, allowed)
			frappe.db.rollback(save_point="one_route")

	def test_a_substitute_decides_within_his_dates_alone_on_every_shipped_route(self) -> None:
		for route in walked_routes():
			frappe.db.savepoint("one_route")
			document, unit, duty, allowed = next(self.walk(route))
			principal = f"{address(min(allowed))}-{duty}-{unit}"
			for who, first, last in (("sibling", 0, 0), ("outsider", 1, 9), ("stranger", -9, -1)):
				assign(who, duty, unit, first, last, substitute_for=principal)
			may = {who for who in ("sibling", "outsider", "stranger") if self.may(who, document, "Approve")}
			with self.subTest(route=route["title"]):
				self.assertEqual(may, {"sibling"})
			frappe.db.rollback(save_point="one_route")
