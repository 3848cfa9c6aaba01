"""A petition from what was sent to the published answer, and who sees what of it."""

from unittest.mock import patch

import frappe

from covid_portal.approval.decisions import decide
from covid_portal.approval.desk import apply_workflow
from covid_portal.channels import sealing
from covid_portal.citizens import (
	assignment,
	calls,
	codes,
	follow_up,
	intake,
	messages,
	petition_acts,
	petitions,
	public_pages,
	unit_figures,
)
from covid_portal.citizens.doctype.petition_answer.petition_answer import AnswerRefused
from covid_portal.citizens.naming import NamesSomebody
from covid_portal.organisation.scope import forget_grants
from covid_portal.privacy import erasure, export, finding, retention
from covid_portal.privacy.document import ClearText
from covid_portal.privacy.reveal import ReasonMissing, RevealRefused, reveal
from covid_portal.testing import petitions as made
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.petitions import HEAD, OFFICER, SENT, UNIT
from covid_portal.testing.province import COMMUNE, address, assign

SECRETS = ("Mận", "0912 345", "thôn 3", "nước sinh hoạt")
PUBLIC = {
	"publish": 1,
	"public_title": "Cấp nước khu cách ly",
	"public_question": "Khu cách ly thiếu nước.",
	"public_answer": "Đã cấp nước trở lại.",
}


class PetitionCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.addClassCleanup(setattr, frappe.local, "request_ip", None)
		frappe.local.request_ip = "192.0.2.77"
		made.staff()
		cls.code = made.send()

	def setUp(self) -> None:
		super().setUp()
		frappe.local.request_ip = "192.0.2.77"
		self.petition = made.petition_of(self.code)

	def answer(self, **values) -> frappe.model.document.Document:
		with self.acting(OFFICER):
			answer = made.answer(self.petition, **values)
			decide("Petition Answer", answer.name, "Submit")
		with self.acting(HEAD):
			decide("Petition Answer", answer.name, "Approve")
		self.petition.reload()
		answer.reload()
		return answer

	def view(self) -> dict:
		return follow_up.found(self.code)


class TestSending(PetitionCase):
	def test_what_is_wrong_is_told_field_by_field(self):
		wrong = {
			"content": "x",
			"phone": "không có",
			"email": "a@b",
			"category": "nonsense",
			"area": "ZZ99",
			"full_name": 7,
		}
		with self.assertRaises(intake.InvalidSubmission) as caught:
			petitions.PetitionMaker().check({**SENT, **wrong})
		self.assertEqual(set(caught.exception.problems), set(wrong))

	def test_what_can_be_no_name_is_not_asked_of_the_database(self):
		for field in ("category", "area"):
			for odd in ("\ud800", "a\0", "x" * 5000, 7, ["general"], {"a": 1}):
				with self.subTest(field=field, odd=str(odd)[:10].encode(errors="replace")):
					with self.assertRaises(intake.InvalidSubmission) as caught:
						petitions.PetitionMaker().check({**SENT, field: odd})
					self.assertEqual(set(caught.exception.problems), {field})

	def test_unseen_letters_and_null_bytes_are_taken_out(self):
		sent = petitions.PetitionMaker().check(
			{**SENT, "content": "Nội\0 dung \u202eđảo ngược\u200b <script>😀\r\nhai dòng"}
		)
		self.assertEqual(sent["content"], "Nội dung đảo ngược <script>😀\nhai dòng")

	def test_without_a_commune_it_goes_to_the_whole_province(self):
		self.assertTrue(petitions.PetitionMaker().check({**SENT, "area": ""})["area"])

	def test_nothing_of_the_person_lies_in_clear_in_the_database(self):
		with self.acting(OFFICER):
			self.petition.reload()
			self.petition.summary = "Thiếu nước"
			self.petition.save()
		self.answer()
		for doctype in (
			"Petition",
			"Petition Message",
			"Petition Answer",
			"Intake",
			"Intake Outcome",
			"Version",
			"Error Log",
			"Outbox Message",
			"Notification Log",
		):
			stored = str(frappe.db.sql(f"select * from `tab{doctype}` order by creation desc limit 50"))
			for secret in SECRETS:
				self.assertNotIn(secret, stored, doctype)

	def test_no_way_past_the_form_stores_clear_text(self):
		self.petition.reload()
		self.petition.full_name = "Trịnh Thị Mận"
		self.assertRaises(ClearText, self.petition.db_update)


