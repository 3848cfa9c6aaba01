"""History: what it loads is what the forms would hold, it goes on where it stopped, and says which line is wrong."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import MagicMock, patch

import frappe
import pandas as pd
from frappe.utils import now_datetime

from covid_portal.approval.chain import broken_links, content_digest
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.spreadsheet import behind, history, quick_writer
from covid_portal.reporting.spreadsheet.history import HistoryError
from covid_portal.testing.case import REPORT, PortalTestCase, figures
from covid_portal.testing.province import COMMUNES


class TestHistory(PortalTestCase):
	"""In the transaction of the test, hence by the usual writer; test_quick_writer() is about the other."""

	def setUp(self) -> None:
		super().setUp()
		report_type = definitions.report_type_of(REPORT)
		frappe.db.set_value("Report Type", REPORT, "unit_type", "CHS")
		frappe.clear_document_cache("Report Type", REPORT)
		frappe.db.sql(
			"update `tabUnit` set disabled = 1 where unit_type = 'CHS' and name not like 'CHS-ZZ%%'"
		)
		day = now_datetime() - timedelta(days=2000)
		self.times = slots.slot_times(report_type, day, day + timedelta(days=2))
		self.names = [slots.slot_name(report_type.code, at) for at in self.times]
		self.keep_in_one_transaction()
		self.enterContext(patch.object(quick_writer, "connect", return_value=None))
		self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

	def keep_in_one_transaction(self) -> None:
		"""Units of work are no commits here; going back to the savepoint of the test remains."""
		rollback = frappe.db.rollback
		self.enterContext(patch.object(frappe.db, "commit"))
		self.enterContext(
			patch.object(
				frappe.db, "rollback", lambda save_point=None: save_point and rollback(save_point=save_point)
			)
		)

	def rows(self, times: list[datetime] | None = None, **changes: object) -> pd.DataFrame:
		rows = [
			{"slot": f"{at:%Y-%m-%d %H:%M}", "area": area, **figures(**changes)}
			for at in times or self.times
			for area in COMMUNES
		]
		return pd.DataFrame(rows)

	def load(self, table: pd.DataFrame, name: str = "nam.csv", months: tuple[str, ...] = ()) -> list[str]:
		file = self.folder / name
		if file.suffix == ".csv":
			table.to_csv(file, index=False)
		else:
			table.to_excel(file, index=False)
		return list(history.load(file, REPORT, months))

	def refused(self, table: pd.DataFrame, *says: str, name: str = "nam.csv") -> None:
		with self.assertRaises(HistoryError) as caught:
			self.load(table, name)
		for text in (name, *says):
			self.assertIn(text, str(caught.exception))

	def test_reports_are_approved_recorded_and_consolidated(self) -> None:
		self.load(self.rows(deaths=1, new_f2=None))
		report = frappe.get_doc(REPORT, f"{self.names[1]}-{COMMUNES[0]}")
		self.assertEqual((report.workflow_state, report.channel, report.new_f1), ("Approved", "Loader", 21))
		self.assertIsNone(report.new_f2)
		self.assertTrue(report.explanations)
		record = frappe.get_last_doc("Approval Decision", {"reference_name": report.name})
		self.assertEqual(record.content_digest, content_digest(report))
		self.assertEqual(broken_links(REPORT, report.name), [])
		self.assertIn("nam.csv", record.reason)
		owed = frappe.get_doc("Report Obligation", {"slot": self.names[1], "area": COMMUNES[0]})
		self.assertEqual((owed.state, owed.report, owed.on_time), ("Accepted", report.name, 1))
		figure = frappe.db.get_value(
			"Consolidated Report",
			{"slot": self.names[-1], "area": "ZZ"},
			["new_cases", "total_new_cases", "reported", "expected"],
		)
		self.assertEqual(figure, (24, 24 * len(self.names), 4, 4))

	def test_digests_without_explanations_are_those_of_the_documents(self) -> None:
		self.load(self.rows(self.times[:1], new_f2=0))
		for area in COMMUNES:
			report = frappe.get_doc(REPORT, f"{self.names[0]}-{area}")
			record = frappe.get_last_doc("Approval Decision", {"reference_name": report.name})
			self.assertEqual(record.content_digest, content_digest(report))

	def test_a_workbook_is_as_good_as_csv(self) -> None:
		self.load(self.rows(), "thang.xlsx")
		self.assertEqual(frappe.db.count(REPORT, {"slot": ("in", self.names)}), 4 * len(self.names))

	def test_loading_again_skips_and_an_interrupted_slot_is_loaded_anew(self) -> None:
		self.load(self.rows(self.times[:2]))
		frappe.db.set_value("Report Slot", self.names[1], "consolidated_at", None)
		self.load(self.rows())
		self.assertEqual(frappe.db.count(REPORT, {"slot": ("in", self.names)}), 4 * len(self.names))
		name = f"{self.names[1]}-{COMMUNES[0]}"
		self.assertEqual(frappe.db.count("Approval Decision", {"reference_name": name}), 1)

	def test_only_the_months_asked_for(self) -> None:
		self.assertEqual(self.load(self.rows(), months=("1999-01",)), [])

	def test_a_slot_in_which_an_area_did_not_report(self) -> None:
		self.load(self.rows().iloc[1:])
		figure = frappe.db.get_value(
			"Consolidated Report", {"slot": self.names[0], "area": "ZZ"}, ["reported", "expected"]
		)
		self.assertEqual(figure, (3, 4))

	def test_a_unit_owes_reports_from_the_day_it_begins(self) -> None:
		begins, last = self.times[-1].date(), COMMUNES[-1]
		frappe.db.set_value("Unit", {"unit_type": "CHS", "area": last}, "valid_from", begins)
		rows = self.rows()
		self.load(rows[(rows["area"] != last) | (rows["slot"] >= str(begins))])
		for at, name in zip(self.times, self.names, strict=True):
			owed = frappe.get_all("Report Obligation", {"slot": name}, pluck="area")
			self.assertEqual(last in owed, at.date() >= begins)
			self.assertEqual(len(owed), len(COMMUNES) - (last not in owed))

	def test_a_wrong_cell_is_told_by_file_line_and_column(self) -> None:
		for value in ("sáu", "1.5", "-3", "NA", "true"):
			table = self.rows().astype(object)
			table.loc[5, "new_f1"] = value
			self.refused(table, "7", "new_f1")

	def test_rules_hold_for_history_too(self) -> None:
		table = self.rows()
		table.loc[6, "new_cases"] = 99
		self.refused(table, "8", "new_cases")

	def test_when_it_was_sent_is_read_or_refused_never_guessed(self) -> None:
		at = f"{self.times[0]:%Y-%m-%d}"
		for wrong in ("hôm qua", "20/11/2021 15:40", f"{at} 25:00", f"{at}T07:00:00+07:00"):
			table = self.rows().assign(submitted_at=None).astype({"submitted_at": object})
			table.loc[1, "submitted_at"] = wrong
			self.refused(table, "3", "submitted_at")
		table = self.rows().assign(submitted_at=f"{at} 06:00:00")
		table.loc[1, "submitted_at"] = f"{at} 06:01"
		self.load(table)
		report = f"{self.names[0]}-{COMMUNES[1]}"
		self.assertEqual(frappe.db.get_value(REPORT, report, "submitted_at").minute, 1)

	def test_wrong_areas_slots_and_columns(self) -> None:
		table = self.rows()
		table.loc[2, "area"] = "00000"
		self.refused(table, "4", "00000")
		self.refused(self.rows().assign(slot="2016-01-01 07:00"), "2016-01-01 07:00")
		self.refused(self.rows().assign(slot="2016-01-01T08:00+07:00"), "+07:00")
		self.refused(self.rows().rename(columns={"new_f1": "f1"}), "f1")
		twice = self.rows()
		twice.loc[1, "area"] = COMMUNES[0]
		self.refused(twice, "3")
		self.refused(self.rows().sample(frac=1, random_state=1), "nam.csv")


class TestQuickWriter(PortalTestCase):
	def test_texts_arrive_as_they_are(self) -> None:
		texts = ["một\thai\nba", "a\\b\\", "\"quoted\" 'x'", "NULL", "", "🙏"]
		names = [frappe.generate_hash(length=10) for _text in texts]
		rows = {
			"name": names,
			"parent": ["zz-quick"] * len(texts),
			"idx": list(range(len(texts))),
			"explanation": texts,
		}
		writer = quick_writer.QuickWriter()
		if writer.connection is None:
			self.skipTest("the database takes no files")
		# Within the connection's transaction: nothing of it stays.
		with patch.object(writer.connection, "commit"):
			writer.write({"Report Explanation": rows})
		with writer.connection.cursor() as cursor:
			cursor.execute(
				"select explanation from `tabReport Explanation` where parent = 'zz-quick' order by idx"
			)
			found = [row[0] for row in cursor.fetchall()]
		writer.connection.rollback()
		writer.close()
		self.assertEqual(found, [text or None for text in texts])


class FailingWriter:
	"""Has a connection by the looks of it; fails at the second slot."""

	connection = True

	def __init__(self) -> None:
		self.written: list[str] = []

	def write(self, rows: dict) -> None:
		self.written.append(rows["slot"])
		if len(self.written) == 2:
			raise OSError("disk full")


class TestStoringBehind(PortalTestCase):
	def test_after_a_slot_that_failed_none_is_stored(self) -> None:
		writer = FailingWriter()
		with self.assertRaises(OSError), behind.storing(writer) as storing:
			storing.ours = MagicMock(recv=lambda: None)  # consolidates nothing
			for slot in ("one", "two", "three"):
				storing.store({"slot": slot}, slot, owed_before=False)
			storing.wait()
		self.assertEqual(writer.written, ["one", "two"])

	def test_a_slot_that_cannot_be_consolidated_is_told(self) -> None:
		writer = FailingWriter()
		writer.written = ["zero", "zero"]
		with self.assertRaises(frappe.DoesNotExistError), behind.storing(writer) as storing:
			storing.store({"slot": "zz-no-slot"}, "zz-no-slot", owed_before=False)
			storing.wait()
