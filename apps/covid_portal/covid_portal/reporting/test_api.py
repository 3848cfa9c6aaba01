"""The endpoints of the field page: what is due, the form, saving and sending once."""

import json
from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from covid_portal.reporting import api
from covid_portal.reporting.figures import FigureMissing, InvalidFigure
from covid_portal.reporting.saving import StaleReport
from covid_portal.reporting.slots import SlotClosed
from covid_portal.testing.case import (
	REPORT,
	PortalTestCase,
	accepted,
	approve_as,
	draft,
	figures,
	make_slot,
	sent,
	state_of,
	take,
)
from covid_portal.testing.province import address


class TestWhatIsDue(PortalTestCase):
	def due(self, who: str) -> list[dict]:
		with self.acting(who):
			return [row for row in api.due()["obligations"] if row["slot"] in (self.previous, self.slot)]

	def test_a_reporter_owes_the_own_areas_reports_newest_first(self) -> None:
		rows = self.due("reporter")
		self.assertEqual(
			[(row["slot"], row["area"]) for row in rows], [(self.slot, "ZZ11"), (self.previous, "ZZ11")]
		)
		self.assertEqual(
			(rows[0]["state"], rows[0]["report"], rows[0]["workflow_state"]), ("Expected", None, None)
		)

	def test_both_lines_of_an_area_owe_the_same_report(self) -> None:
		with self.acting("reporter"):
			name = sent(self.slot).name
		row = self.due("government")[0]
		self.assertEqual(
			(row["report"], row["workflow_state"], row["unit"]), (name, "In Approval", "CHS-ZZ11")
		)

	def test_those_who_enter_no_reports_owe_none(self) -> None:
		for who in ("district", "cdc", "auditor", "stranger", "disabled", "ended", "future"):
			self.assertEqual(self.due(who), [], who)

	def test_units_are_those_of_the_running_duties(self) -> None:
		with self.acting("reporter"):
			answer = api.due()
		self.assertEqual([unit["unit"] for unit in answer["units"]], ["CHS-ZZ11"])

	def test_late_is_what_came_or_would_come_after_the_cut_off(self) -> None:
		self.assertEqual([row["is_late"] for row in self.due("reporter")], [False, False])
		frappe.db.set_value(
			"Report Obligation",
			{"slot": self.slot, "area": "ZZ11"},
			"due_at",
			now_datetime() - timedelta(minutes=1),
		)
		self.assertEqual([row["is_late"] for row in self.due("reporter")], [True, False])

	def test_within_the_grace_nothing_is_late(self) -> None:
		frappe.db.set_value("Report Type", REPORT, "grace_minutes", 10)
		frappe.clear_document_cache("Report Type", REPORT)
		owed = {"slot": self.slot, "area": "ZZ11"}
		for minutes, late in ((9, False), (11, True)):
			frappe.db.set_value(
				"Report Obligation", owed, "due_at", now_datetime() - timedelta(minutes=minutes)
			)
			self.assertEqual(self.due("reporter")[0]["is_late"], late, minutes)

	def test_what_was_sent_within_the_grace_is_not_late_afterwards(self) -> None:
		for grace, late in ((10, False), (0, True)):
			frappe.db.savepoint("grace")
			frappe.db.set_value("Report Type", REPORT, "grace_minutes", grace)
			frappe.clear_document_cache("Report Type", REPORT)
			owed = {"slot": self.slot, "area": "ZZ11"}
			frappe.db.set_value("Report Obligation", owed, "due_at", now_datetime() - timedelta(minutes=5))
			sent(self.slot)
			frappe.db.set_value("Report Type", REPORT, "grace_minutes", 1)
			frappe.clear_document_cache("Report Type", REPORT)
			self.assertEqual(self.due("reporter")[0]["is_late"], late, grace)
			frappe.db.rollback(save_point="grace")

	def test_who_is_excused_is_late_with_nothing(self) -> None:
		values = {"due_at": now_datetime() - timedelta(hours=1), "state": "Excused"}
		frappe.db.set_value("Report Obligation", {"slot": self.slot, "area": "ZZ11"}, values)
		self.assertFalse(self.due("reporter")[0]["is_late"])

	def test_a_guest_is_asked_to_log_in(self) -> None:
		with self.acting("Guest"):
			for call in (
				api.due,
				lambda: api.form(self.slot, "ZZ11"),
				lambda: api.save(self.slot, "ZZ11", {}),
			):
				self.assertRefused(frappe.AuthenticationError, call)