class TestEntryForOthers(PetitionCase):
	def take(self, **changes) -> dict:
		return calls.take({**SENT, **changes}, "1022", f"zz-{frappe.generate_hash(length=30)}")

	def test_a_call_taker_gets_the_code_at_once_and_reads_no_petition(self):
		assign("publisher", "Call Taker", "PPC-ZZ")
		with self.acting("publisher"):
			code = self.take()["code"]
			self.assertEqual(set(self.take(phone="x")["problems"]), {"phone"})
			self.assertRaises(
				calls.WrongChannel, calls.take, SENT, "Web", f"zz-{frappe.generate_hash(length=30)}"
			)
			self.assertFalse(frappe.has_permission("Petition", "read", doc=self.petition.name))
		intake.make_locked(codes.find(code))
		self.assertEqual(made.petition_of(code).channel, "1022")

	def test_nobody_else_enters_for_others(self):
		for who in ("reporter", "auditor", "disabled"):
			with self.subTest(who), self.acting(who):
				self.assertRaises(calls.NotForYou, self.take)


class TestAssignment(PetitionCase):
	def test_the_unit_of_the_place_comes_first_with_its_reason(self):
		self.assertEqual((self.petition.unit, self.petition.stage), (UNIT, "Assigned"))
		self.assertIn("4168", self.petition.assignment_reason)

	def test_where_nobody_is_on_duty_it_goes_to_the_nearest_unit_above(self):
		assign("district", "Petition Officer", "DHC-ZZ1")
		assign("cdc", "Petition Officer", "CDC-ZZ")
		found = assignment.find(made.CATEGORY, "ZZ12")
		self.assertEqual(found.unit, "DHC-ZZ1")
		self.assertIn("nearest", found.reason)

	def test_a_rule_of_an_area_goes_before_one_of_everywhere(self):
		assign("other line", "Petition Officer", "DPC-ZZ1")
		frappe.get_doc(
			doctype="Petition Assignment Rule",
			category=made.CATEGORY,
			area="ZZ1",
			unit="DPC-ZZ1",
			legal_reference="QĐ 1",
		).insert()
		self.assertEqual(assignment.find(made.CATEGORY, COMMUNE).unit, "DPC-ZZ1")
		self.assertNotEqual(assignment.find("medical", COMMUNE).unit, "DPC-ZZ1")

	def test_it_is_handed_on_with_a_reason_to_where_somebody_works_on_it(self):
		assign("district", "Petition Officer", "DHC-ZZ1")
		with self.acting(OFFICER):
			self.assertRaises(
				petitions.PetitionRefused, petition_acts.transfer, self.petition.name, "DHC-ZZ1", " "
			)
			self.assertRaises(
				petitions.PetitionRefused, petition_acts.transfer, self.petition.name, "CHS-ZZ22", "Theirs"
			)
			petition_acts.transfer(self.petition.name, "DHC-ZZ1", "The district runs the site")
			self.assertRaises(frappe.PermissionError, petition_acts.note, self.petition.name, "Still mine?")
		with self.acting("district"):
			petition_acts.note(self.petition.name, "Taken")

	def test_where_nobody_is_left_it_is_handed_on_by_officers_above_and_the_operator(self):
		for who, unit in (("district", "DHC-ZZ1"), ("sibling", "CHS-ZZ12"), ("outsider", "CHS-ZZ21")):
			assign(who, "Petition Officer", unit)
		assign("publisher", "Operator", "PPC-ZZ")
		with self.acting("district"):
			self.assertRaises(
				frappe.PermissionError, petition_acts.transfer, self.petition.name, "DHC-ZZ1", "We take it"
			)
		frappe.db.delete("Duty Assignment", {"unit": UNIT, "duty": "Petition Officer"})
		forget_grants()
		for who in ("sibling", "outsider", OFFICER, HEAD, "auditor", "disabled"):
			with self.subTest(who), self.acting(who), self.assertRaises(frappe.PermissionError):
				petition_acts.transfer(self.petition.name, "DHC-ZZ1", "Mine")
		with self.acting("publisher"):
			self.assertTrue(self.beside("Petition", self.petition.name)["forsaken"])
		with self.acting("district"):
			petition_acts.transfer(self.petition.name, "DHC-ZZ1", "Nobody is on duty there")
		self.assertEqual(frappe.db.get_value("Petition", self.petition.name, "unit"), "DHC-ZZ1")

	def test_what_no_rule_leads_anywhere_with_is_told_to_the_operators_who_hand_it_on(self):
		assign("publisher", "Operator", "PPC-ZZ")
		frappe.db.delete("Petition Assignment Rule")
		lost = made.petition()
		self.assertEqual((lost.stage, lost.unit), ("Received", None))
		told = frappe.get_all("Notification Log", {"document_name": lost.name}, pluck="for_user")
		self.assertIn(address("publisher"), told)
		with self.acting("publisher"):
			petition_acts.transfer(lost.name, UNIT, "It is about their site")
		self.assertEqual(frappe.db.get_value("Petition", lost.name, "stage"), "Assigned")


