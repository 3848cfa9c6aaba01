"""A route tried before it is used: who would be asked and why, and for whom nobody could decide. Nothing is stored."""

import frappe

from covid_portal.approval.doctype.approval_route.approval_route import InvalidRoute
from covid_portal.approval.dry_run import NotTried, try_route, units_without
from covid_portal.testing.case import REPORT, PortalTestCase, sent, step
from covid_portal.testing.province import address


def route(*steps: dict, **values) -> dict:
	return {"title": "Tried", "document_type": REPORT, "enabled": 1, "steps": list(steps), **values}


class TestDryRun(PortalTestCase):
	def tried(
		self, *steps: dict, unit: str | None = "CHS-ZZ11", document: str | None = None, **values
	) -> dict:
		with self.acting("administrator"):
			return try_route(route(*steps, **values), unit, document)

	def test_it_says_who_would_be_asked_at_each_step(self) -> None:
		result = self.tried(step("District"), step("CDC", approvals=0))
		self.assertEqual([row["unit"] for row in result["steps"]], ["DHC-ZZ1", "CDC-ZZ"])
		self.assertEqual(result["steps"][0]["people"], ["colleague", "district"])
		self.assertEqual([row["problem"] for row in result["steps"]], ["", ""])
		names = dict(frappe.get_all("Unit", {"name": ("like", "%-ZZ%")}, ["name", "unit_name"], as_list=True))
		for row, below in zip(result["steps"], ("CHS-ZZ11", "DHC-ZZ1"), strict=True):
			self.assertIn(names[below], row["why"])

	def test_it_says_why_each_unit_is_asked(self) -> None:
		result = self.tried(
			step("Own", who="Own Unit", duty="Reporter"),
			step("Committee", who="Unit of a Type", unit_type="DPC"),
			step("CDC", who="Named Unit", unit="CDC-ZZ"),
		)
		said = [row["why"] for row in result["steps"]]
		for words, text in zip(("own unit", "DPC over Commune ZZ11", "names it"), said, strict=True):
			self.assertIn(words, text)

	def test_it_names_what_would_be_skipped_and_where_too_few_could_decide(self) -> None:
		result = self.tried(
			step("Head", who="Own Unit", duty="Head", may_be_skipped=1), step("District", approvals=3)
		)
		self.assertEqual([row["title"] for row in result["skipped"]], ["Head"])
		self.assertIn("2", result["steps"][0]["problem"])

	def test_for_a_document_its_author_is_left_out_and_the_conditions_are_held_against_it(self) -> None:
		report = sent(self.slot)
		frappe.db.set_value(REPORT, report.name, "owner", address("colleague"))
		many = {"subject": "Document", "fieldname": "new_cases", "operator": ">", "value": "100"}
		result = self.tried(step("District"), unit=None, document=report.name, conditions=[many])
		self.assertEqual((result["steps"][0]["people"], result["fits"]), (["district"], False))

	def test_units_for_which_nobody_could_decide_are_named(self) -> None:
		with self.acting("administrator"):
			every = units_without(route(step("District")))
			none = units_without(route(step("Committee", who="Unit of a Type", unit_type="DPC", duty="Head")))
		without = {row["unit"] for row in every["without"]}
		self.assertFalse({"CHS-ZZ11", "CHS-ZZ12", "CHS-ZZ21", "CHS-ZZ22"} & without)
		self.assertGreaterEqual(every["tried"], 4)
		why = {row["unit"]: row["why"] for row in none["without"]}
		self.assertIn("DPC of ZZ1", why["CHS-ZZ11"])
		self.assertIn("DPC", why["CHS-ZZ21"])

	def test_units_whose_documents_go_by_another_route_are_not_tried(self) -> None:
		here = {"subject": "Area", "fieldname": "name", "operator": "within", "value": "ZZ1"}
		with self.acting("administrator"):
			found = units_without(route(step("Head", duty="Head"), conditions=[here]))
		units = {row["unit"] for row in found["without"]}
		self.assertIn("CHS-ZZ11", units)
		self.assertNotIn("CHS-ZZ21", units)

	def test_who_changed_a_document_is_left_out_as_its_author(self) -> None:
		report = sent(self.slot)
		row = {"reference_doctype": REPORT, "reference_name": report.name, "user": address("colleague")}
		frappe.get_doc(doctype="Approval Contribution", name="zz", **row).db_insert()
		people = self.tried(step("District"), unit=None, document=report.name)["steps"][0]["people"]
		self.assertEqual(people, ["district"])

	def test_a_route_for_no_doctype_is_refused_in_a_sentence(self) -> None:
		with self.acting("administrator"):
			self.assertRefused(InvalidRoute, units_without, {"title": "X", "steps": [step("District")]})

	def test_nothing_is_stored(self) -> None:
		with self.assertNothingStored("Approval Step", "Approval Decision"):
			self.tried(step("District"))
		self.assertFalse(frappe.db.exists("Approval Route", "Tried"))

	def test_only_those_who_may_change_routes_try_them(self) -> None:
		for who in ("reporter", "district", "cdc", "auditor", "stranger", "Guest"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, try_route, route(step("District")), "CHS-ZZ11")
				self.assertRefused(frappe.PermissionError, units_without, route(step("District")))

	def test_without_a_unit_or_a_document_it_asks_for_one(self) -> None:
		with self.acting("administrator"):
			self.assertRefused(NotTried, try_route, route(step("District")))
