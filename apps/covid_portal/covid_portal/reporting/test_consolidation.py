"""Consolidation against an independent sum: plain Python over the reports, with the rules of design §3 written anew."""

from unittest.mock import patch

import frappe

from covid_portal.organisation import jobs
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.consolidation import consolidate, consolidate_from
from covid_portal.reporting.doctype.report_slot.report_slot import refresh, refresh_later
from covid_portal.testing.case import (
	REPORT,
	PortalTestCase,
	accepted,
	approve_as,
	change_route,
	draft,
	figures,
	make_slot,
	owe,
	provisional,
	sent,
	take,
)
from covid_portal.testing.province import COMMUNES

PARTS = {"ZZ": COMMUNES, "ZZ1": ("ZZ11", "ZZ12"), "ZZ2": ("ZZ21", "ZZ22")}
QUIET = {
	"new_cases": 0,
	"community_cases": 0,
	"quarantine_cases": 0,
	"imported_cases": 0,
	"under_treatment": 3,
	"treated_at_home": 1,
	"treated_in_facilities": 2,
	"severe_cases": 0,
	"on_oxygen": 0,
	"on_ventilator": 0,
}


class ConsolidationCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.third = make_slot(2, previous=cls.slot)
		cls.slots = [cls.previous, cls.slot, cls.third]
		cls.indicators = {row.fieldname: row for row in definitions.indicators(REPORT)}

	def consolidate(self, *names: str) -> None:
		for name in names or self.slots:
			consolidate(name)
			frappe.db.set_value("Report Slot", name, "state", slots.CONSOLIDATED)

	def row(self, slot: str, area: str):
		return frappe.get_doc("Consolidated Report", {"slot": slot, "area": area})

	# --- the independent sum

	def counted(self, slot: str) -> dict[str, dict]:
		"""{area: {field: value}} of the reports that count in the slot, answered figures only."""
		found = {}
		for name in frappe.get_all(REPORT, {"slot": slot}, pluck="name"):
			report = frappe.get_doc(REPORT, name)
			if report.workflow_state == "Approved" or (report.workflow_state, report.approval_step) == (
				"In Approval",
				2,
			):
				given = {field: report.get(field) for field in self.indicators}
				found[report.area] = {field: value for field, value in given.items() if value is not None}
		return found

	def expected(self) -> dict[tuple[str, str], tuple[dict, dict]]:
		"""{(slot, area): (figures, running totals)} for the communes and every area above."""
		figures_of, totals_of, result = {}, {}, {}
		for slot in self.slots:
			reports = self.counted(slot)
			for area in COMMUNES:
				given, before = reports.get(area, {}), figures_of.get(area, {})
				stocks = {f: v for f, v in before.items() if self.indicators[f].kind == "Stock"}
				figures_of[area] = stocks | given
				earlier = totals_of.get(area, {})
				flows = [field for field, row in self.indicators.items() if row.cumulative]
				totals_of[area] = {field: earlier.get(field, 0) + given.get(field, 0) for field in flows}
				result[slot, area] = (figures_of[area], totals_of[area])
			for whole, parts in PARTS.items():
				result[slot, whole] = (
					added([figures_of[area] for area in parts]),
					added([totals_of[area] for area in parts]),
				)
		return result

	def assertAllAsExpected(self) -> None:
		for (slot, area), (known, totals) in self.expected().items():
			row = self.row(slot, area)
			self.assertEqual(
				{field: row.get(field) for field in self.indicators}, dict.fromkeys(self.indicators) | known
			)
			self.assertEqual({field: row.get(f"total_{field}") for field in totals}, totals)


def added(rows: list[dict]) -> dict:
	"""Sum field by field; a field nobody knows is left out."""
	fields = {field for row in rows for field in row}
	return {field: sum(row.get(field, 0) for row in rows) for field in fields}


