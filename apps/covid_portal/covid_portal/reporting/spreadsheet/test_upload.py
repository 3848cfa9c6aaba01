"""Workbooks: what a person downloads, what comes back, and that nothing wrong is stored."""

import io
from datetime import date
from unittest.mock import patch

import frappe
from openpyxl import Workbook, load_workbook

from covid_portal.approval.chain import broken_links, content_digest
from covid_portal.approval.vocabulary import NotYoursToDecide
from covid_portal.reporting.spreadsheet import api, archive, layout, problems, storing
from covid_portal.reporting.spreadsheet.listeners import has_listeners
from covid_portal.reporting.spreadsheet.problems import WorkbookRefused
from covid_portal.testing.case import REPORT, PortalTestCase, draft, figures, make_slot, sent, state_of, take
from covid_portal.testing.province import COMMUNE, OUTSIDE, SIBLING, address
from covid_portal.testing.workbooks import Filled, with_part

EXPLAINED = "Theo dõi tại nhà"
SAME = (
	"answered",
	"unit",
	"area_name",
	"workflow_state",
	"approval_unit",
	"approval_step",
	"incomplete",
	"owner",
)


class WorkbookTestCase(PortalTestCase):
	def upload(
		self, content: bytes, slot: str | None = None, send: bool = True, partial: bool = False
	) -> dict:
		with patch.object(api, "uploaded_bytes", return_value=content):
			return api.upload(slot or self.slot, send, partial)

	def filled(
		self, who: str = "district", *areas: str, slot: str | None = None, **changes: object
	) -> Filled:
		with self.acting(who):
			return Filled(slot or self.slot).fill(*areas, **changes)

	def assertProblem(
		self, workbook: Filled | bytes, says: str, place: tuple | None = None, who: str = "district"
	) -> dict:
		"""The workbook has exactly this wrong, and nothing is stored."""
		content = workbook if isinstance(workbook, bytes) else workbook.content()
		with self.assertNothingStored(), self.acting(who):
			answer = self.upload(content)
		self.assertEqual(answer["stored"], 0)
		found = [row for row in answer["problems"] if says in row["message"]]
		self.assertTrue(found, answer["problems"])
		if place:
			self.assertIn(place, [(row["row"], row["column"]) for row in found])
		return answer

	def assertUnreadable(self, content: bytes, says: str = "", who: str = "district") -> None:
		with self.acting(who):
			self.assertRefused(WorkbookRefused, self.upload, content, says=says)


class TestTheTemplate(WorkbookTestCase):
	def areas(self, who: str) -> list[str]:
		with self.acting(who):
			return list(Filled(self.slot).rows)

	def test_it_has_the_rows_of_the_own_areas_and_no_others(self) -> None:
		self.assertEqual(self.areas("reporter"), [COMMUNE])
		self.assertEqual(self.areas("government"), [COMMUNE])
		self.assertEqual(self.areas("district"), [COMMUNE, SIBLING])
		self.assertEqual(self.areas("cdc"), ["ZZ11", "ZZ12", "ZZ21", "ZZ22"])

	def test_it_is_not_for_those_who_enter_nothing(self) -> None:
		for who in ("auditor", "administrator", "publisher", "disabled", "ended", "future", "stranger"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, Filled, self.slot)

	def test_what_was_sent_is_not_in_it(self) -> None:
		sent(self.slot, COMMUNE)
		self.assertEqual(self.areas("district"), [SIBLING])

	def test_headers_and_keys_are_protected_and_figures_are_not(self) -> None:
		workbook = self.filled()
		self.assertTrue(workbook.sheet.protection.sheet)
		self.assertTrue(workbook.cell(COMMUNE, "area").protection.locked)
		self.assertTrue(workbook.sheet.cell(layout.LABEL_ROW, 3).protection.locked)
		self.assertFalse(workbook.cell(COMMUNE, "new_cases").protection.locked)
		self.assertTrue(workbook.sheet.cell(layout.LABEL_ROW, 3).value.endswith(layout.MANDATORY_MARK))
		kinds = {rule.type for rule in workbook.sheet.data_validations.dataValidation}
		self.assertEqual(kinds, {"whole", "list", "textLength"})
		self.assertEqual(workbook.book[layout.META_SHEET].sheet_state, "veryHidden")

	def test_the_slot_before_and_a_draft_stand_in_it(self) -> None:
		sent(self.previous, COMMUNE, new_f1=77)
		draft(self.slot, COMMUNE, new_f1=55, doses_given=None, incomplete=1)
		with self.acting("district"):
			self.assertIsNone(Filled(self.slot).cell(COMMUNE, "new_f1").value)
		with self.acting("reporter"):
			workbook = Filled(self.slot)
		before = workbook.book.worksheets[1]
		self.assertEqual(before.cell(2, workbook.keys.index("new_f1") + 1).value, 77)
		self.assertEqual(workbook.cell(COMMUNE, "new_f1").value, 55)
		self.assertIsNone(workbook.cell(COMMUNE, "doses_given").value)