class TestWhoSees(PetitionCase):
	def test_the_unit_reads_and_reveals_with_a_reason_on_record(self):
		with self.acting(OFFICER):
			self.assertRaises(ReasonMissing, reveal, "Petition", self.petition.name, ["phone"], "")
			seen = reveal("Petition", self.petition.name, ["phone", "full_name"], "Call back about the water")
		self.assertEqual(seen, {"phone": "0912 345 678", "full_name": "Trịnh Thị Mận"})
		record = frappe.get_last_doc("Personal Access", {"reference_name": self.petition.name})
		self.assertEqual((record.fields_shown, record.unit), ("phone, full_name", UNIT))

	def test_superior_and_auditor_see_it_covered_sibling_outsider_guest_and_disabled_nothing(self):
		assign("district", "Petition Officer", "DHC-ZZ1")
		assign("sibling", "Petition Officer", "CHS-ZZ12")
		assign("outsider", "Petition Officer", "CHS-ZZ21")
		assign("disabled", "Petition Officer", UNIT)
		for who, reads in {
			OFFICER: 1,
			HEAD: 1,
			"district": 1,
			"auditor": 1,
			"sibling": 0,
			"outsider": 0,
			"disabled": 0,
			"Guest": 0,
		}.items():
			with self.subTest(who), self.acting(who):
				self.assertEqual(
					frappe.has_permission("Petition", "read", doc=self.petition.name), bool(reads)
				)
				if who != "Guest":
					listed = frappe.get_list("Petition", {"name": self.petition.name}) if reads else []
					self.assertEqual(len(listed), reads)
		for who in ("district", "auditor"):
			with self.subTest(who), self.acting(who):
				self.assertRaises(
					RevealRefused, reveal, "Petition", self.petition.name, ["phone"], "Curiosity"
				)
				personal = self.beside("Petition", self.petition.name)["personal"]
				self.assertEqual((personal["full_name"], personal["content"]), ("T. T. M.", "•••"))
				self.assertFalse(
					any(row["text"] for row in petition_acts.course(self.petition.name)["messages"])
				)

	def test_messages_and_clocks_are_listed_with_the_petition_alone(self):
		assign("sibling", "Petition Officer", "CHS-ZZ12")
		for who, many in ((OFFICER, True), ("sibling", False)):
			with self.acting(who):
				for doctype in ("Petition Message", "Petition Clock"):
					self.assertEqual(bool(frappe.get_list(doctype, {"petition": self.petition.name})), many)

	def test_a_number_is_found_without_opening_anything_and_within_the_scope(self):
		assign("sibling", "Petition Officer", "CHS-ZZ12")
		for who, names in ((OFFICER, [self.petition.name]), ("sibling", [])):
			with self.acting(who):
				self.assertEqual(finding.find_by_phone("Petition", "+84912345678"), names)

	def test_the_sender_reads_messages_and_never_notes(self):
		with self.acting(OFFICER):
			petition_acts.note(self.petition.name, "Người này hay phàn nàn")
			petition_acts.write_to_sender(self.petition.name, "Nhà tắm nào thiếu nước?")
		follow_up.said(self.code, "Nhà tắm số 2.")
		follow_up.said(self.code, "Nhà tắm số 2.")
		course = self.view()["course"]
		self.assertEqual(
			[(row["who"], row["text"]) for row in course],
			[("unit", "Nhà tắm nào thiếu nước?"), ("sender", "Nhà tắm số 2.")],
		)

	def test_a_code_that_does_not_exist_and_a_mistyped_one_are_refused(self):
		self.assertRaises(follow_up.NoSuchCode, follow_up.found, codes.new_code("Petition"))
		self.assertRaises(
			codes.CodeMistyped, follow_up.found, self.code[:-1] + ("0" if self.code[-1] != "0" else "1")
		)