class TestTheSums(ConsolidationCase):
	def test_every_figure_of_every_area_over_three_slots(self) -> None:
		for number, slot in enumerate(self.slots):
			for place, area in enumerate(COMMUNES):
				if (number, place) not in {(0, 3), (1, 0), (1, 3), (2, 1)}:
					accepted(
						slot,
						area,
						new_f1=10 * number + place,
						doses_given=100 * place,
						ended_f2=place or None,
					)
		self.consolidate()
		self.assertAllAsExpected()

	def test_a_slot_without_any_report(self) -> None:
		self.consolidate()
		self.assertAllAsExpected()
		row = self.row(self.slot, "ZZ")
		self.assertEqual(
			(row.expected, row.reported, row.carried, row.new_cases, row.total_new_cases), (4, 0, 4, None, 0)
		)

	def test_flows_of_a_silent_area_add_nothing_and_its_stocks_are_carried_over(self) -> None:
		accepted(self.previous)
		self.consolidate()
		for slot in self.slots[1:]:
			row = self.row(slot, "ZZ11")
			self.assertEqual((row.new_cases, row.under_treatment, row.total_new_cases), (None, 40, 6))
			self.assertEqual((row.reported, row.carried, row.carried_from), (0, 1, self.previous))

	def test_a_stock_left_blank_keeps_its_last_value_and_a_flow_left_blank_is_nothing(self) -> None:
		accepted(self.previous, treatment_beds=60, doses_given=210, ended_f1=4)
		accepted(self.slot, treatment_beds=None, treatment_beds_used=None, ended_f1=None)
		self.consolidate()
		row = self.row(self.slot, "ZZ11")
		self.assertEqual((row.treatment_beds, row.ended_f1, row.total_ended_f1), (60, None, 4))
		self.assertEqual((row.reported, row.carried, row.carried_from), (1, 0, None))

	def test_a_zero_is_a_zero_and_not_the_value_before(self) -> None:
		accepted(self.previous, lockdown_areas=3)
		accepted(self.slot, lockdown_areas=0)
		self.consolidate()
		self.assertEqual(self.row(self.slot, "ZZ11").lockdown_areas, 0)
		self.assertEqual(self.row(self.slot, "ZZ").lockdown_areas, 0)

	def test_what_nobody_answered_is_unknown_at_every_level(self) -> None:
		accepted(self.slot)
		accepted(self.slot, "ZZ21", mobile_stations=0)
		self.consolidate()
		self.assertEqual(
			[self.row(self.slot, area).mobile_stations for area in ("ZZ11", "ZZ1", "ZZ21", "ZZ2", "ZZ")],
			[None, None, 0, 0, 0],
		)
		self.assertIsNone(self.row(self.slot, "ZZ").sanctions)

	def test_a_figure_that_does_not_add_up_is_unknown_above(self) -> None:
		frappe.db.set_value(
			"Indicator", {"report_type": REPORT, "fieldname": "checkpoints"}, "aggregation", "None"
		)
		frappe.db.set_value(
			"Indicator", {"report_type": REPORT, "fieldname": "oxygen_points"}, "aggregation", "Max"
		)
		definitions.forget()
		accepted(self.slot, checkpoints=3, oxygen_points=5)
		accepted(self.slot, "ZZ12", checkpoints=4, oxygen_points=2)
		self.consolidate()
		self.assertEqual(self.row(self.slot, "ZZ11").checkpoints, 3)
		self.assertEqual([self.row(self.slot, area).checkpoints for area in ("ZZ1", "ZZ")], [None, None])
		self.assertEqual([self.row(self.slot, area).oxygen_points for area in ("ZZ1", "ZZ")], [5, 5])

	def test_consolidating_twice_changes_nothing(self) -> None:
		accepted(self.previous)
		accepted(self.slot, "ZZ21")
		self.consolidate()
		self.assertAllAsExpected()
		rows = frappe.db.count("Consolidated Report", {"slot": ("in", self.slots)})
		self.consolidate()
		self.assertAllAsExpected()
		self.assertEqual(
			(rows, frappe.db.count("Consolidated Report", {"slot": ("in", self.slots)})), (21, 21)
		)

	def test_again_rows_of_reporting_areas_that_say_the_same_stay_untouched(self) -> None:
		accepted(self.slot)
		self.consolidate()
		frappe.db.sql(
			"update `tabConsolidated Report` set creation = '2021-01-01' where slot = %s", self.slot
		)
		accepted(self.slot, "ZZ21", new_f1=8)
		consolidate(self.slot)
		renewed = {"slot": self.slot, "creation": (">", "2021-01-02"), "area": ("in", COMMUNES)}
		self.assertEqual(frappe.get_all("Consolidated Report", renewed, pluck="area"), ["ZZ21"])
		self.consolidate()
		self.assertAllAsExpected()

	def test_again_an_area_that_owes_nothing_any_more_is_closed_and_opened_when_it_owes(self) -> None:
		accepted(self.previous, "ZZ22", new_f1=30)
		accepted(self.slot, "ZZ22", new_f1=5)
		self.consolidate()
		owed = {"slot": self.slot, "area": "ZZ22"}
		columns = ["closed", "expected", "new_f1", "total_new_f1"]
		frappe.db.delete("Report Obligation", owed)
		consolidate(self.slot)
		self.assertEqual(frappe.db.get_value("Consolidated Report", owed, columns), (1, 0, 0, 30))
		owe(self.slot, ("ZZ22",))
		self.consolidate()
		self.assertEqual(frappe.db.get_value("Consolidated Report", owed, columns), (0, 1, 5, 35))
		self.assertAllAsExpected()


