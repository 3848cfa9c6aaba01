"""Staff from a table: accounts and duties, all rows or none, and nobody becomes what he is not given."""

import io
from datetime import timedelta

import frappe
from frappe.utils import getdate, today
from openpyxl import load_workbook

from covid_portal.organisation.duties import running_assignments
from covid_portal.setup import staff_accounts
from covid_portal.setup.plain_table import TableRefused
from covid_portal.setup.staff_accounts import MOST_IN_REQUEST, empty_table, take_in
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.province import address

HEADS = "full_name,email,phone,unit,duty,valid_from,valid_to"
AN, BINH = "zz.an@zz.invalid", "zz.binh@zz.invalid"
ROWS = (
	f"Nguyễn An,{AN},0912 345 678,CHS-ZZ11,Reporter,,",
	f"Trần Bình,{BINH},,DHC-ZZ1,Approver,,",
	f"Trần Bình,{BINH},,DHC-ZZ1,Head,,",
)


class StaffCase(PortalTestCase):
	def take(self, *rows: str, heads: str = HEADS, most: int = MOST_IN_REQUEST) -> dict:
		return take_in("can-bo.csv", "\n".join((heads, *rows)).encode(), most)

	def assertWrong(self, *rows: str, says: str, row: int = 2) -> None:
		with self.subTest(says):
			before = frappe.db.count("User"), frappe.db.count("Duty Assignment")
			answer = self.take(*rows)
			self.assertEqual((answer["accounts"], answer["duties"]), (0, 0))
			self.assertIn(says, {one["row"]: one["message"] for one in answer["problems"]}[row])
			self.assertEqual((frappe.db.count("User"), frappe.db.count("Duty Assignment")), before)


class TestWhatIsStored(StaffCase):
	def test_accounts_with_their_duties_and_no_others(self) -> None:
		with self.acting("administrator"):
			self.assertEqual(self.take(*ROWS), {"accounts": 2, "duties": 3, "problems": []})
		an = frappe.get_doc("User", AN)
		self.assertEqual((an.full_name, an.mobile_no, an.enabled), ("Nguyễn An", "0912345678", 1))
		self.assertEqual({row.role for row in an.roles}, {"Reporter", "Portal Staff"})
		held = {(row.duty, row.unit) for row in running_assignments(BINH)}
		self.assertEqual(held, {("Approver", "DHC-ZZ1"), ("Head", "DHC-ZZ1")})
		self.assertEqual(frappe.db.get_value("User", BINH, "user_type"), "System User")

	def test_who_has_an_account_gets_the_duty_alone(self) -> None:
		reporter = address("reporter")
		name = frappe.db.get_value("User", reporter, "full_name")
		answer = self.take(f"Tên khác,{reporter},,CHS-ZZ12,Reporter,,")
		self.assertEqual((answer["accounts"], answer["duties"]), (0, 1))
		self.assertEqual(frappe.db.get_value("User", reporter, "full_name"), name)

	def test_a_duty_to_come_gives_nothing_yet(self) -> None:
		later = getdate(today()) + timedelta(days=9)
		self.take(f"Nguyễn An,{AN},,CHS-ZZ11,Reporter,{later:%d/%m/%Y},{later:%Y-%m-%d}")
		self.assertEqual(frappe.get_all("Has Role", {"parent": AN}), [])
		dates = frappe.db.get_value("Duty Assignment", {"user": AN}, ["valid_from", "valid_to"])
		self.assertEqual(dates, (later, later))

	def test_the_template_in_vietnamese_filled_in(self) -> None:
		frappe.local.lang = "vi"
		book = empty_table()
		self.assertEqual(book.active["E1"].value, "Nhiệm vụ")
		book.active.append(["Nguyễn An", AN, 912345678, "CHS-ZZ11", "Cán bộ báo cáo", getdate(today())])
		stream = io.BytesIO()
		book.save(stream)
		self.assertEqual(take_in("can-bo.xlsx", stream.getvalue(), 10)["duties"], 1)
		self.assertEqual(frappe.db.get_value("User", AN, "mobile_no"), "0912345678")
		listed = [cell.value for cell in load_workbook(stream).worksheets[1]["A"]]
		self.assertIn("Người duyệt", listed)
		self.assertNotIn("System Manager", listed)

	def test_semicolons_as_excel_writes_them_in_vietnam(self) -> None:
		rows = [row.replace(",", ";") for row in ROWS]
		self.assertEqual(self.take(*rows, heads=HEADS.replace(",", ";"))["duties"], 3)


class TestWhatIsWrong(StaffCase):
	def test_each_row_with_its_reason(self) -> None:
		good = ROWS[0]
		for wrong, says in (
			(good.replace("Nguyễn An", ""), "empty"),
			(good.replace(AN, "an"), "e-mail"),
			(good.replace(AN, "Administrator"), "e-mail"),
			(good.replace("0912 345 678", "gọi tổ trưởng"), "phone"),
			(good.replace("CHS-ZZ11", "ZZ-NOWHERE"), "ZZ-NOWHERE"),
			(good.replace("Reporter", "Kẻ lạ"), "Kẻ lạ"),
			(good.replace("Reporter", "System Manager"), "role of the system"),
			(f"{good[:-1]}hôm qua,", "hôm qua"),
			(f"{good[:-1]}2021-11-20,2021-11-19", "before it begins"),
			(good.replace(AN, address("disabled")), "disabled"),
			(f"Người nhập,{address('reporter')},,CHS-ZZ11,Reporter,,", "already has"),
		):
			self.assertWrong(wrong, says=says)

	def test_rows_that_contradict_each_other(self) -> None:
		self.assertWrong(*ROWS, ROWS[0], says="row 2 already", row=5)
		self.assertWrong(*ROWS[:2], ROWS[2].replace("Trần Bình", "Trần Văn Bình"), says="another name", row=3)

	def test_one_wrong_row_stores_none(self) -> None:
		self.assertWrong(*ROWS, f"Ai đó,{AN},,ZZ-NOWHERE,Reporter,,", says="", row=5)

	def test_what_is_no_such_table(self) -> None:
		self.assertRefused(TableRefused, self.take, *ROWS, heads="a,b,c", says="Email")
		self.assertRefused(TableRefused, self.take)
		self.assertRefused(TableRefused, self.take, *ROWS, most=2, says="between 1 and 2")
		for content in (b"", b"PK\x03\x04 no workbook", "Họ tên".encode("utf-16")):
			for name in ("x.xlsx", "x.csv"):
				self.assertRefused(TableRefused, take_in, name, content, 10)


class TestWhoMay(StaffCase):
	def test_only_who_gives_duties(self) -> None:
		for who in ("reporter", "district", "cdc", "publisher", "auditor", "disabled", "stranger", "Guest"):
			with self.acting(who):
				for endpoint in (staff_accounts.load_table, staff_accounts.template):
					self.assertRefused(frappe.PermissionError, endpoint)
		with self.acting("administrator"):
			self.assertEqual(staff_accounts.template().status_code, 200)
