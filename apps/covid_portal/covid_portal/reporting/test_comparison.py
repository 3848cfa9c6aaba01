"""The sheet's comparisons and the day's totals, found again with plain arithmetic."""

from datetime import date, datetime, timedelta
from statistics import mean

import frappe
import pandas as pd
from frappe.utils import get_datetime, getdate

from covid_portal.organisation.writers import insert_rows
from covid_portal.reporting import comparison, day_totals
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.known_figures import reference, remember
from covid_portal.reporting.report.figures_by_group import figures_by_group
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, provisional, sent
from covid_portal.testing.province import COMMUNE, DISTRICT, OTHER_DISTRICT, OUTSIDE, PROVINCE, SIBLING

HOURS = (8, 16)
DAYS = 9
FIRST = date(2031, 3, 3)
FLOWS = ("new_cases", "samples_taken", "doses_given", "quarantine_site_new")
STOCKS = ("under_treatment", "adults_one_dose", "quarantine_site_current", "pcr_pending")


class TestNineDays(PortalTestCase):
	"""Consolidated rows of nine days at 08:00 and 16:00 with figures that nobody would guess."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.figures = {}
		before = None
		for number in range(DAYS * 2):
			at = datetime.combine(FIRST + timedelta(days=number // 2), datetime.min.time()) + timedelta(
				hours=HOURS[number % 2]
			)
			cls.figures[at] = {field: figure(field, number) for field in (*FLOWS, *STOCKS)}
			before = store(at, before, cls.figures[at])
		cls.last = before

	def setUp(self) -> None:
		super().setUp()
		# The clock of the test type, whatever the site's own is.
		self.assertEqual(len(frappe.get_cached_doc("Report Type", REPORT).times), 2)

	def test_the_slot_before_and_the_week_before_stand_beside_each_figure(self) -> None:
		at = max(self.figures)
		for field, row in self.rows().items():
			now, before = self.figures[at][field], self.figures[at - timedelta(hours=8)][field]
			week = self.figures[at - timedelta(days=7)][field]
			self.assertEqual((row["now"], row["before"], row["week_ago"]), (now, before, week), field)
			self.assertEqual((row["change"], row["week_change"]), (now - before, now - week), field)

	def test_the_mean_of_a_flow_is_a_day_s_and_that_of_a_stock_the_hour_s(self) -> None:
		at, rows = max(self.figures), self.rows()
		for field in FLOWS:
			week = sum(
				values[field] for time, values in self.figures.items() if time > at - timedelta(days=7)
			)
			self.assertAlmostEqual(rows[field]["mean_7"], week / 7, delta=0.051)
			self.assertAlmostEqual(rows[field]["week_per_100k"], week * 100_000 / 1600, delta=0.051)
		for field in STOCKS:
			days = [self.figures[at - timedelta(days=day)][field] for day in range(7)]
			self.assertAlmostEqual(rows[field]["mean_7"], mean(days), delta=0.051)
			self.assertIsNone(rows[field]["week_per_100k"])

	def test_figures_per_head_are_of_the_people_below_where_the_area_has_no_number(self) -> None:
		self.assertEqual(self.sheet()["population"], 1600)
		now = self.figures[max(self.figures)]["under_treatment"]
		self.assertAlmostEqual(self.rows()["under_treatment"]["per_100k"], now * 100_000 / 1600, delta=0.051)

	def test_a_figure_nobody_reported_compares_with_nothing(self) -> None:
		rows = {row["fieldname"]: row for group in self.sheet()["groups"] for row in group["rows"]}
		self.assertEqual(
			{rows["arrivals"][key] for key in ("now", "before", "change", "mean_7", "per_100k")}, {None}
		)

	def test_a_week_with_a_hole_has_no_mean(self) -> None:
		slot = slot_name(max(self.figures) - timedelta(days=3))
		frappe.db.delete("Consolidated Report", {"slot": slot, "area": PROVINCE})
		self.assertIsNone(self.rows()["new_cases"]["mean_7"])

	def test_two_slots_of_a_day_add_up_to_the_day_from_16_to_16(self) -> None:
		days = self.days()
		for day in {at.date() for at in self.figures}:
			morning, evening = (
				datetime.combine(day, datetime.min.time()) + timedelta(hours=hour) for hour in HOURS
			)
			slots = frappe.get_all(
				"Report Slot",
				{"name": ("in", [slot_name(morning), slot_name(evening)])},
				["window_start", "slot_time"],
			)
			windows = sorted((get_datetime(row.window_start), get_datetime(row.slot_time)) for row in slots)
			if day > FIRST:
				self.assertEqual(windows, [(evening - timedelta(days=1), morning), (morning, evening)])
			for field in FLOWS:
				sums = self.figures[morning][field] + self.figures[evening][field]
				self.assertEqual(days[day][field], sums, (day, field))
			for field in STOCKS:
				self.assertEqual(days[day][field], self.figures[evening][field], (day, field))
			self.assertTrue(days[day]["whole"])

	def test_days_add_up_to_the_running_total(self) -> None:
		name = f"{self.last}-{PROVINCE}"
		for field in FLOWS:
			total = frappe.db.get_value("Consolidated Report", name, f"total_{field}")
			self.assertEqual(sum(day[field] for day in self.days().values()), total)

	def test_a_day_that_is_not_over_says_so_and_a_stock_nobody_gave_is_not_the_morning_s(self) -> None:
		evening = max(self.figures)
		name = f"{slot_name(evening)}-{PROVINCE}"
		frappe.db.set_value("Consolidated Report", name, "known", reference({"new_cases"}))
		day = self.days()[evening.date()]
		self.assertTrue(pd.isna(day["under_treatment"]))
		self.assertEqual(day["doses_given"], self.figures[evening - timedelta(hours=8)]["doses_given"])
		frappe.db.delete("Consolidated Report", {"name": name})
		self.assertFalse(self.days()[evening.date()]["whole"])

	def test_a_group_is_a_view_by_day_and_by_slot(self) -> None:
		filters = {"group": "vaccination", "area": PROVINCE, "from_date": str(FIRST), "to_date": str(FIRST)}
		columns, days = figures_by_group.execute(filters)
		self.assertIn("doses_given", [column["fieldname"] for column in columns])
		self.assertNotIn("new_cases", [column["fieldname"] for column in columns])
		_columns, slots = figures_by_group.execute({**filters, "by": "Slot"})
		self.assertEqual(days[0]["doses_given"], sum(row["doses_given"] for row in slots))
		self.assertEqual(days[0]["adults_one_dose"], slots[1]["adults_one_dose"])
		self.assertEqual(days[0]["adults_booster"], "–")

	def test_the_view_ends_where_the_scope_does(self) -> None:
		filters = {"area": PROVINCE, "from_date": str(FIRST), "to_date": str(FIRST)}
		for who, rows in {"cdc": 1, "auditor": 1, "district": 0, "reporter": 0, "disabled": 0}.items():
			with self.acting(who), self.subTest(who):
				self.assertEqual(len(figures_by_group.execute(filters)[1]), rows)

	def test_without_an_area_the_view_is_of_one_s_own(self) -> None:
		filters = {"from_date": str(FIRST), "to_date": str(FIRST)}
		with self.acting("cdc"):
			self.assertEqual(len(figures_by_group.execute(filters)[1]), 1)
		with self.acting("district"):
			self.assertEqual(figures_by_group.execute(filters)[1], [])

	def test_a_view_of_years_is_refused(self) -> None:
		filters = {"area": PROVINCE, "from_date": "2001-01-01", "to_date": "2031-01-01"}
		self.assertRefused(figures_by_group.ReportTooLong, figures_by_group.execute, filters)

	def days(self) -> dict[date, dict]:
		last = max(self.figures).date()
		table = day_totals.day_rows(REPORT, day_totals.slot_rows(REPORT, PROVINCE, FIRST, last))
		return {getdate(row["day"]): row for row in table.to_dict("records")}

	def sheet(self) -> dict:
		return comparison.compare(self.last, PROVINCE)

	def rows(self) -> dict[str, dict]:
		rows = {row["fieldname"]: row for group in self.sheet()["groups"] for row in group["rows"]}
		return {field: rows[field] for field in (*FLOWS, *STOCKS)}


class TestReportingLists(PortalTestCase):
	def test_missing_provisional_and_carried_areas_are_named(self) -> None:
		for area in (COMMUNE, SIBLING, OUTSIDE):
			accepted(self.previous, area)
		accepted(self.slot, COMMUNE)
		provisional(self.slot, OUTSIDE)
		sent(self.slot, "ZZ22")
		frappe.db.set_value("Report Obligation", {"slot": self.slot, "area": COMMUNE}, "on_time", 0)
		consolidate(self.previous)
		consolidate(self.slot)
		data = comparison.compare(self.slot, PROVINCE)
		named = {key: [row["area"] for row in rows] for key, rows in data["lists"].items()}
		self.assertEqual(named["missing"], [SIBLING, "ZZ22"])
		self.assertEqual(named["late"], [COMMUNE])
		self.assertEqual(named["provisional"], [OUTSIDE])
		self.assertEqual(named["carried"], [SIBLING])
		self.assertEqual(
			data["completeness"], {"expected": 4, "reported": 2, "provisional": 1, "carried": 2, "missing": 2}
		)
		inside = comparison.compare(self.slot, DISTRICT)["lists"]["missing"]
		self.assertEqual([row["area"] for row in inside], [SIBLING])

	def test_a_sheet_is_for_those_who_may_read_the_figures(self) -> None:
		consolidate(self.slot)
		for who in ("district", "cdc", "auditor"):
			with self.acting(who):
				self.assertEqual(comparison.sheet(self.slot, DISTRICT)["area"], DISTRICT)
		for who in ("reporter", "other district", "stranger", "disabled", "Guest"):
			with self.acting(who), self.subTest(who):
				self.assertRefused(frappe.PermissionError, comparison.sheet, self.slot, DISTRICT)

	def test_the_sheet_can_be_printed(self) -> None:
		accepted(self.slot, COMMUNE)
		consolidate(self.slot)
		frappe.local.lang = "vi"
		html = frappe.get_print("Consolidated Report", f"{self.slot}-{DISTRICT}", "Consolidated Figures")
		self.assertIn(SIBLING, html)
		self.assertIn("Mắc mới trong kỳ", html)


def figure(field: str, number: int) -> int:
	return (number * number * 7 + len(field) * 13 + (number % 5) * 31) % 211 + 20


def slot_name(at: datetime) -> str:
	return f"ZZT-{at:%Y-%m-%d-%H%M}"


def store(at: datetime, before: str | None, figures: dict[str, int]) -> str:
	"""A counted slot with the province's row alone; returns its name."""
	name = slot_name(at)
	start = at - timedelta(hours=8 if at.hour == 16 else 16)
	slot = {
		"name": name,
		"report_type": REPORT,
		"slot_time": at,
		"window_start": start,
		"previous_slot": before,
	}
	slot |= {"opens_at": start, "locks_at": at + timedelta(days=1), "state": "Consolidated"}
	insert_rows("Report Slot", list(slot), [list(slot.values())])
	totals = {f"total_{field}": total_before(before, field) + figures[field] for field in FLOWS}
	row = {
		"name": f"{name}-{PROVINCE}",
		"slot": name,
		"slot_time": at,
		"report_type": REPORT,
		"area": PROVINCE,
	}
	row |= {
		"area_level": 1,
		"expected": 4,
		"reported": 3,
		"known": reference(set(figures)),
		**figures,
		**totals,
	}
	remember([set(figures)])
	insert_rows("Consolidated Report", list(row), [list(row.values())])
	add_people()
	return name


def total_before(before: str | None, field: str) -> int:
	return (
		frappe.db.get_value("Consolidated Report", f"{before}-{PROVINCE}", f"total_{field}") or 0
		if before
		else 0
	)


def add_people() -> None:
	"""700 in one commune, 900 in the other district as a whole, of which 50 are told of its ward as well."""
	columns = ["name", "parent", "parenttype", "parentfield", "population_group", "persons", "as_of"]
	people = ((COMMUNE, 700), (OTHER_DISTRICT, 900), (OUTSIDE, 50))
	rows = [[f"total-{area}", area, "Area", "populations", "total", n, "2030-01-01"] for area, n in people]
	insert_rows("Area Population", columns, rows, ignore=True)