class TestWhatCounts(ConsolidationCase):
	def completeness(self, area: str) -> tuple[int, ...]:
		row = self.row(self.slot, area)
		return row.expected, row.reported, row.provisional, row.carried

	def test_k_of_n_with_the_provisional_ones_among_k(self) -> None:
		accepted(self.slot)
		provisional(self.slot, "ZZ12")
		sent(self.slot, "ZZ21")
		draft(self.slot, "ZZ22")
		self.consolidate()
		self.assertEqual(self.completeness("ZZ1"), (2, 2, 1, 0))
		self.assertEqual(self.completeness("ZZ2"), (2, 0, 0, 2))
		self.assertEqual(self.completeness("ZZ"), (4, 2, 1, 2))
		slot = frappe.db.get_value("Report Slot", self.slot, ["expected", "reported", "provisional"])
		self.assertEqual(slot, (4, 2, 1))
		self.assertAllAsExpected()

	def test_returned_refused_and_withdrawn_reports_do_not_count(self) -> None:
		for area, who, decision in (("ZZ11", "cdc", "Return"), ("ZZ21", "cdc", "Refuse")):
			provisional(self.slot, area)
			with self.acting(who):
				take(f"{self.slot}-{area}", decision, "Please check.")
		take(sent(self.slot, "ZZ12"), "Withdraw")
		self.consolidate()
		self.assertEqual(self.completeness("ZZ"), (4, 0, 0, 4))
		self.assertIsNone(self.row(self.slot, "ZZ").new_cases)

	def test_where_the_route_says_so_every_report_under_way_counts(self) -> None:
		change_route(lambda route: [step.set("counts_as_provisional", 1) for step in route.steps])
		sent(self.slot)
		self.consolidate()
		self.assertEqual(self.completeness("ZZ11"), (1, 1, 1, 0))

	def test_a_resent_report_counts_once(self) -> None:
		report = provisional(self.slot)
		with self.acting("cdc"):
			report = take(report, "Return", "Please check.")
		approve_as(take(report, "Submit"), "district")
		self.consolidate()
		self.assertEqual(self.completeness("ZZ11"), (1, 1, 1, 0))
		self.assertEqual(self.row(self.slot, "ZZ").new_cases, 6)


class TestLateReports(ConsolidationCase):
	def test_a_late_report_moves_every_later_slot(self) -> None:
		accepted(self.slot)
		self.consolidate()
		accepted(self.previous, **{**figures(), "new_f1": 500, "followed_f2": 7})
		accepted(self.previous, "ZZ12", **{**figures(), **QUIET})
		consolidate_from(self.previous)
		self.assertAllAsExpected()
		last = self.row(self.third, "ZZ")
		self.assertEqual((last.total_new_f1, last.followed_f2, last.under_treatment), (500 + 21 + 21, 7, 43))

	def test_earlier_slots_and_slots_still_open_are_left_alone(self) -> None:
		self.consolidate(self.previous, self.slot)
		accepted(self.slot)
		consolidate_from(self.slot)
		self.assertEqual(self.row(self.previous, "ZZ").total_new_cases, 0)
		self.assertFalse(frappe.db.exists("Consolidated Report", {"slot": self.third}))

	def test_the_job_after_a_decision_refreshes_what_stands(self) -> None:
		self.consolidate()
		accepted(self.slot)
		self.assertIsNone(self.row(self.slot, "ZZ").new_cases)
		refresh(self.slot)
		self.assertEqual(self.row(self.slot, "ZZ").new_cases, 6)
		self.assertEqual(self.row(self.third, "ZZ").total_new_cases, 6)

	def test_the_job_leaves_a_slot_alone_that_is_not_consolidated(self) -> None:
		accepted(self.slot)
		refresh(self.slot)
		self.assertFalse(frappe.db.exists("Consolidated Report", {"slot": self.slot}))

	def test_a_consolidation_that_the_decision_did_not_see_is_refreshed_too(self) -> None:
		with patch.object(frappe.db, "after_commit") as stored:
			refresh_later({self.slot, self.third})
		self.consolidate(self.previous, self.slot)
		with patch.object(jobs, "once") as queued:
			stored.add.call_args.args[0]()
		[call] = queued.call_args_list
		self.assertEqual(call.kwargs, {"slot": self.slot})
