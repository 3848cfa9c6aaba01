"""The set-based loader and the forms store the same, and refuse the same."""

from datetime import timedelta

import frappe
import pandas as pd

from covid_portal.approval.chain import broken_links
from covid_portal.reporting import definitions
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.loader import LoaderError, load_slot
from covid_portal.testing.case import REPORT, PortalTestCase, draft, figures, label, new_report, sent, take
from covid_portal.testing.province import COMMUNES

# Made anew for every row, or naming who and how: the loader has one user, one channel and names of its own.
STAMPS = {
	"name",
	"creation",
	"modified",
	"owner",
	"modified_by",
	"_user_tags",
	"_comments",
	"_assign",
	"_liked_by",
}
OF_THE_USER = {
	"channel",
	"idempotency_key",
	"user",
	"decided_by",
	"entered_by_unit",
	"previous_digest",
	"digest",
}
REASON = "Số đang điều trị giảm 40 🙏"
# area -> what happens to its report; each word is a decision and who takes it
STORIES = {
	"ZZ11": ("Submit", "Approve district", "Approve cdc"),
	"ZZ12": ("Submit", "Return district", "Submit", "Approve district"),
	"ZZ21": ("Submit", "Approve other district", "Return cdc"),
	"ZZ22": (),
}
FIGURES = {
	"ZZ11": {"mobile_stations": 0, "deaths": 1},
	"ZZ12": {"ended_f1": None, "deaths": 2, "followed_f1": 0},
	"ZZ21": {"new_f1": 99},
	"ZZ22": {"arrivals": 5},
}
EXPLAINED = {
	"ZZ11": {"deaths_reported": "Cao tuổi."},
	"ZZ12": {"deaths_reported": "Hai ca.", "f1_not_followed": "Đã chuyển huyện."},
}


def rule(key: str) -> str:
	return frappe.db.get_value("Validation Rule", {"rule_key": key})


class LoaderCase(PortalTestCase):
	def table(
		self, rows: dict[str, dict], events: dict[str, list] | None = None, explained: dict | None = None
	) -> pd.DataFrame:
		"""A row per area, as the loader takes them."""
		fields = [row.fieldname for row in definitions.indicators(REPORT)]
		explained = explained or {}
		table = pd.DataFrame(
			[
				{
					"area": area,
					**{field: values.get(field) for field in fields},
					"explanations": {rule(key): words for key, words in explained.get(area, {}).items()},
					"events": (events or {}).get(area, []),
				}
				for area, values in rows.items()
			]
		)
		return table.astype(dict.fromkeys(fields, "Int64"))

	def event(self, decision: str, reason: str | None = None, minutes: int = 0) -> dict:
		at = frappe.db.get_value("Report Slot", self.slot, "slot_time") + timedelta(minutes=minutes - 90)
		return {"decision": decision, "at": at, "reason": reason}


