"""Corrections: what may be corrected, and that moving the consolidated rows gives what a rebuild gives."""

from pathlib import Path
from unittest.mock import patch

import frappe
import pandas as pd
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.decisions import decide
from covid_portal.approval.guard import NotWithAuthor
from covid_portal.approval.vocabulary import NotYoursToDecide, ReasonMissing, StateGuarded
from covid_portal.publishing import ledger
from covid_portal.reporting import corrections, definitions
from covid_portal.reporting.consolidation import consolidate, consolidate_from
from covid_portal.reporting.doctype.correction.correction import (
	CorrectionReasonMissing,
	CorrectionRefused,
	CorrectionUnderWay,
	FigureMovedOn,
	NothingCorrected,
	NotPublished,
	UnknownFigure,
	figures_in_force,
)
from covid_portal.reporting.figures import InvalidFigure
from covid_portal.reporting.known_figures import figures_of
from covid_portal.testing.case import PortalTestCase, accepted, district_of, make_slot
from covid_portal.testing.province import COMMUNE, COMMUNES, DISTRICT, OUTSIDE, PROVINCE, SIBLING, address

CORRECTION = "Correction"
STAMPS = ["name", "creation", "modified", "owner", "modified_by"]


class TestCorrections(PortalTestCase):
	"""Three published slots: `previous`, `slot` and `later`; ZZ12 reports in none, ZZ11 not in `later`."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.later = make_slot(2, previous=cls.slot)
		accepted(cls.previous, COMMUNE, under_treatment=38, treated_at_home=13)
		accepted(cls.slot, COMMUNE)
		accepted(cls.slot, OUTSIDE, new_cases=4, community_cases=4, quarantine_cases=0, imported_cases=0)
		accepted(cls.later, OUTSIDE)
		for slot in cls.slots():
			consolidate(slot)
			publish(slot)

	@classmethod
	def slots(cls) -> tuple[str, str, str]:
		return cls.previous, cls.slot, cls.later

	# --- what is refused

	def test_a_correction_without_a_reason_is_refused(self) -> None:
		self.assertRefused(CorrectionReasonMissing, draft, self.slot, reason="  ", says="reason")

	def test_a_figure_that_the_slot_does_not_know_is_refused(self) -> None:
		self.assertRefused(UnknownFigure, draft, self.slot, figures={"owner": 3}, says="owner")

	def test_the_figure_in_force_is_no_correction(self) -> None:
		self.assertRefused(NothingCorrected, draft, self.slot, figures={"recovered": 5}, says="5")

	def test_a_figure_that_is_left_blank_is_no_correction(self) -> None:
		rows = [{"fieldname": "recovered"}]
		self.assertRefused(NothingCorrected, insert, self.slot, COMMUNE, rows)

	def test_the_same_figure_twice_is_refused(self) -> None:
		rows = [{"fieldname": "recovered", "new_value": value} for value in (6, 7)]
		self.assertRefused(UnknownFigure, insert, self.slot, COMMUNE, rows)

	def test_a_correction_without_figures_is_refused(self) -> None:
		self.assertRefused(NothingCorrected, insert, self.slot, COMMUNE, [])

	def test_a_figure_below_its_minimum_is_refused(self) -> None:
		self.assertRefused(InvalidFigure, draft, self.slot, figures={"recovered": -1}, says="-1")

	def test_figures_that_would_contradict_each_other_are_refused(self) -> None:
		self.assertRefused(InvalidFigure, draft, self.slot, figures={"new_cases": 9})

	def test_a_rule_that_names_no_corrected_figure_does_not_stand_in_the_way(self) -> None:
		name = f"{self.slot}-{COMMUNE}"
		frappe.db.set_value("Situation Report", name, "treatment_beds_used", 999)
		draft(self.slot, figures={"recovered": 6})

	def test_a_slot_that_is_not_published_is_corrected_in_the_report_itself(self) -> None:
		frappe.db.set_value("Report Slot", self.slot, {"state": "Consolidated", "published_at": None})
		self.assertRefused(NotPublished, draft, self.slot)

	def test_a_locked_slot_can_be_corrected(self) -> None:
		frappe.db.set_value("Report Slot", self.slot, "state", "Locked")
		self.assertEqual(approved(draft(self.slot)).workflow_state, "Approved")

	def test_an_area_that_owed_no_report_has_nothing_to_correct(self) -> None:
		self.assertRefused(CorrectionRefused, draft, self.slot, DISTRICT)

	# --- who may

	def test_the_reporter_of_the_area_corrects_and_no_other_does(self) -> None:
		with self.acting("reporter"):
			draft(self.slot)
		for who in (
			"sibling",
			"outsider",
			"district",
			"cdc",
			"auditor",
			"stranger",
			"disabled",
			"ended",
			"Guest",
		):
			with self.acting(who), self.subTest(who):
				self.assertRefused(frappe.PermissionError, draft, self.slot)

	def test_a_correction_is_seen_by_its_line_alone(self) -> None:
		name = draft(self.slot).name
		seen = {
			"reporter": 1,
			"district": 1,
			"cdc": 1,
			"auditor": 1,
			"sibling": 0,
			"other district": 0,
			"stranger": 0,
		}
		for who, count in seen.items():
			with self.acting(who), self.subTest(who):
				rows = frappe.get_list(CORRECTION, {"name": name}) if who != "stranger" else []
				self.assertEqual(len(rows), count)
				self.assertEqual(bool(frappe.has_permission(CORRECTION, "read", name)), bool(count))

	def test_figures_in_force_are_shown_to_the_area_and_those_above_it(self) -> None:
		with self.acting("reporter"):
			rows = {row["fieldname"]: row["value"] for row in figures_in_force(self.slot, COMMUNE)}
		self.assertEqual((rows["new_cases"], rows["arrivals"]), (6, None))
		for who in ("sibling", "other district", "stranger"):
			with self.acting(who), self.subTest(who):
				self.assertRefused(frappe.PermissionError, figures_in_force, self.slot, COMMUNE)

	def test_district_and_cdc_decide_in_turn_and_nobody_else(self) -> None:
		correction = sent(draft_as(self, "reporter", self.slot))
		for who in ("cdc", "other district", "reporter", "publisher"):
			with self.acting(who):
				self.assertRefused((NotYoursToDecide, frappe.PermissionError), take, correction, "Approve")
		with self.acting("district"):
			self.assertEqual(take(correction, "Approve").approval_unit, "CDC-ZZ")
		with self.acting("cdc"):
			self.assertRefused(ReasonMissing, take, correction, "Return")
			self.assertEqual(take(correction, "Approve").workflow_state, "Approved")

	def test_an_approved_correction_stands(self) -> None:
		correction = approved(draft(self.slot))
		correction.reason = "other"
		self.assertRefused(NotWithAuthor, correction.save)
		correction.reload()
		self.assertRefused(StateGuarded, correction.delete)

	def test_nobody_sets_the_old_value_or_the_time_of_approval(self) -> None:
		rows = [{"fieldname": "recovered", "new_value": 8, "old_value": "99", "delta": 1, "label": "x"}]
		stored = insert(self.slot, COMMUNE, rows, approved_at=now_datetime(), version=7, unit="CDC-ZZ")
		row = stored.figures[0]
		self.assertEqual((row.old_value, row.delta, stored.unit), ("5", 3, f"CHS-{COMMUNE}"))
		self.assertEqual((stored.approved_at, stored.version), (None, 0))

	# --- two at once, and one after the other

	def test_a_second_correction_of_a_figure_waits_for_the_first(self) -> None:
		first, second = draft(self.slot, figures={"recovered": 6}), draft(self.slot, figures={"recovered": 7})
		sent(first)
		self.assertRefused(CorrectionUnderWay, take, second, "Submit", says=first.name)
		self.assertRefused(CorrectionUnderWay, draft, self.slot, figures={"recovered": 8})
		self.assertEqual(sent(draft(self.slot, figures={"doses_given": 8})).workflow_state, "In Approval")
		self.assertEqual(sent(draft(self.previous, figures={"recovered": 8})).workflow_state, "In Approval")

	def test_of_two_sent_in_the_same_moment_the_unique_key_lets_one_through(self) -> None:
		first, second = draft(self.slot, figures={"recovered": 6}), draft(self.slot, figures={"recovered": 7})
		sent(first)
		blind = "covid_portal.reporting.doctype.correction.correction.Correction.require_none_under_way"
		with patch(blind):
			self.assertRefused(frappe.UniqueValidationError, take, second, "Submit")

	def test_a_decided_correction_frees_its_figure(self) -> None:
		for decision in ("Return", "Refuse", "Withdraw", "Approve"):
			with self.subTest(decision):
				first = sent(draft_as(self, "reporter", self.slot, figures={"recovered": 6 + len(decision)}))
				if decision == "Approve":
					approve(first)
				else:
					with self.acting("reporter" if decision == "Withdraw" else "district"):
						take(first, decision, "why")
				draft(self.slot, figures={"recovered": 60})

	def test_a_correction_of_a_correction_starts_from_the_figure_in_force(self) -> None:
		approved(draft(self.slot, figures={"recovered": 9}))
		second = draft(self.slot, figures={"recovered": 7})
		self.assertEqual((second.figures[0].old_value, second.figures[0].delta), ("9", -2))
		approved(second)
		self.assertEqual(self.row(self.slot, COMMUNE).recovered, 7)
		self.assertEqual(self.row(self.later, PROVINCE).total_recovered, 5 + 7 + 5 + 5)
		self.assertRebuiltTheSame()

	def test_a_draft_takes_up_what_was_corrected_meanwhile(self) -> None:
		waiting = draft(self.slot, figures={"recovered": 7})
		approved(draft(self.slot, figures={"recovered": 9}))
		self.assertEqual(sent(waiting).figures[0].old_value, "9")

	def test_the_last_approval_is_refused_if_the_figure_has_moved_on(self) -> None:
		correction = sent(draft(self.slot, figures={"recovered": 9}))
		frappe.db.set_value("Situation Report", f"{self.slot}-{COMMUNE}", "recovered", 8)
		with self.acting("district"):
			take(correction, "Approve")
		with self.acting("cdc"):
			says = self.assertRefused(FigureMovedOn, take, correction, "Approve", says="5")
			self.assertIn("8", says)
			self.assertEqual(take(correction, "Return", "moved on").workflow_state, "Returned")

	# --- what moves

	def test_a_flow_moves_in_its_slot_and_all_later_totals_above(self) -> None:
		before = {slot: self.table(slot) for slot in self.slots()}
		approved(draft(self.slot, figures={"recovered": 12}))
		for slot, own, total in ((self.previous, 0, 0), (self.slot, 7, 7), (self.later, 0, 7)):
			moved = self.table(slot).select_dtypes("number") - before[slot].select_dtypes("number")
			for area in (COMMUNE, DISTRICT, PROVINCE):
				self.assertEqual(moved.loc[area, "recovered"], own, (slot, area))
				self.assertEqual(moved.loc[area, "total_recovered"], total, (slot, area))
			others = moved.drop(columns=["recovered", "total_recovered"])
			self.assertFalse(others.to_numpy().any())
			self.assertFalse(moved.loc[[SIBLING, OUTSIDE]].to_numpy().any())
		self.assertRebuiltTheSame()

	def test_the_report_itself_does_not_change(self) -> None:
		name = f"{self.slot}-{COMMUNE}"
		before = frappe.db.get_value("Situation Report", name, "*", as_dict=True)
		approved(draft(self.slot, figures={"recovered": 12}))
		self.assertEqual(frappe.db.get_value("Situation Report", name, "*", as_dict=True), before)

	def test_a_stock_moves_where_it_was_carried_to_and_no_further(self) -> None:
		approved(draft(self.previous, figures={"followed_f1": 70}))
		self.assertEqual([self.row(slot, COMMUNE).followed_f1 for slot in self.slots()], [70, 90, 90])
		approved(draft(self.slot, figures={"followed_f1": 80}))
		self.assertEqual([self.row(slot, COMMUNE).followed_f1 for slot in self.slots()], [70, 80, 80])
		self.assertEqual([self.row(slot, DISTRICT).followed_f1 for slot in self.slots()], [70, 80, 80])
		self.assertRebuiltTheSame()

	def test_a_stock_is_not_carried_past_a_later_correction_of_it(self) -> None:
		approved(draft(self.later, figures={"followed_f1": 55}))
		approved(draft(self.slot, figures={"followed_f1": 80}))
		self.assertEqual([self.row(slot, PROVINCE).followed_f1 for slot in self.slots()], [90, 170, 145])
		self.assertRebuiltTheSame()

	def test_an_area_that_did_not_report_gets_the_figure_and_stays_not_reported(self) -> None:
		correction = draft(self.slot, SIBLING, figures={"new_f1": 3, "followed_f1": 11})
		self.assertEqual([row.old_value for row in correction.figures], [None, None])
		approved(correction)
		row = self.row(self.slot, SIBLING)
		self.assertEqual((row.reported, row.carried, row.new_f1, row.followed_f1), (0, 1, 3, 11))
		self.assertEqual(figures_of(row.known), {"followed_f1", "new_f1"})
		self.assertEqual(figures_of(self.row(self.later, SIBLING).known), {"followed_f1"})
		self.assertRebuiltTheSame()

	def test_a_carried_stock_that_is_corrected_moves_by_the_difference_to_the_carried_one(self) -> None:
		correction = draft(self.later, COMMUNE, figures={"followed_f1": 88})
		self.assertEqual((correction.figures[0].old_value, correction.figures[0].delta), (None, -2))
		approved(correction)
		self.assertEqual(self.row(self.later, DISTRICT).followed_f1, 88)
		self.assertRebuiltTheSame()

	def test_several_figures_at_once_with_figures_nobody_gave_before(self) -> None:
		approved(
			draft(
				self.slot,
				figures={
					"new_cases": 8,
					"community_cases": 5,
					"arrivals": 4,
					"oxygen_points": 2,
					"doses_given": 0,
				},
			)
		)
		self.assertRebuiltTheSame()
		row = self.row(self.later, PROVINCE)
		self.assertEqual((row.total_new_cases, row.total_arrivals, row.oxygen_points), (6 + 8 + 4 + 6, 4, 2))

	def test_where_differences_do_not_add_up_the_rows_are_rebuilt(self) -> None:
		name = frappe.db.get_value("Indicator", {"fieldname": "severe_cases"}, "name")
		frappe.db.set_value("Indicator", name, "aggregation", "Max")
		definitions.forget()
		consolidate_from(self.previous)
		approved(draft(self.slot, figures={"severe_cases": 3, "recovered": 6}))
		self.assertEqual(self.row(self.slot, PROVINCE).severe_cases, 4)
		self.assertEqual(self.row(self.slot, PROVINCE).recovered, 11)
		self.assertRebuiltTheSame()

	def test_the_move_is_one_statement(self) -> None:
		correction = sent(draft(self.slot, figures={"recovered": 9, "followed_f1": 3}))
		with self.acting("district"):
			take(correction, "Approve")
		statements = []
		original = frappe.db.sql

		def listening(query: str, *args: object, **kwargs: object) -> object:
			statements.append(" ".join(str(query).split()))
			return original(query, *args, **kwargs)

		with self.acting("cdc"), patch.object(frappe.db, "sql", listening):
			take(correction, "Approve")
		writes = [
			text
			for text in statements
			if "`tabConsolidated Report`" in text and not text.startswith("select")
		]
		self.assertEqual([text.split()[0] for text in writes], ["update"])

	def test_pandas_finds_the_same_figures_from_reports_and_corrections(self) -> None:
		approved(draft(self.slot, figures={"doses_given": 7, "followed_f1": 33}))
		approved(draft(self.previous, SIBLING, figures={"doses_given": 100, "treatment_beds": 9}))
		approved(draft(self.slot, figures={"doses_given": 70}))
		for slot, expected in recomputed(
			self.slots(), ["doses_given"], ["followed_f1", "treatment_beds"]
		).items():
			for area, figures in expected.items():
				row = self.row(slot, area)
				self.assertEqual({key: row[key] for key in figures}, figures, (slot, area))

	# --- what becomes public

	def test_the_slot_and_every_published_one_after_it_get_a_new_version(self) -> None:
		correction = approved(draft(self.slot, figures={"recovered": 9}))
		built = []
		with patch("frappe.get_hooks", hooks_with("on_slots_corrected", f"{__name__}.note_build")):
			frappe.flags.built = built
			corrections.publish_corrected(self.slot)
		self.assertEqual(
			[frappe.db.get_value("Report Slot", slot, "version") for slot in self.slots()], [1, 2, 2]
		)
		self.assertEqual(built, [[self.slot, self.later]])
		self.assertEqual(frappe.db.get_value(CORRECTION, correction.name, "version"), 2)

	def test_the_public_list_names_figures_and_no_person(self) -> None:
		approved(draft_as(self, "reporter", self.slot, figures={"recovered": 9, "arrivals": 2}))
		rows = [row for row in ledger.ledger_data(Path("no build"))["corrections"] if row["area"] == COMMUNE]
		told = [(row["field"], row["old"], row["new"], row["reason"]) for row in rows]
		self.assertEqual(told, [("recovered", 5, 9, "Counted twice"), ("arrivals", None, 2, "Counted twice")])
		self.assertNotIn("@", frappe.as_json(rows))

	def test_a_figure_that_is_not_public_is_not_in_the_public_list(self) -> None:
		frappe.db.set_value("Indicator", {"fieldname": "recovered"}, "public", 0)
		approved(draft(self.slot, figures={"recovered": 9}))
		self.assertFalse(
			[row for row in ledger.ledger_data(Path("no build"))["corrections"] if row["area"] == COMMUNE]
		)

	# --- helpers

	def row(self, slot: str, area: str) -> frappe._dict:
		return frappe.db.get_value("Consolidated Report", {"slot": slot, "area": area}, "*", as_dict=True)

	def table(self, slot: str) -> pd.DataFrame:
		rows = frappe.db.sql(
			"select * from `tabConsolidated Report` where slot = %s order by area", slot, as_dict=True
		)
		return pd.DataFrame([dict(row) for row in rows]).set_index("area").drop(columns=STAMPS)

	def assertRebuiltTheSame(self) -> None:
		moved = {slot: self.table(slot) for slot in self.slots()}
		consolidate_from(self.previous)
		for slot, table in moved.items():
			pd.testing.assert_frame_equal(table, self.table(slot), obj=slot)


def publish(slot: str) -> None:
	values = {"state": "Published", "published_at": now_datetime(), "version": 1}
	frappe.db.set_value("Report Slot", slot, values)


def draft(
	slot: str, area: str = COMMUNE, figures: dict | None = None, reason: str = "Counted twice"
) -> Document:
	rows = [
		{"fieldname": field, "new_value": value} for field, value in (figures or {"recovered": 12}).items()
	]
	return insert(slot, area, rows, reason=reason)


def insert(
	slot: str, area: str, rows: list[dict], reason: str = "Counted twice", **values: object
) -> Document:
	doc = frappe.get_doc(doctype=CORRECTION, slot=slot, area=area, reason=reason, figures=rows, **values)
	return doc.insert()


def draft_as(case: PortalTestCase, who: str, *args: object, **kwargs: object) -> Document:
	with case.acting(who):
		return draft(*args, **kwargs)


def take(correction: Document, decision: str, reason: str | None = None) -> Document:
	decide(CORRECTION, correction.name, decision, reason)
	return frappe.get_doc(CORRECTION, correction.name)


def sent(correction: Document) -> Document:
	frappe.set_user(correction.owner)
	try:
		return take(correction, "Submit")
	finally:
		frappe.set_user("Administrator")


def approve(correction: Document) -> Document:
	for who in (district_of(correction.area), "cdc"):
		frappe.set_user(address(who))
		frappe.flags.pop("covid_portal_grants", None)
		correction = take(correction, "Approve")
	frappe.set_user("Administrator")
	frappe.flags.pop("covid_portal_grants", None)
	return correction


def approved(correction: Document) -> Document:
	return approve(sent(correction))


def note_build(slots: list[str]) -> None:
	frappe.flags.built.append(slots)


def hooks_with(hook: str, path: str):
	original = frappe.get_hooks

	def get_hooks(name: str | None = None, *args: object, **kwargs: object) -> object:
		return [path] if name == hook else original(name, *args, **kwargs)

	return get_hooks


def recomputed(slots: tuple[str, ...], flows: list[str], stocks: list[str]) -> dict[str, dict[str, dict]]:
	"""{slot: {area: {field: figure}}} straight from reports and corrections, the slow way, without the app's SQL."""
	fields, found = [*flows, *stocks], {}
	reports = frappe.get_all("Situation Report", {"slot": ("in", slots), "workflow_state": "Approved"}, ["*"])
	given = {
		(row.slot, row.area, field): row[field]
		for row in reports
		for field in fields
		if field in row.answered.split(",")
	}
	in_force = {"slot": ("in", slots), "workflow_state": "Approved"}
	for name in frappe.get_all(CORRECTION, in_force, pluck="name", order_by="approved_at asc, name asc"):
		doc = frappe.get_doc(CORRECTION, name)
		given |= {(doc.slot, doc.area, row.fieldname): row.new_value for row in doc.figures}
	rows = [
		{"slot": slot, "area": area, **{field: given.get((slot, area, field)) for field in fields}}
		for slot in slots
		for area in COMMUNES
	]
	table = pd.DataFrame(rows).astype(dict.fromkeys(fields, "Float64"))
	table[stocks] = table.groupby("area")[stocks].ffill()
	table[fields] = table[fields].fillna(0)
	for field in flows:
		table[f"total_{field}"] = table.groupby("area")[field].cumsum()
	columns = [*fields, *(f"total_{field}" for field in flows)]
	for cut in (4, 3, 2):
		sums = table.groupby(["slot", table["area"].str[:cut]])[columns].sum().astype(int)
		for (slot, area), row in sums.iterrows():
			found.setdefault(slot, {})[area] = {key: int(value) for key, value in row.items()}
	return found