class TestAnswering(PetitionCase):
	def test_the_head_approves_and_the_sender_is_told(self):
		self.answer()
		view = self.view()
		self.assertEqual(view["stage"], "Answered")
		self.assertEqual(view["course"][-1]["text"], "Đã cấp nước từ chiều nay.")
		self.assertIsNone(view["next"])
		self.assertEqual(self.petition.answered_on_time, 1)

	def test_the_author_does_not_approve_and_an_approved_answer_does_not_change(self):
		with self.acting(OFFICER):
			answer = made.answer(self.petition)
			decide("Petition Answer", answer.name, "Submit")
			self.assertRaises(frappe.PermissionError, decide, "Petition Answer", answer.name, "Approve")
			answer.reload()
			answer.text = "Khác"
			self.assertRaises(AnswerRefused, answer.save)

	def test_another_unit_answers_nothing_and_there_is_one_answer_at_a_time(self):
		assign("sibling", "Petition Officer", "CHS-ZZ12")
		with self.acting("sibling"):
			self.assertRaises(frappe.PermissionError, made.answer, self.petition)
		with self.acting(OFFICER):
			made.answer(self.petition)
			self.assertRaises(AnswerRefused, made.answer, self.petition)

	def test_it_is_published_where_agreed_and_without_anybody_named(self):
		with self.acting(OFFICER):
			for leak in (
				"Bà Trịnh Thị Mận phản ánh",
				"Ba TRINH  THI MAN phan anh",
				"Nhà ở số 7, thôn 3",
				"Gọi 0912 345 678",
				"man@example.com",
			):
				with self.subTest(leak), self.assertRaises(NamesSomebody):
					made.answer(self.petition, **{**PUBLIC, "public_question": leak})
				frappe.clear_messages()
		self.assertTrue(self.answer(**PUBLIC).published_at)

	def test_the_summary_that_lists_show_names_nobody_either(self):
		with self.acting(OFFICER):
			petition = frappe.get_doc("Petition", self.petition.name)
			petition.summary = "Bà Mận, 0912 345 678: thiếu nước"
			self.assertRaises(NamesSomebody, petition.save)

	def test_without_consent_or_of_patients_nothing_is_published(self):
		for changes in ({"consent": ""}, {"category": "suspects"}):
			self.petition = made.petition(**changes)
			with self.acting(OFFICER):
				self.assertRaises(AnswerRefused, made.answer, self.petition, **PUBLIC)

	def test_it_is_rated_once_and_reopened_with_clocks_of_its_own(self):
		self.answer()
		follow_up.rated(self.code, 2, "Chưa đúng chỗ")
		self.assertRaises(follow_up.NotNow, follow_up.rated, self.code, 5, "")
		follow_up.opened_anew(self.code, "Nước vẫn chưa có")
		self.assertEqual(frappe.db.get_value("Petition", self.petition.name, "stage"), "Assigned")
		self.assertEqual(
			frappe.db.count("Petition Clock", {"petition": self.petition.name, "state": "Running"}), 3
		)
		self.answer(text="Đã sửa xong đường ống.")
		self.assertEqual(self.view()["course"][-1]["text"], "Đã sửa xong đường ống.")

	def test_the_same_matter_is_suggested_merged_and_answered_with_the_first(self):
		code = made.send(
			content="Đề nghị kiểm tra khu cách ly ở thôn 3, thiếu nước sinh hoạt từ hôm qua!",
			full_name="Lê Văn Bưởi",
		)
		other = made.petition_of(code)
		different = made.petition(content="Xin hỏi thủ tục xác nhận hoàn thành cách ly tại nhà cho trẻ em")
		with self.acting(OFFICER):
			suggested = [row["name"] for row in petition_acts.similar(other.name)]
			self.assertIn(self.petition.name, suggested)
			self.assertNotIn(different.name, suggested)
			petition_acts.merge(other.name, self.petition.name, "The same taps")
		self.answer()
		self.assertEqual(follow_up.found(code)["course"][-1]["text"], "Đã cấp nước từ chiều nay.")

	def test_those_merged_into_one_that_is_merged_itself_are_answered_with_the_last(self):
		first, second = made.send(), made.send()
		with self.acting(OFFICER):
			petition_acts.merge(made.petition_of(first).name, made.petition_of(second).name, "The same taps")
			petition_acts.merge(made.petition_of(second).name, self.petition.name, "The same taps")
		self.answer()
		for code in (first, second):
			self.assertEqual(follow_up.found(code)["course"][-1]["text"], "Đã cấp nước từ chiều nay.")

	def test_one_merged_into_an_answered_petition_gets_its_answer_at_once(self):
		code = made.send()
		self.answer()
		with self.acting(OFFICER):
			petition_acts.merge(made.petition_of(code).name, self.petition.name, "The same taps")
		self.assertEqual(follow_up.found(code)["course"][-1]["text"], "Đã cấp nước từ chiều nay.")

	def test_of_the_same_matter_elsewhere_a_superior_reads_that_it_is_alike_and_not_its_words(self):
		assign("district", "Petition Officer", "DHC-ZZ1")
		own = made.petition()
		with self.acting(OFFICER):
			petition_acts.transfer(own.name, "DHC-ZZ1", "The district runs the site")
		with self.acting("district"):
			rows = {row["name"]: row["text"] for row in petition_acts.similar(own.name)}
		self.assertIn(self.petition.name, rows)
		self.assertIsNone(rows[self.petition.name])

	def test_while_an_answer_waits_for_its_head_the_petition_stays_where_it_is(self):
		assign("district", "Petition Officer", "DHC-ZZ1")
		other = made.petition()
		with self.acting(OFFICER):
			answer = made.answer(self.petition)
			decide("Petition Answer", answer.name, "Submit")
			for act, *words in (
				(petition_acts.transfer, "DHC-ZZ1", "Theirs"),
				(petition_acts.merge, other.name, "The same"),
				(petition_acts.decline, "Not ours"),
			):
				with self.subTest(act.__name__), self.assertRaises(petitions.PetitionRefused) as caught:
					act(self.petition.name, *words)
				self.assertIn(answer.name, str(caught.exception))
			decide("Petition Answer", answer.name, "Withdraw")
			petition_acts.transfer(self.petition.name, "DHC-ZZ1", "Theirs")
		with self.acting("district"):
			begun = frappe.get_doc("Petition Answer", answer.name)
			self.assertEqual(begun.unit, "DHC-ZZ1")
			begun.text = "Huyện trả lời."
			begun.save()
			decide("Petition Answer", answer.name, "Submit")

	def test_an_answer_longer_than_a_message_reaches_the_sender_in_part_and_stands_whole_at_its_code(self):
		code = made.send("Zalo", reply_to="Zalo:7000000000000000001", phone="", full_name="", address="")
		self.petition = made.petition_of(code)
		text = "\n".join(["Đã cấp nước."] * 300)
		self.answer(text=text)
		self.assertEqual(follow_up.found(code)["course"][-1]["text"], text)
		sent = frappe.get_last_doc("Outbox Message", {"about_name": self.petition.name})
		told = sealing.unseal_data(sent.subject, sent.content)["text"]
		self.assertLessEqual(len(told), 2000)
		self.assertIn("/tra-cuu", told)

	def test_it_is_open_so_long_as_somebody_has_to_work_on_it(self):
		self.assertTrue(self.petition.is_open)
		self.answer()
		self.assertFalse(self.petition.is_open)
		follow_up.opened_anew(self.code, "Vẫn chưa có nước")
		self.petition.reload()
		self.assertTrue(self.petition.is_open)
		with self.acting(OFFICER):
			petition_acts.decline(self.petition.name, "Thuộc thẩm quyền của tòa án")
		self.petition.reload()
		self.assertFalse(self.petition.is_open)

	def test_what_is_declined_is_told_with_its_reason(self):
		with self.acting(OFFICER):
			petition_acts.decline(self.petition.name, "Thuộc thẩm quyền của tòa án")
		self.assertEqual(self.view()["stage"], "Declined")
		self.assertIn("tòa án", self.view()["course"][-1]["text"])