class TestFormAndLoaderStoreTheSame(LoaderCase):
	def by_form(self) -> None:
		for area, story in STORIES.items():
			rows = [
				{"rule": rule(key), "explanation": words} for key, words in EXPLAINED.get(area, {}).items()
			]
			draft(self.slot, area, explanations=rows, incomplete=int(not story), **FIGURES[area])
			for step in story:
				decision, _space, who = step.partition(" ")
				with self.acting(who or "Administrator"):
					take(f"{self.slot}-{area}", decision, REASON if decision == "Return" else None)

	def events(self) -> dict[str, list[dict]]:
		"""What happened by the forms, to be told to the loader."""
		found = {area: [] for area in STORIES}
		fields = ["reference_name", "decision", "decided_at as at", "reason"]
		filters = {"reference_name": ("like", f"{self.slot}-%")}
		for row in frappe.get_all("Approval Decision", filters, fields, order_by="sequence"):
			found[row.pop("reference_name").rpartition("-")[2]].append(dict(row))
		return found

	def stored(self) -> dict[str, list[dict]]:
		"""Every column of every row of the slot, but for the stamps, in an order of its own."""
		name = f"{self.slot}-%"
		tables = {
			REPORT: "name like %s",
			"Report Explanation": "parent like %s",
			"Report Obligation": "name like %s",
			"Approval Step": "reference_name like %s",
			"Approval Decision": "reference_name like %s",
			"Consolidated Report": "name like %s",
		}
		rows = {
			doctype: frappe.db.sql(f"select * from `tab{doctype}` where {where}", name, as_dict=True)
			for doctype, where in tables.items()
		}
		return {doctype: sorted(map(self.plain, found), key=str) for doctype, found in rows.items()}

	def plain(self, row: dict) -> dict:
		"""What the row says. The moment of acceptance is recorded to the microsecond by the form alone."""
		if row.get("accepted_at"):
			row["accepted_at"] = "accepted"
		return {key: value for key, value in row.items() if key not in STAMPS | OF_THE_USER}

	def test_every_row_of_every_table(self) -> None:
		frappe.db.savepoint("before_both")
		self.by_form()
		consolidate(self.slot)
		events, expected = self.events(), self.stored()
		self.assertEqual([len(rows) for rows in expected.values()], [4, 3, 4, 8, 10, 7])
		frappe.db.rollback(save_point="before_both")

		load_slot(
			self.slot,
			self.table({area: figures(**values) for area, values in FIGURES.items()}, events, EXPLAINED),
		)
		loaded = self.stored()
		for doctype, rows in expected.items():
			self.assertEqual(loaded[doctype], rows, doctype)

	def test_the_chain_of_what_was_loaded_holds(self) -> None:
		events = {
			"ZZ11": [self.event("Submit"), self.event("Return", REASON, 1), self.event("Submit", None, 2)]
		}
		load_slot(self.slot, self.table({"ZZ11": figures()}, events))
		self.assertEqual(frappe.db.count("Approval Decision", {"reference_name": f"{self.slot}-ZZ11"}), 3)
		self.assertEqual(broken_links(REPORT, f"{self.slot}-ZZ11"), [])

	def test_what_was_loaded_goes_on_by_the_forms(self) -> None:
		load_slot(
			self.slot,
			self.table({"ZZ11": figures(sanctions=0), "ZZ12": figures()}, {"ZZ11": [self.event("Submit")]}),
		)
		report = frappe.get_doc(REPORT, f"{self.slot}-ZZ11")
		self.assertEqual((report.sanctions, report.arrivals), (0, None))
		for who in ("district", "cdc"):
			with self.acting(who):
				report = take(report, "Approve")
		self.assertEqual(report.workflow_state, "Approved")
		with self.acting("sibling"):
			self.assertEqual(take(f"{self.slot}-ZZ12", "Submit").workflow_state, "In Approval")
		for area in ("ZZ11", "ZZ12"):
			self.assertEqual(broken_links(REPORT, f"{self.slot}-{area}"), [])

	def test_late_is_late_on_both_ways(self) -> None:
		due_at = frappe.db.get_value("Report Obligation", {"slot": self.slot, "area": "ZZ11"}, "due_at")
		for seconds, on_time in ((0, 1), (1, 0)):
			event = {"decision": "Submit", "at": due_at + timedelta(seconds=seconds), "reason": None}
			area = COMMUNES[seconds]
			load_slot(self.slot, self.table({area: figures()}, {area: [event]}), consolidated=False)
			self.assertEqual(
				frappe.db.get_value("Report Obligation", {"slot": self.slot, "area": area}, "on_time"),
				on_time,
			)