class TestASoundWorkbook(WorkbookTestCase):
	def test_a_reporter_sends_the_own_report(self) -> None:
		workbook = self.filled("reporter")
		with self.acting("reporter"):
			answer = self.upload(workbook.content())
		self.assertEqual((answer["stored"], answer["problems"]), (1, []))
		report = frappe.get_doc(REPORT, f"{self.slot}-{COMMUNE}")
		self.assertEqual((report.channel, report.entered_by_unit), ("Spreadsheet", "CHS-ZZ11"))
		self.assertEqual((report.owner, report.workflow_state), (address("reporter"), "In Approval"))
		for field, value in figures().items():
			self.assertEqual(report.get(field), value, field)
		self.assertIsNone(report.new_f2)

	def test_it_stores_the_same_as_the_form(self) -> None:
		other = make_slot(2, previous=self.previous)
		with self.acting("reporter"):
			form = sent(other, COMMUNE)
			self.upload(Filled(self.slot).fill().content())
		book = frappe.get_doc(REPORT, f"{self.slot}-{COMMUNE}")
		for field in SAME:
			self.assertEqual(book.get(field), form.get(field), field)
		self.assertEqual(self.records(book), self.records(form))
		self.assertEqual(self.obligation(self.slot), self.obligation(other))
		last = frappe.get_last_doc("Approval Decision", {"reference_name": book.name})
		self.assertEqual(last.content_digest, content_digest(book))
		self.assertEqual(broken_links(REPORT, book.name), [])

	def records(self, report) -> tuple:
		name = {"reference_name": report.name}
		steps = frappe.get_all(
			"Approval Step", name, ["round", "step", "unit", "duty", "state"], order_by="step asc"
		)
		decisions = frappe.get_all(
			"Approval Decision",
			name,
			["sequence", "decision", "from_state", "to_state", "user", "unit", "duty"],
		)
		return [dict(row) for row in steps], [dict(row) for row in decisions]

	def obligation(self, slot: str) -> dict:
		fields = ["state", "on_time", "unit"]
		return dict(
			frappe.db.get_value("Report Obligation", {"slot": slot, "area": COMMUNE}, fields, as_dict=True)
		)

	def test_blank_is_not_zero(self) -> None:
		workbook = self.filled("reporter", treated_at_home=None, new_f2=0)
		with self.acting("reporter"):
			self.upload(workbook.content())
		report = frappe.get_doc(REPORT, f"{self.slot}-{COMMUNE}")
		self.assertIsNone(report.treated_at_home)
		self.assertEqual(report.new_f2, 0)

	def test_it_may_stay_a_draft(self) -> None:
		workbook = self.filled("reporter", doses_given=None)
		with self.acting("reporter"):
			answer = self.upload(workbook.content(), send=False)
		self.assertEqual(answer["stored"], 1, answer["problems"])
		self.assertEqual(state_of(f"{self.slot}-{COMMUNE}"), "Draft")

	def test_a_row_left_blank_is_left_out(self) -> None:
		workbook = self.filled("district", SIBLING)
		with self.acting("district"):
			self.assertEqual(self.upload(workbook.content())["stored"], 1)
		self.assertIsNone(state_of(f"{self.slot}-{COMMUNE}"))

	def test_sent_twice_is_refused_by_row(self) -> None:
		workbook = self.filled()
		with self.acting("district"):
			self.upload(workbook.content())
		answer = self.assertProblem(workbook, "", workbook.place(COMMUNE, "area"))
		self.assertEqual({row["area"] for row in answer["problems"]}, {COMMUNE, SIBLING})

	def test_a_draft_and_a_returned_report_are_updated(self) -> None:
		draft(self.slot, COMMUNE, new_f1=1, followed_f1=1)
		returned = sent(self.slot, SIBLING)
		with self.acting("district"):
			take(returned, "Return", "Xem lại")
		workbook = self.filled("colleague", new_f1=22)
		with self.acting("colleague"):
			answer = self.upload(workbook.content())
		self.assertEqual(answer["stored"], 2, answer["problems"])
		for area in (COMMUNE, SIBLING):
			report = frappe.get_doc(REPORT, f"{self.slot}-{area}")
			self.assertEqual((report.new_f1, report.workflow_state), (22, "In Approval"))
			self.assertEqual(broken_links(REPORT, report.name), [])

	def test_a_warning_needs_the_words_of_the_last_column(self) -> None:
		workbook = self.filled("reporter", deaths=1)
		self.assertProblem(workbook, "", workbook.place(COMMUNE, "deaths"), who="reporter")
		workbook.cell(COMMUNE, "explanations").value = EXPLAINED
		with self.acting("reporter"):
			self.assertEqual(self.upload(workbook.content())["stored"], 1)
		report = frappe.get_doc(REPORT, f"{self.slot}-{COMMUNE}")
		self.assertEqual([row.explanation for row in report.explanations], [EXPLAINED])
		last = frappe.get_last_doc("Approval Decision", {"reference_name": report.name})
		self.assertEqual(last.content_digest, content_digest(report))