class TestTheForm(PortalTestCase):
	def form(self, who: str = "reporter", slot: str | None = None) -> dict:
		with self.acting(who):
			return api.form(slot or self.slot, "ZZ11")

	def indicators(self, form: dict) -> dict[str, dict]:
		return {row["fieldname"]: row for group in form["groups"] for row in group["indicators"]}

	def test_a_new_form_is_blank_with_the_slot_before_beside_it(self) -> None:
		accepted(self.previous, deaths=0)
		form = self.form()
		rows = self.indicators(form)
		self.assertTrue(all(row["value"] is None for row in rows.values()))
		before = [rows[field]["previous"] for field in ("new_cases", "deaths", "ended_f1")]
		self.assertEqual(before, [6, 0, None])
		self.assertEqual(form["previous_slot"]["slot"], self.previous)
		self.assertEqual((form["editable"], form["reason"], form["modified"]), (True, "", None))
		self.assertEqual(form["population"]["adults"], 1000)

	def test_what_was_entered_is_there_again_with_blanks_blank(self) -> None:
		draft(self.slot)
		rows = self.indicators(self.form())
		self.assertEqual(
			[rows[field]["value"] for field in ("new_cases", "deaths", "ended_f1")], [6, 0, None]
		)

	def test_the_form_is_plain_json(self) -> None:
		draft(self.slot)
		self.assertTrue(json.dumps(self.form(), allow_nan=False))

	def test_it_says_why_it_cannot_be_changed(self) -> None:
		draft(self.slot)
		self.assertIn("not change it", self.form("district")["reason"])
		take(f"{self.slot}-ZZ11", "Submit")
		self.assertIn("In Approval", self.form()["reason"])
		with self.acting("district"):
			take(f"{self.slot}-ZZ11", "Return", "Giường <b>dùng</b> giảm?")
		form = self.form()
		self.assertEqual((form["editable"], form["return_reason"]), (True, "Giường <b>dùng</b> giảm?"))
		frappe.db.set_value("Report Slot", self.slot, "locks_at", now_datetime() - timedelta(minutes=1))
		self.assertIn("locked", self.form()["reason"])

	def test_it_says_whose_decision_it_awaits_and_who_corrects_it_once_it_is_public(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		self.assertEqual(self.told("awaits_me"), {"reporter": False, "district": True, "cdc": False})
		approve_as(report, "district", "cdc")
		nobody = dict.fromkeys(("reporter", "district", "cdc"), False)
		self.assertEqual((self.told("awaits_me"), self.told("may_correct")), (nobody, nobody))
		frappe.db.set_value("Report Slot", self.slot, "published_at", now_datetime())
		self.assertEqual(self.told("may_correct"), {**nobody, "reporter": True})

	def told(self, key: str) -> dict[str, bool]:
		found = {}
		for who in ("reporter", "district", "cdc"):
			with self.acting(who):
				found[who] = api.form(self.slot, "ZZ11")[key]
		return found

	def test_decisions_name_units_and_no_people(self) -> None:
		accepted(self.slot)
		decisions = self.form()["decisions"]
		self.assertEqual([row["by_unit"] for row in decisions], ["CDC of ZZ", "DHC of ZZ1", "CHS of ZZ11"])
		self.assertNotIn("@", json.dumps(decisions))

	def test_another_areas_form_is_refused(self) -> None:
		draft(self.slot)
		for who in ("sibling", "outsider", "other district", "stranger", "disabled", "ended", "future"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, api.form, self.slot, "ZZ11")

	def test_a_form_that_nobody_owes_is_refused_alike(self) -> None:
		with self.acting("reporter"):
			self.assertRefused(frappe.PermissionError, api.form, "SIT-1999-01-01-0800", "ZZ11")
			self.assertRefused(frappe.PermissionError, api.form, self.slot, "ZZ99' or '1' = '1")

	def test_who_sees_obligations_but_no_reports_sees_no_figures(self) -> None:
		draft(self.slot)
		frappe.db.delete("Scope Rule", {"document_type": REPORT, "duty": "Auditor"})
		with self.acting("auditor"):
			self.assertRefused(frappe.PermissionError, api.form, self.slot, "ZZ11")


class TestSaving(PortalTestCase):
	def save(self, who: str = "reporter", **arguments) -> dict:
		given = {"slot": self.slot, "area": "ZZ11", "figures": figures(), "submit": True} | arguments
		with self.acting(who):
			return api.save(**given)

	def assertSaveRefused(
		self, error: type[Exception], who: str = "reporter", says: str = "", **arguments
	) -> None:
		given = {"slot": self.slot, "area": "ZZ11", "figures": figures(), "submit": True} | arguments
		with self.acting(who):
			self.assertRefused(error, api.save, says=says, **given)

	def test_saved_and_sent_in_one(self) -> None:
		answer = self.save(idempotency_key="one")
		self.assertEqual((answer["report"], answer["workflow_state"]), (f"{self.slot}-ZZ11", "In Approval"))
		report = frappe.get_doc(REPORT, answer["report"])
		self.assertEqual(
			(report.owner, report.channel, report.unit), (address("reporter"), "Web", "CHS-ZZ11")
		)
		self.assertEqual(
			(report.deaths, report.ended_f1, str(report.modified)), (0, None, answer["modified"])
		)

	def test_the_figures_may_come_as_json_text(self) -> None:
		answer = self.save(figures=json.dumps(figures(sanctions=2)), explanations="{}")
		self.assertEqual(frappe.get_doc(REPORT, answer["report"]).sanctions, 2)

	def test_a_draft_may_have_blanks_and_is_not_sent(self) -> None:
		answer = self.save(figures={"new_cases": 1}, submit=False)
		self.assertEqual(answer["workflow_state"], "Draft")
		self.assertSaveRefused(FigureMissing, figures={}, modified=answer["modified"])
		self.assertEqual(self.save(modified=answer["modified"])["workflow_state"], "In Approval")

	def test_what_is_refused_at_sending_is_not_kept_as_a_draft_either(self) -> None:
		self.assertSaveRefused(frappe.ValidationError, figures=figures(deaths=1), says="Commune ZZ11")
		self.assertFalse(frappe.db.exists(REPORT, f"{self.slot}-ZZ11"))

	def test_the_same_key_twice_stores_once_and_answers_alike(self) -> None:
		first = self.save(idempotency_key="once")
		with self.assertNothingStored():
			self.assertEqual(self.save(idempotency_key="once"), first)
			self.assertEqual(self.save(idempotency_key="once", figures=figures(new_f1=99)), first)
		self.assertEqual(frappe.db.count("Approval Decision", {"reference_name": first["report"]}), 1)

	def test_another_key_is_another_sending(self) -> None:
		self.save(idempotency_key="first")
		self.assertSaveRefused(frappe.ValidationError, idempotency_key="second")

	def test_the_key_of_a_saved_draft_does_not_swallow_its_sending(self) -> None:
		answer = self.save(idempotency_key="same", submit=False)
		answer = self.save(idempotency_key="same", modified=answer["modified"])
		self.assertEqual(answer["workflow_state"], "In Approval")

	def test_a_change_by_somebody_else_is_not_written_over(self) -> None:
		answer = self.save(submit=False)
		with self.acting("government"):
			api.save(self.slot, "ZZ11", figures(new_f1=50), modified=answer["modified"])
		for modified in (answer["modified"], None, "2021-01-01 00:00:00", "a while ago"):
			self.assertSaveRefused(StaleReport, submit=False, modified=modified, says="Commune ZZ11")
		self.assertEqual(StaleReport.http_status_code, 409)

	def test_another_areas_report_is_refused_in_a_sentence(self) -> None:
		for who in (
			"sibling",
			"outsider",
			"district",
			"cdc",
			"administrator",
			"auditor",
			"stranger",
			"ended",
		):
			self.assertSaveRefused(frappe.PermissionError, who, says="Commune ZZ11")
		self.save("sibling", area="ZZ12", submit=False)
		self.assertSaveRefused(frappe.PermissionError, area="ZZ12", says="Township ZZ12")

	def test_unknown_fields_are_refused_by_name(self) -> None:
		for field in ("workflow_state", "unit", "answered", "total_new_cases", "name", "__class__"):
			self.assertSaveRefused(frappe.ValidationError, figures=figures(**{field: 1}), says=field)

	def test_figures_that_are_no_figures_are_refused(self) -> None:
		for given in ("[]", "[1]", "garbage", "1", '"text"', "{", "null"):
			self.assertSaveRefused(frappe.ValidationError, figures=given)
		for value in (-1, 1.5, "x", [1], {"a": 1}, True):
			self.assertSaveRefused(InvalidFigure, figures=figures(arrivals=value))

	def test_explanations_of_anything_but_rules_are_dropped(self) -> None:
		rule = frappe.db.get_value("Validation Rule", {"rule_key": "deaths_reported"})
		words = {rule: " Cao tuổi. ", "no rule": "x", "": "y"}
		answer = self.save(figures=figures(deaths=1), explanations=words)
		explained = frappe.get_doc(REPORT, answer["report"]).explanations
		self.assertEqual([(row.rule, row.explanation) for row in explained], [(rule, "Cao tuổi.")])

	def test_after_the_lock_nothing_is_saved(self) -> None:
		times = {
			"opens_at": now_datetime() - timedelta(hours=9),
			"locks_at": now_datetime() - timedelta(minutes=1),
		}
		slot = make_slot(9, **times)
		for submit in (True, False):
			self.assertSaveRefused(SlotClosed, slot=slot, submit=submit, says=f"{times['locks_at']:%H:%M}")

	def test_a_slot_or_an_area_that_is_not_there_is_refused(self) -> None:
		refused = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)
		self.assertSaveRefused(refused, slot="SIT-1999-01-01-0800")
		self.assertSaveRefused(refused, area="ZZ99")

	def test_a_returned_report_is_corrected_and_sent_again(self) -> None:
		first = self.save(idempotency_key="first")
		with self.acting("district"):
			returned = take(first["report"], "Return", "Please check.")
		answer = self.save(
			figures=figures(new_f1=22), idempotency_key="second", modified=str(returned.modified)
		)
		self.assertEqual(answer["workflow_state"], "In Approval")
		self.assertEqual(state_of(first["report"]), "In Approval")
