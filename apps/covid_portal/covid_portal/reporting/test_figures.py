"""Every figure is sound before it is stored: whole numbers within bounds that do not contradict each other."""

import frappe

from covid_portal.reporting import definitions
from covid_portal.reporting.doctype.situation_report.situation_report import BrokenRule, ExplanationMissing
from covid_portal.reporting.figures import FigureMissing, InvalidFigure
from covid_portal.testing.case import REPORT, PortalTestCase, draft, label, new_report, sent, state_of, take
from covid_portal.testing.figures import MANDATORY


class TestSoundFigures(PortalTestCase):
	def assertFigureRefused(self, field: str, value) -> None:
		with self.acting("reporter"):
			report = new_report(self.slot, **{field: value})
			self.assertIn(label(field), self.assertRefused(InvalidFigure, report.insert, says="Commune ZZ11"))

	def test_what_is_no_whole_number_is_refused_by_the_name_of_its_field(self) -> None:
		for value in (
			"abc",
			"1.5",
			1.5,
			"1,000",
			"0x10",
			"1e3",
			True,
			False,
			[1],
			{"a": 1},
			float("nan"),
			float("inf"),
			"٪",
		):
			self.assertFigureRefused("arrivals", value)

	def test_negative_and_huge_figures_are_refused(self) -> None:
		for value in (-1, "-5", 2_000_000_001, "9" * 30, 10**400, 1e30):
			self.assertFigureRefused("arrivals", value)

	def test_whole_numbers_in_any_writing_are_taken(self) -> None:
		report = draft(self.slot, arrivals=" 12 ", sanctions=3.0, checkpoints="007")
		self.assertEqual((report.arrivals, report.sanctions, report.checkpoints), (12, 3, 7))

	def test_the_indicators_own_bounds_hold(self) -> None:
		name = {"report_type": REPORT, "fieldname": "arrivals"}
		frappe.db.set_value("Indicator", name, {"minimum": 2, "maximum": 10})
		definitions.forget()
		for value in (0, 1, 11):
			self.assertRefused(InvalidFigure, new_report(self.slot, arrivals=value).insert)
		self.assertEqual(draft(self.slot, arrivals=10).arrivals, 10)

	def test_each_mandatory_figure_is_missed_by_its_name(self) -> None:
		for field in MANDATORY:
			for blank in (None, ""):
				self.assertRefused(
					FigureMissing, new_report(self.slot, **{field: blank}).insert, says=label(field)
				)

	def test_contradictions_are_refused_at_the_field(self) -> None:
		sent(self.previous, pcr_pending=0, pcr_negative=90)
		for field, changes in {
			"pcr_positive": {"pcr_positive": 131, "samples_taken": 130},
			"treatment_beds_used": {"treatment_beds": 40, "treatment_beds_used": 41},
			"new_cases": {"new_cases": 7},
		}.items():
			self.assertRefused(BrokenRule, new_report(self.slot, **changes).insert, says=label(field))

	def test_a_draft_may_be_incomplete_but_is_not_sent_with_blanks(self) -> None:
		with self.acting("reporter"):
			report = draft(self.slot, incomplete=1, deaths=None, new_f1=None)
			self.assertRefused(FigureMissing, take, report, "Submit", says="Commune ZZ11")
			self.assertEqual(state_of(report.name), "Draft")
			report.update({"deaths": 0, "new_f1": 3})
			report.save()
			self.assertEqual(take(report, "Submit").incomplete, 0)

	def test_even_an_incomplete_draft_does_not_contradict_itself(self) -> None:
		self.assertRefused(BrokenRule, new_report(self.slot, incomplete=1, new_cases=7).insert)

	def test_a_warning_asks_for_a_word_before_the_report_is_sent(self) -> None:
		report = draft(self.slot, deaths=1)
		rule = frappe.db.get_value("Validation Rule", {"rule_key": "deaths_reported"})
		self.assertRefused(ExplanationMissing, take, report, "Submit", says="Commune ZZ11")
		report.set("explanations", [{"rule": rule, "explanation": "   "}])
		self.assertRefused(frappe.MandatoryError, report.save)
		report = frappe.get_doc(REPORT, report.name)
		report.set("explanations", [{"rule": rule, "explanation": "Bệnh nhân cao tuổi."}])
		report.save()
		self.assertEqual(take(report, "Submit").workflow_state, "In Approval")

	def test_a_word_on_one_warning_does_not_explain_another(self) -> None:
		rule = frappe.db.get_value("Validation Rule", {"rule_key": "deaths_reported"})
		report = draft(
			self.slot, deaths=1, followed_f1=0, explanations=[{"rule": rule, "explanation": "Có."}]
		)
		self.assertRefused(ExplanationMissing, take, report, "Submit")

	def test_the_slot_before_counts_only_what_was_sent(self) -> None:
		draft(self.previous, adults_one_dose=900)
		self.assertEqual(sent(self.slot).workflow_state, "In Approval")
		take(frappe.get_doc(REPORT, f"{self.previous}-ZZ11"), "Submit")
		with self.acting("district"):
			report = take(f"{self.slot}-ZZ11", "Return", "Please look again.")
		self.assertRefused(ExplanationMissing, take, report, "Submit")
