"""The inbox: what awaits me by deadline, and nothing of anybody else."""

import frappe

from covid_portal.approval.bulk import decide_many
from covid_portal.approval.inbox import inbox
from covid_portal.approval.timeline import timeline
from covid_portal.testing.case import REPORT, PortalTestCase, approve_as, change_route, sent, step, take
from covid_portal.testing.province import COMMUNE, COMMUNES, OUTSIDE, SIBLING, address, assign


class TestInbox(PortalTestCase):
	def rows(self, who: str) -> list[dict]:
		with self.acting(who):
			return [row for group in inbox()["groups"] for row in group["rows"] if "ZZ" in row["name"]]

	def names(self, who: str) -> list[str]:
		return [row["name"] for row in self.rows(who)]

	def test_each_sees_what_waits_for_its_unit_and_no_other(self) -> None:
		here, beside, elsewhere = (sent(self.slot, area) for area in (COMMUNE, SIBLING, OUTSIDE))
		self.assertEqual(set(self.names("district")), {here.name, beside.name})
		self.assertEqual(self.names("other district"), [elsewhere.name])
		approve_as(beside, "district")
		self.assertEqual((self.names("district"), self.names("cdc")), ([here.name], [beside.name]))
		for who in (
			"reporter",
			"sibling",
			"outsider",
			"stranger",
			"other line",
			"publisher",
			"auditor",
			"ended",
			"future",
			"disabled",
		):
			self.assertEqual(self.names(who), [], who)

	def test_what_one_could_not_decide_on_is_not_there(self) -> None:
		"""Who changed or made it, and who stands in for its author or for somebody who has decided."""
		made, changed, own, decided = (sent(self.slot, area) for area in COMMUNES)
		frappe.db.set_value(REPORT, made.name, "owner", address("district"))
		row = {"reference_doctype": REPORT, "reference_name": changed.name, "user": address("district")}
		frappe.get_doc(doctype="Approval Contribution", name="zz", **row).db_insert()
		for report in (made, changed):
			self.assertIn(report.name, self.names("colleague"))
			self.assertNotIn(report.name, self.names("district"))
		principal = f"{address('other district')}-Approver-DHC-ZZ2"
		assign("stranger", "Approver", "DHC-ZZ2", substitute_for=principal)
		self.assertEqual(set(self.names("stranger")), {own.name, decided.name})
		frappe.db.set_value(REPORT, own.name, "owner", address("other district"))
		change_route(lambda route: route.set("steps", [step("District", approvals=2)]))
		take(take(decided, "Withdraw"), "Submit")
		with self.acting("other district"):
			take(decided, "Approve")
		self.assertEqual(self.names("stranger"), [])

	def test_guests_are_sent_to_the_login(self) -> None:
		with self.acting("Guest"):
			self.assertRefused(frappe.AuthenticationError, inbox)

	def test_what_is_due_first_comes_first_and_says_so(self) -> None:
		late, soon = sent(self.slot, COMMUNE), sent(self.slot, SIBLING)
		frappe.db.set_value(
			"Approval Step",
			{"reference_name": late.name, "state": "Pending"},
			"due_at",
			"2021-01-01 08:00:00",
		)
		rows = self.rows("district")
		self.assertEqual([row["name"] for row in rows], [late.name, soon.name])
		self.assertEqual([row["late"] for row in rows], [True, False])

	def test_it_tells_area_slot_figures_and_what_had_to_be_explained(self) -> None:
		report = sent(self.slot, new_cases=7, community_cases=4)
		row = self.rows("district")[0]
		self.assertEqual(row["title"], report.area_name)
		self.assertTrue(any(detail.endswith(": 7") for detail in row["details"]))
		self.assertEqual(row["warnings"], [])
		frappe.get_doc(
			doctype="Report Explanation",
			parent=report.name,
			parenttype=report.doctype,
			parentfield="explanations",
			rule="deaths_reported",
			explanation="Already ill before.",
		).db_insert()
		self.assertIn("Already ill before.", self.rows("district")[0]["warnings"][0])

	def test_not_ones_own_and_not_what_one_has_approved(self) -> None:
		change_route(lambda route: route.set("steps", [step("District", approvals=2)]))
		assign("district", "Reporter", "CHS-ZZ12")
		with self.acting("district"):
			own = sent(self.slot, SIBLING)
		other = approve_as(sent(self.slot), "district")
		self.assertEqual(self.names("district"), [])
		self.assertEqual(set(self.names("colleague")), {own.name, other.name})

	def test_a_substitute_sees_it_within_his_dates(self) -> None:
		report = sent(self.slot)
		assign("sibling", "Approver", "DHC-ZZ1", substitute_for=f"{address('district')}-Approver-DHC-ZZ1")
		self.assertEqual(self.names("sibling"), [report.name])

	def test_an_escalated_step_is_in_both_inboxes(self) -> None:
		report = sent(self.slot)
		frappe.db.set_value(
			"Approval Step", {"reference_name": report.name, "state": "Pending"}, "escalated_unit", "CDC-ZZ"
		)
		self.assertEqual((self.names("district"), self.names("cdc")), ([report.name], [report.name]))

	def test_it_tells_to_which_steps_it_can_go_back(self) -> None:
		together = {"parallel": 1, "who": "Named Unit"}
		steps = (
			step("First"),
			step("Second", **together, unit="DHC-ZZ2"),
			step("CDC", who="Named Unit", unit="CDC-ZZ"),
		)
		change_route(lambda route: route.set("steps", list(steps)))
		report = sent(self.slot)
		first = self.rows("district")[0]
		self.assertEqual((first["may_return_to"], first["together"]), ([], ["Second (DHC of ZZ2)"]))
		frappe.db.set_value(
			"Approval Step", {"reference_name": report.name, "unit": "DHC-ZZ2"}, "state", "Skipped"
		)
		approve_as(report, "district")
		last = self.rows("cdc")[0]
		self.assertEqual(last["may_return_to"], [{"step": 1, "title": "First, Second"}])
		self.assertEqual(last["together"], [])

	def test_sent_back_to_a_step_it_awaits_those_who_had_approved_there_again(self) -> None:
		report = approve_as(sent(self.slot), "district")
		with self.acting("cdc"):
			decide_many(report.doctype, [report.name], "Return", "Look at F1.", 1)
		self.assertEqual(self.names("district"), [report.name])
		with self.acting("district"):
			take(report, "Approve")
		self.assertEqual((self.names("district"), self.names("cdc")), ([], [report.name]))

	def test_it_counts_the_approvals_that_stand(self) -> None:
		change_route(lambda route: route.set("steps", [step("District", approvals=2), step("CDC")]))
		report = approve_as(sent(self.slot), "district")
		found = self.rows("colleague")[0]
		self.assertEqual((found["approved"], found["approvals"]), (1, 2))
		approve_as(report, "colleague")
		with self.acting("cdc"):
			self.assertEqual(timeline(report.doctype, report.name)["steps"][0]["approved"], 2)
			decide_many(report.doctype, [report.name], "Return", "Look at F1.", 1)
			self.assertEqual(timeline(report.doctype, report.name)["steps"][0]["approved"], 0)
		self.assertEqual(self.rows("colleague")[0]["approved"], 0)


