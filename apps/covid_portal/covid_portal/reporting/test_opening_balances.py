"""Opening balances: running totals go on from what was before the first slot, and nobody moves them behind the public's back."""

import tempfile
from pathlib import Path

import frappe
from frappe.utils import now_datetime

from covid_portal.reporting import opening_balances, slots
from covid_portal.reporting.consolidation import consolidate, consolidate_from
from covid_portal.reporting.doctype.opening_balance.opening_balance import BalanceStands, InvalidBalance
from covid_portal.reporting.opening_balances import BalancesRefused
from covid_portal.testing.case import REPORT, PortalTestCase, accepted

SOURCE = "Bulletin 12 of 19/11/2021"


class BalanceCase(PortalTestCase):
	def balance(self, area: str, balance: int, fieldname: str = "new_cases", source: str = SOURCE):
		return frappe.get_doc(
			doctype="Opening Balance",
			area=area,
			indicator=f"{REPORT}-{fieldname}",
			balance=balance,
			source=source,
		)

	def consolidate(self, *names: str) -> None:
		for name in names:
			consolidate(name)
			frappe.db.set_value("Report Slot", name, "state", slots.CONSOLIDATED)

	def totals(self, slot: str) -> dict[str, int]:
		rows = frappe.get_all(
			"Consolidated Report", {"slot": slot, "area": ("like", "ZZ%")}, ["area", "total_new_cases"]
		)
		return {row.area: row.total_new_cases for row in rows}

	def publish(self) -> None:
		frappe.db.set_value("Report Slot", self.previous, "published_at", now_datetime())


class TestTotals(BalanceCase):
	def test_they_go_on_from_the_balances(self) -> None:
		self.balance("ZZ11", 500).insert()
		self.balance("ZZ21", 20).insert()
		accepted(self.previous, "ZZ11")
		accepted(self.previous, "ZZ12")
		accepted(self.slot, "ZZ21")
		self.consolidate(self.previous, self.slot)
		first = {"ZZ11": 506, "ZZ12": 6, "ZZ21": 20, "ZZ22": 0, "ZZ1": 512, "ZZ2": 20, "ZZ": 532}
		self.assertEqual(self.totals(self.previous), first)
		self.assertEqual(self.totals(self.slot), {**first, "ZZ21": 26, "ZZ2": 26, "ZZ": 538})
		silent = frappe.get_doc("Consolidated Report", {"slot": self.previous, "area": "ZZ21"})
		self.assertEqual((silent.new_cases, silent.followed_f1, silent.carried_from), (None, None, None))
		consolidate_from(self.previous)
		self.assertEqual(self.totals(self.previous), first)

	def test_totals_that_stand_already_follow(self) -> None:
		accepted(self.previous, "ZZ11")
		self.consolidate(self.previous, self.slot)
		self.balance("ZZ11", 500).insert()
		opening_balances.follow(REPORT)
		self.assertEqual([self.totals(slot)["ZZ"] for slot in (self.previous, self.slot)], [506, 506])


class TestWhatIsRefused(BalanceCase):
	def test_what_is_no_balance(self) -> None:
		for document, says in (
			(self.balance("ZZ1", 5), "ZZ1"),
			(self.balance("ZZ11", 5, "under_treatment"), "running total"),
			(self.balance("ZZ11", -1), "-1"),
			(self.balance("ZZ11", 3_000_000_000), "3000000000"),
		):
			self.assertRefused(InvalidBalance, document.insert, says=says)
		self.assertRefused(frappe.MandatoryError, self.balance("ZZ11", 5, source=" ").insert)

	def test_twice_for_one_figure(self) -> None:
		self.balance("ZZ11", 5).insert()
		self.assertRefused(frappe.DuplicateEntryError, self.balance("ZZ11", 6).insert)

	def test_after_the_first_publication_they_stand(self) -> None:
		there = self.balance("ZZ11", 5).insert()
		self.publish()
		self.assertRefused(BalanceStands, self.balance("ZZ12", 5).insert, says="Correct the figure")
		there.balance = 6
		self.assertRefused(BalanceStands, there.save)
		self.assertRefused(BalanceStands, there.delete)

	def test_only_an_administrator_enters_them(self) -> None:
		for who in ("reporter", "district", "cdc", "publisher", "auditor", "disabled", "stranger"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, self.balance("ZZ11", 5).insert)
				self.assertEqual(frappe.get_list("Opening Balance") if who == "auditor" else [], [])
		with self.acting("administrator"):
			self.balance("ZZ11", 5).insert()


class TestTheFile(BalanceCase):
	def load(self, text: str) -> int:
		with tempfile.TemporaryDirectory() as folder:
			path = Path(folder) / "so-du.csv"
			path.write_text(text, encoding="utf-8")
			return opening_balances.load(path, REPORT, SOURCE)

	def test_blank_cells_say_nothing_and_loading_again_renews(self) -> None:
		self.assertEqual(self.load("area,new_cases,deaths\nZZ11,500,3\nZZ12,,0\n"), 3)
		self.assertEqual(self.load("area,new_cases\nZZ11,501\n"), 1)
		stored = frappe.get_all(
			"Opening Balance", {"area": ("like", "ZZ%")}, ["area", "fieldname", "balance"], order_by="name"
		)
		self.assertEqual(
			[tuple(row.values()) for row in stored],
			[("ZZ11", "deaths", 3), ("ZZ11", "new_cases", 501), ("ZZ12", "deaths", 0)],
		)

	def test_a_row_stored_by_the_file_is_that_of_the_form(self) -> None:
		self.load("area,new_cases\nZZ11,500\n")
		frappe.get_doc("Opening Balance", opening_balances.name_of(REPORT, "ZZ11", "new_cases")).save()

	def test_what_is_wrong_is_told_by_line_and_column(self) -> None:
		wrong = "area,new_cases,under_treatment\nZZ1,5,\nZZ11,năm,\nZZ12,5,1\nZZ12,6,\n"
		said = self.assertRefused(BalancesRefused, self.load, wrong)
		for place in (
			"Line 2, column area",
			"Line 3, column new_cases",
			"Line 4, column under_treatment",
			"Line 5",
		):
			self.assertIn(place, said)
		self.assertRefused(BalancesRefused, self.load, "area\nZZ11\n")
		self.publish()
		self.assertRefused(BalancesRefused, self.load, "area,new_cases\nZZ11,5\n", says="published")