class TestOnBehalf(WorkbookTestCase):
	def test_the_district_enters_for_its_communes_and_it_shows(self) -> None:
		workbook = self.filled()
		with self.acting("district"):
			self.assertEqual(self.upload(workbook.content())["stored"], 2)
		report = frappe.get_doc(REPORT, f"{self.slot}-{COMMUNE}")
		self.assertEqual(
			(report.channel, report.entered_by_unit, report.unit), ("Proxy", "DHC-ZZ1", "CHS-ZZ11")
		)

	def test_who_entered_does_not_approve_and_a_colleague_does(self) -> None:
		draft(self.slot, SIBLING)
		workbook = self.filled()
		with self.acting("district"):
			self.upload(workbook.content(), send=False)  # on behalf it is sent all the same
			for area in (COMMUNE, SIBLING):
				self.assertRefused(NotYoursToDecide, take, f"{self.slot}-{area}", "Approve")
		with self.acting("colleague"):
			take(f"{self.slot}-{COMMUNE}", "Approve")

	def test_the_right_to_enter_opens_no_other_way(self) -> None:
		report = draft(self.slot, COMMUNE)
		with self.acting("district"):
			self.assertRefused(frappe.PermissionError, report.save)
			self.assertRefused(frappe.PermissionError, take, report, "Submit")
			self.assertRefused(frappe.PermissionError, draft, self.slot, SIBLING)

	def test_another_unit_s_workbook_is_told(self) -> None:
		workbook = self.filled("outsider")
		self.assertUnreadable(workbook.content(), says="CHS of ZZ21")

	def test_an_area_of_another_district_is_refused_by_row(self) -> None:
		workbook = self.filled()
		workbook.cell(SIBLING, "area").value = OUTSIDE
		self.assertProblem(workbook, OUTSIDE, workbook.place(SIBLING, "area"))