class TestWhatWasChanged(PortalTestCase):
	"""What the record says was changed between one decision and the next, however close on each other they are."""

	def test_fields_and_rows_changed_before_it_is_sent_again(self) -> None:
		first, second = frappe.get_all("Validation Rule", {"severity": "Warning"}, pluck="name", limit=2)
		report = sent(self.slot, explanations=[{"rule": first, "explanation": "Before"}])
		with self.acting("district"):
			take(report, "Return", "Look at F1.")
		report.reload()
		report.new_f1 = 22
		report.explanations[0].explanation = "After"
		report.append("explanations", {"rule": second, "explanation": "Added"})
		report.save(ignore_version=False)
		report.explanations.pop()
		report.append("explanations", {"rule": second, "explanation": "Another"})
		report.save(ignore_version=False)
		take(report, "Submit")
		decisions = timeline(report.doctype, report.name)["decisions"]
		self.assertEqual([len(row["changes"]) for row in decisions[:2]], [0, 0])
		found = {row["label"]: (row["old"], row["new"]) for row in decisions[2]["changes"]}
		self.assertIn(("21", "22"), found.values())
		self.assertIn(("Before", "After"), found.values())
		added = [new for label, (old, new) in found.items() if label.endswith("row 2") and not old]
		self.assertEqual(len(added), 1)
		self.assertIn("Another", added[0])
		self.assertNotIn("Added", str(found))