class TestInTheDesk(PetitionCase):
	def test_the_form_that_a_decision_has_renewed_shows_what_is_sealed_to_those_who_handle_it_alone(self):
		with self.acting(OFFICER):
			answer = made.answer(self.petition)
			self.assertEqual(answer.name, f"{self.petition.name}-A1")
			given = apply_workflow(answer.as_dict(), "Send for Approval").as_dict()["__onload"]
		self.assertEqual(given["text"], "Đã cấp nước từ chiều nay.")
		assign("sibling", "Petition Officer", "CHS-ZZ12")
		told = petitions.question_for(self.petition, address("sibling"))
		self.assertEqual((told["question"], told["handled"]), (None, False))

	def test_an_answer_that_is_begun_stands_beside_the_question(self):
		with self.acting(OFFICER):
			told = petition_acts.question(self.petition.name)
		self.assertEqual((told["question"], told["may_be_published"]), (SENT["content"], True))
		for who in ("sibling", "outsider", "disabled", "Guest"):
			with self.subTest(who), self.acting(who), self.assertRaises(frappe.PermissionError):
				petition_acts.question(self.petition.name)


class TestFiguresOfUnits(PetitionCase):
	def figures(self, threshold: int) -> dict:
		rows = unit_figures.of_units(petitions.now(), threshold)
		return next(row for row in rows if row["unit"] == UNIT)

	def test_what_was_received_and_answered_on_time_is_counted_and_few_are_told_as_a_range(self):
		made.petition()
		self.answer()
		few = {"from": 1, "to": 4}
		self.assertEqual(
			self.figures(1),
			{
				"unit": UNIT,
				"received": 2,
				"answered": 1,
				"on_time": 1,
				"on_time_share": 1.0,
				"median_days": 0.0,
			},
		)
		self.assertEqual(
			self.figures(5),
			{
				"unit": UNIT,
				"received": few,
				"answered": few,
				"on_time": few,
				"on_time_share": None,
				"median_days": None,
			},
		)

	def test_the_public_file_tells_no_exact_small_number(self):
		self.answer()
		with patch.object(public_pages, "threshold", lambda: 5):
			data = public_pages.file_data(public_pages.units_data(petitions.now()), petitions.now())
		row = next(row for row in data["units"] if row["code"] == UNIT)
		self.assertEqual((row["received"], row["median_days"]), ({"from": 1, "to": 4}, None))