class TestBadInput(WorkbookTestCase):
	def test_a_workbook_of_another_slot(self) -> None:
		workbook = self.filled(slot=self.previous)
		self.assertUnreadable(workbook.content())

	def test_a_changed_hidden_sheet(self) -> None:
		workbook = self.filled()
		meta = workbook.book[layout.META_SHEET]
		meta["A1"] = meta["A1"].value.replace("ZZ12", "ZZ21")
		self.assertUnreadable(workbook.content())

	def test_a_workbook_that_is_not_ours(self) -> None:
		stream = io.BytesIO()
		Workbook().save(stream)
		self.assertUnreadable(stream.getvalue())
		for content in (b"", b"PK\x03\x04", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0" + bytes(2000)):
			self.assertUnreadable(content)

	def test_renamed_missing_and_added_columns(self) -> None:
		workbook = self.filled()
		column = workbook.keys.index("new_cases") + 1
		workbook.sheet.cell(layout.LABEL_ROW, column).value = "Số ca"
		self.assertProblem(workbook, "Số ca")
		workbook = self.filled()
		workbook.sheet.delete_cols(column)
		self.assertFalse(self.assertProblem(workbook, "")["partial_possible"])
		workbook = self.filled()
		workbook.sheet.cell(layout.LABEL_ROW, len(workbook.keys) + 1).value = "Cột mới"
		self.assertProblem(workbook, "Cột mới")

	def test_moved_columns_are_followed(self) -> None:
		workbook = self.filled("reporter")
		first, second = (workbook.keys.index(key) + 1 for key in ("new_f1", "followed_f1"))
		for row in range(layout.KEY_ROW, layout.FIRST_ROW + 1):
			one, two = workbook.sheet.cell(row, first), workbook.sheet.cell(row, second)
			one.value, two.value = two.value, one.value
		with self.acting("reporter"):
			self.assertEqual(self.upload(workbook.content())["stored"], 1)
		self.assertEqual(frappe.db.get_value(REPORT, f"{self.slot}-{COMMUNE}", "new_f1"), figures()["new_f1"])

	def test_what_is_no_whole_number(self) -> None:
		for value in ("sáu", "6", "1.234", 1.5, True, date(2021, 11, 20)):
			workbook = self.filled()
			workbook.cell(SIBLING, "new_f1").value = value
			self.assertProblem(workbook, "", workbook.place(SIBLING, "new_f1"))

	def test_negative_and_too_large(self) -> None:
		for value in (-1, 3_000_000_000, 1e300):
			workbook = self.filled()
			workbook.cell(SIBLING, "new_f1").value = value
			self.assertProblem(workbook, "", workbook.place(SIBLING, "new_f1"))

	def test_a_mandatory_figure_left_blank(self) -> None:
		workbook = self.filled(doses_given=None)
		self.assertProblem(workbook, "", workbook.place(COMMUNE, "doses_given"))

	def test_figures_that_contradict_each_other(self) -> None:
		workbook = self.filled()
		workbook.cell(SIBLING, "new_cases").value = 9
		answer = self.assertProblem(workbook, "", workbook.place(SIBLING, "new_cases"))
		self.assertEqual({row["area"] for row in answer["problems"]}, {SIBLING})

	def test_a_formula_whatever_it_gives(self) -> None:
		workbook = self.filled()
		workbook.cell(SIBLING, "new_f1").value = "=20+1"
		self.assertProblem(workbook, "formula", workbook.place(SIBLING, "new_f1"))

	def test_merged_cells(self) -> None:
		workbook = self.filled()
		row, letter = workbook.place(SIBLING, "new_f1")
		workbook.sheet.merge_cells(f"{letter}{row - 1}:{letter}{row}")
		self.assertProblem(workbook, "merged")

	def test_what_writers_of_spreadsheets_never_write(self) -> None:
		content = self.filled().content()

		def ending(row: bytes) -> bytes:
			return with_part(
				content, "sheet1.xml", lambda part: part.replace(b"</sheetData>", row + b"</sheetData>")
			)

		self.assertProblem(ending(b"<row><c><f>1+1</f><v>2</v></c></row>"), "formula")
		self.assertUnreadable(ending(b'<row r="%s"/>' % (b"9" * 5000)), says="outside the table")

	def test_an_area_twice(self) -> None:
		workbook = self.filled()
		workbook.cell(SIBLING, "area").value = COMMUNE
		self.assertProblem(workbook, "", workbook.place(SIBLING, "area"))

	def test_a_hundred_thousand_empty_rows(self) -> None:
		workbook = self.filled("reporter")
		row = b'<row r="%d"><c r="A%d" s="1"/><c r="C%d" s="1"/></row>'
		empty = b"".join(row % (n, n, n) for n in range(10, 100_010))
		content = with_part(
			workbook.content(),
			"sheet1.xml",
			lambda part: part.replace(b"</sheetData>", empty + b"</sheetData>"),
		)
		with self.acting("reporter"):
			self.assertEqual(self.upload(content)["stored"], 1)

	def test_a_cell_in_the_last_corner(self) -> None:
		workbook = self.filled("reporter")
		workbook.sheet["XFD1048576"] = 1
		self.assertUnreadable(workbook.content(), who="reporter")

	def test_a_zip_bomb(self) -> None:
		content = self.filled("reporter").content()
		padded = with_part(content, "sheet1.xml", lambda part: part + b" " * (archive.RATIO_FROM * 3))
		self.assertUnreadable(padded, who="reporter")
		many = with_part(content, "styles.xml", lambda part: part + b" " * archive.LARGEST_UNPACKED)
		self.assertUnreadable(many, who="reporter")

	def test_entities(self) -> None:
		bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>'
		content = with_part(self.filled("reporter").content(), "sheet1.xml", lambda part: bomb + part)
		self.assertUnreadable(content, who="reporter")


class TestPartial(WorkbookTestCase):
	def test_the_sound_rows_are_stored_when_that_is_accepted_and_only_then(self) -> None:
		workbook = self.filled()
		workbook.cell(SIBLING, "new_f1").value = "?"
		answer = self.assertProblem(workbook, "?")
		self.assertEqual((answer["good"], answer["partial_possible"]), (1, True))
		with self.acting("district"):
			answer = self.upload(workbook.content(), partial=True)
		self.assertEqual((answer["stored"], answer["problem_count"]), (1, 1))
		self.assertEqual(state_of(f"{self.slot}-{COMMUNE}"), "In Approval")
		self.assertIsNone(state_of(f"{self.slot}-{SIBLING}"))

	def test_what_is_wrong_with_the_whole_workbook_cannot_be_left_out(self) -> None:
		workbook = self.filled()
		workbook.sheet.cell(layout.LABEL_ROW, 3).value = "?"
		with self.assertNothingStored(), self.acting("district"):
			self.assertEqual(self.upload(workbook.content(), partial=True)["stored"], 0)


class TestTheListOfErrors(WorkbookTestCase):
	def test_it_can_be_downloaded_and_holds_no_formula(self) -> None:
		found = [problems.Problem("=1+1", "Số liệu", 7, "C", "ZZ11", "Mắc mới")]
		book = load_workbook(io.BytesIO(problems.as_workbook(found)))
		self.assertEqual(
			[cell.value for cell in book.active[2]], ["Số liệu", 7, "C", "ZZ11", "Mắc mới", "'=1+1"]
		)
		self.assertIn("'=1+1", problems.as_csv(found).decode("utf-8-sig"))


class TestListeners(WorkbookTestCase):
	def test_where_somebody_listens_each_report_is_a_document(self) -> None:
		self.assertFalse(has_listeners(REPORT))
		self.addCleanup(frappe.cache.delete_key, "notifications")  # the framework remembers past the rollback
		frappe.get_doc(
			doctype="Notification", name="ZZ", subject="x", document_type=REPORT, event="New", channel="System Notification",
			message="x", recipients=[{"receiver_by_role": "Auditor"}],
		).insert()  # fmt: skip
		self.assertTrue(has_listeners(REPORT))
		workbook = self.filled()
		seen = []
		with (
			self.acting("district"),
			patch.object(storing, "store_document", wraps=storing.store_document) as one,
		):
			answer = self.upload(workbook.content())
			seen = one.call_args_list
		self.assertEqual((answer["stored"], len(seen)), (2, 2), answer["problems"])
		report = frappe.get_doc(REPORT, f"{self.slot}-{COMMUNE}")
		self.assertEqual((report.channel, report.entered_by_unit), ("Proxy", "DHC-ZZ1"))
		self.assertEqual(report.workflow_state, "In Approval")