class TestTheLoaderRefusesWhatTheFormRefuses(LoaderCase):
	def assertBothRefuse(self, says: str, **changes) -> None:
		"""The form and the loader, with the same word for it; and the loader stores none of the good rows either."""
		report = new_report(self.slot, **changes)
		self.assertIn(
			says, self.assertRefused(frappe.ValidationError, lambda: take(report.insert(), "Submit"))
		)
		rows = {"ZZ12": figures(), "ZZ11": figures(**changes)}
		table = self.table(rows, {area: [self.event("Submit")] for area in rows})
		said = self.assertRefused(LoaderError, load_slot, self.slot, table, says=says)
		self.assertIn("ZZ11", said)
		self.assertNotIn("ZZ12", said)

	def test_bounds(self) -> None:
		self.assertBothRefuse(label("arrivals"), arrivals=-1)
		self.assertBothRefuse(label("arrivals"), arrivals=2_000_000_001)

	def test_blanks_in_mandatory_figures(self) -> None:
		for field in ("new_cases", "doses_given"):
			self.assertBothRefuse(label(field), **{field: None})

	def test_contradictions(self) -> None:
		for key, changes in {
			"cases_add_up": {"new_cases": 7},
			"beds_within_total": {"treatment_beds_used": 61},
			"rapid_results_within_samples": {"rapid_negative": 31},
		}.items():
			self.assertBothRefuse(
				frappe.db.get_value("Validation Rule", {"rule_key": key}, "message_en"), **changes
			)

	def test_contradictions_with_the_slot_before(self) -> None:
		sent(self.previous, pcr_pending=0, pcr_negative=94)
		message = frappe.db.get_value(
			"Validation Rule", {"rule_key": "pcr_results_within_samples"}, "message_en"
		)
		self.assertBothRefuse(message, pcr_negative=95)

	def test_warnings_without_a_word(self) -> None:
		for key, changes in {
			"deaths_reported": {"deaths": 1},
			"doses_over_population": {"adults_one_dose": 1001},
		}.items():
			self.assertBothRefuse(
				frappe.db.get_value("Validation Rule", {"rule_key": key}, "message_en"), **changes
			)

	def test_a_word_of_spaces_is_none(self) -> None:
		events, words = {"ZZ11": [self.event("Submit")]}, {"ZZ11": {"deaths_reported": "  "}}
		table = self.table({"ZZ11": figures(deaths=1)}, events, words)
		self.assertRefused(LoaderError, load_slot, self.slot, table)

	def test_drafts_may_have_blanks_but_no_contradictions(self) -> None:
		for changes in ({"arrivals": -1}, {"new_cases": 7}):
			self.assertRefused(frappe.ValidationError, new_report(self.slot, incomplete=1, **changes).insert)
			self.assertRefused(LoaderError, load_slot, self.slot, self.table({"ZZ11": figures(**changes)}))
		load_slot(self.slot, self.table({"ZZ11": figures(deaths=None, arrivals=1)}))
		self.assertEqual(frappe.db.get_value(REPORT, f"{self.slot}-ZZ11", "incomplete"), 1)

	def test_areas_that_owe_nothing_or_have_a_report(self) -> None:
		draft(self.slot)
		for area in ("ZZ11", "ZZ1", "ZZ99"):
			self.assertRefused(LoaderError, load_slot, self.slot, self.table({area: figures()}), says=area)

	def test_an_area_that_stands_there_twice(self) -> None:
		table = pd.concat([self.table({"ZZ11": figures()})] * 2)
		self.assertRefused(LoaderError, load_slot, self.slot, table, says="ZZ11")

	def test_a_return_without_a_reason_and_events_that_cannot_follow_each_other(self) -> None:
		for story in (
			[self.event("Submit"), self.event("Return")],
			[self.event("Submit"), self.event("Refuse", " ")],
			[self.event("Approve")],
			[self.event("Submit"), self.event("Submit")],
			[self.event("Submit"), self.event("Refuse", REASON), self.event("Submit")],
			[self.event("Submit"), *[self.event("Approve")] * 3],
			[self.event("Submit"), self.event("Publish")],
		):
			table = self.table({"ZZ11": figures()}, {"ZZ11": story})
			self.assertRefused(LoaderError, load_slot, self.slot, table, says="ZZ11")