class TestForgetting(PetitionCase):
	def test_erased_the_record_stays_and_the_person_is_gone(self):
		subject = self.petition.subject
		messages.from_sender(self.petition, "Thêm một ý", "Web")
		erasure.erase(subject, "Asked for by the person")
		self.petition.reload()
		self.assertEqual(set(self.petition.masked().values()), {""})
		self.assertIsNone(self.petition.phone_index)
		self.assertEqual([row["text"] for row in messages.of_petition(self.petition.name)], [None])
		self.assertEqual(self.petition.stage, "Assigned")

	def test_the_unit_erases_and_superior_sibling_outsider_guest_and_disabled_do_not(self):
		assign("district", "Petition Officer", "DHC-ZZ1")
		assign("sibling", "Petition Officer", "CHS-ZZ12")
		assign("disabled", "Petition Officer", UNIT)
		for who in ("district", "sibling", "outsider", "auditor", "disabled", "Guest", HEAD):
			with self.subTest(who), self.acting(who):
				self.assertFalse(self.offered_to_erase())
				with self.assertRaises(frappe.PermissionError):
					erasure.erase_of("Petition", self.petition.name, "The person asks for it")
		self.assertEqual(self.petition.personal("full_name"), SENT["full_name"])
		with self.acting(OFFICER):
			self.assertTrue(self.offered_to_erase())
			self.assertRaises(ReasonMissing, erasure.erase_of, "Petition", self.petition.name, " ")
			erasure.erase_of("Petition", self.petition.name, "The person asks for it")
		self.assertIsNone(self.petition.personal("full_name"))

	def offered_to_erase(self) -> bool:
		return bool(self.beside("Petition", self.petition.name).get("may_erase"))

	def test_a_person_is_given_all_that_is_kept_of_them(self):
		told = export.of_subject(self.petition.subject)
		kinds = {row["doctype"] for row in told["documents"]}
		self.assertLessEqual({"Intake", "Petition"}, kinds)
		self.assertIn("Trịnh Thị Mận", str(told))

	def test_an_answered_petition_is_due_for_erasure_after_its_period_and_an_open_one_never(self):
		rules = frappe.get_all(
			"Retention Rule", {"enabled": 1, "document_type": ("in", ("Intake", "Petition"))}, ["*"]
		)
		rule = next(row for row in rules if row.document_type == "Petition")
		later = frappe.utils.add_to_date(petitions.now(), days=rule.days + 400)
		self.assertNotIn(self.petition.subject, retention.due(rule, rules, later, set()))
		self.answer()
		self.assertIn(self.petition.subject, retention.due(rule, rules, later, set()))
		self.assertNotIn(self.petition.subject, retention.due(rule, rules, petitions.now(), set()))
