"""Registrations to come home: what is taken in, who sees it, the day and its receipt, the arrival and its end."""

import json
from unittest.mock import patch

import frappe
from frappe.utils import getdate, today

from covid_portal.approval import timeline
from covid_portal.approval.decisions import decide
from covid_portal.channels import sealing as channel_sealing
from covid_portal.citizens import (
	arrivals,
	calls,
	checkpoint,
	codes,
	follow_up,
	intake,
	receipts,
	return_acts,
	return_days,
)
from covid_portal.citizens.arrivals import ArrivalRefused
from covid_portal.citizens.doctype.home_return.home_return import ReturnRefused
from covid_portal.citizens.home_return import HomeReturnMaker
from covid_portal.citizens.intake import InvalidSubmission
from covid_portal.citizens.receipts import ForgedReceipt
from covid_portal.patches import persons_of_their_own
from covid_portal.privacy import erasure, export, finding, retention, sealing
from covid_portal.privacy.reveal import NothingToReveal, ReasonMissing, RevealRefused, reveal
from covid_portal.testing import returns
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.province import COMMUNE, assign
from covid_portal.testing.returns import (
	EASY,
	HARD,
	KIND,
	NAME,
	PHONE,
	STREET,
	approved,
	day,
	payload,
	register,
)

# What strangers put into fields.
NASTY = (
	"x" * 5000,
	"9" * 5000,
	"<script>alert(1)</script>",
	"\x00\x07",
	"\u202e\u200b",
	"\ud800",
	"🙂🙂",
	"'; drop table tabUser; --",
	["a"],
	{"a": 1},
	-1,
	10**40,
	1.5,
	True,
)


class ReturnCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		returns.prepare()

	def days(self, *docs: frappe.model.document.Document) -> list:
		found = [frappe.db.get_value(KIND, doc.name, "day") for doc in docs]
		return [(getdate(one) - getdate()).days if one else None for one in found]

	def record(self, code: str, key: str = "k" * 20, who: str = "outsider", **values: object) -> dict:
		"""What a checkpoint has seen."""
		with self.acting(who), patch.object(frappe.db, "commit"), patch.object(frappe.db, "rollback"):
			return checkpoint.record(
				[{"key": key, "code": code, "seconds_ago": 60, "place": "km 5", **values}]
			)[0]


class TestTakingIn(ReturnCase):
	def refused(self, **values: object) -> dict:
		with self.assertRaises(InvalidSubmission) as caught:
			HomeReturnMaker().check(payload(**values))
		return caught.exception.problems

	def test_a_registration_goes_to_the_commune_and_names_nobody_in_clear(self) -> None:
		doc = register(2)
		self.assertEqual(
			(doc.workflow_state, doc.approval_unit, doc.stage), ("In Approval", "CPC-ZZ11", "Registered")
		)
		[sent] = timeline.timeline(KIND, doc.name)["decisions"]
		self.assertTrue(sent["by_portal"])
		stored = str(frappe.db.sql("select * from `tabHome Return` where name = %s", doc.name))
		stored += str(frappe.db.sql("select * from `tabHome Return Person` where parent = %s", doc.name))
		for text in (NAME, "912000345", STREET, "038080001234", "1980"):
			self.assertNotIn(text, stored)
		self.assertEqual((doc.masked()["contact_name"], doc.people()[1]["full_name"]), ("P. T. T. N.", NAME))

	def test_what_is_wrong_is_told_field_by_field(self) -> None:
		problems = self.refused(
			area="ZZ1",
			origin="nowhere",
			wanted_on=day(-1),
			contact_phone="12",
			reason="",
			persons=[returns.person(), returns.person(full_name="", birth_year="1700")],
		)
		self.assertEqual(
			set(problems),
			{
				"area",
				"origin",
				"wanted_on",
				"contact_phone",
				"reason",
				"persons.2.full_name",
				"persons.2.birth_year",
			},
		)
		self.assertIn("person 2", problems["persons.2.full_name"])
		self.assertEqual(set(self.refused(persons=[{"full_name": " ", "doses": "0"}])), {"persons"})
		self.assertEqual(set(self.refused(is_proxy="1")), {"proxy_name", "proxy_phone"})
		self.assertEqual(set(self.refused(persons=[returns.person()] * 13)), {"persons"})

	def test_nothing_strange_in_any_field_does_more_than_to_be_refused(self) -> None:
		sound = payload(
			**dict.fromkeys(("origin_address", "association", "vehicle_plate", "origin_level", "transport"))
		)
		for value in NASTY:
			for field in [*sound, "persons.0"]:
				changed = (
					{**sound, "persons": [returns.person(full_name=value)]}
					if "." in field
					else {**sound, field: value}
				)
				with self.subTest(field=field, value=str(value)[:20]):
					try:
						checked = json.dumps(HomeReturnMaker().check(changed))
					except InvalidSubmission:
						continue
					self.assertNotIn("\\u202e", checked)
					self.assertNotIn("\\u0000", checked)

	def test_a_day_may_be_written_as_people_do(self) -> None:
		wanted = getdate(day(2))
		checked = HomeReturnMaker().check(payload(wanted_on=f"{wanted.day}/{wanted.month}/{wanted.year}"))
		self.assertEqual(checked["wanted_on"], str(wanted))

	def test_a_changed_registration_keeps_what_the_portal_wrote(self) -> None:
		doc = register()
		with self.acting("stranger"):
			decide(KIND, doc.name, "Return", "Who comes with her?")
		with self.acting("government"):
			changed = frappe.get_doc(KIND, doc.name)
			changed.update(
				{"transport": "Train", "day": today(), "stage": "Arrived", "weight": 999, "receipt_issue": 7}
			)
			changed.save()
			for wrong in ("no JSON", "[]"):
				with self.subTest(wrong), self.assertRaises(ReturnRefused):
					other = frappe.get_doc(KIND, doc.name)
					other.persons[0].person_data = wrong
					other.save()
			with self.assertRaises(ReturnRefused):
				frappe.get_doc(KIND, doc.name).update({"persons": []}).save()
		found = frappe.get_doc(KIND, doc.name)
		self.assertEqual(
			(found.transport, found.day, found.stage, found.weight), ("Train", None, "Registered", 10)
		)
		self.assertEqual((found.receipt_issue, found.people()[0]["full_name"]), (0, NAME))


class TestWhoSees(ReturnCase):
	READERS = ("government", "reporter", "stranger", "other line", "administrator", "auditor")
	OTHERS = ("sibling", "outsider", "district", "other district", "cdc", "publisher", "disabled", "ended")

	def test_the_commune_and_its_superior_see_it_and_no_sibling_outsider_or_guest(self) -> None:
		doc = register()
		for who in (*self.READERS, *self.OTHERS):
			with self.subTest(who), self.acting(who):
				listed = (
					frappe.get_list(KIND, {"name": doc.name}, pluck="name")
					if frappe.has_permission(KIND)
					else []
				)
				expected = who in self.READERS
				self.assertEqual(bool(listed), expected)
				self.assertEqual(frappe.has_permission(KIND, "read", doc), expected)
		with self.acting("Guest"):
			self.assertFalse(frappe.has_permission(KIND, "read", doc))

	def test_names_are_for_those_alone_who_handle_it_and_each_look_is_recorded(self) -> None:
		doc = register()
		for who, may in (("stranger", True), ("other line", True), ("reporter", False), ("auditor", False)):
			with self.subTest(who), self.acting(who):
				if may:
					self.assertEqual(
						reveal(KIND, doc.name, ["contact_phone"], "To call her back")["contact_phone"],
						"0912000345",
					)
				else:
					with self.assertRaises(RevealRefused):
						reveal(KIND, doc.name, ["contact_phone"], "To call her back")
		self.assertEqual(frappe.db.count("Personal Access", {"reference_name": doc.name}), 2)

	def test_who_calls_is_found_by_the_number_within_the_scope(self) -> None:
		doc = register()
		for who, names in (("government", [doc.name]), ("sibling", []), ("outsider", [])):
			with self.subTest(who), self.acting(who):
				self.assertEqual(finding.find_by_phone(KIND, "+84 912 000 345"), names)
		with self.acting("government"), self.assertRaises(NothingToReveal):
			finding.find_by_phone("User", PHONE)

	def test_who_only_reads_it_neither_moves_nor_cancels_nor_vouches(self) -> None:
		doc = approved()
		for who in ("reporter", "auditor", "sibling", "Guest"):
			for act in (
				lambda: return_acts.cancel(doc.name, "No reason"),
				lambda: return_acts.move_day(doc.name, day(2), "No reason"),
				lambda: return_acts.record_voucher(doc.name, "Vouches", "No reason"),
			):
				with self.subTest(who), self.acting(who), self.assertRaises(frappe.PermissionError):
					act()


class TestDays(ReturnCase):
	def capacity(self, persons: int, first: int = 0, last: int | None = None) -> None:
		frappe.get_doc(
			doctype="Commune Capacity",
			area=COMMUNE,
			persons_per_day=persons,
			valid_from=day(first),
			valid_to=day(last) if last is not None else None,
		).insert()

	def test_a_day_takes_as_many_as_the_commune_can_receive_and_no_more(self) -> None:
		self.capacity(3)
		docs = [approved(persons) for persons in (2, 1, 1, 3, 2)]
		self.assertEqual(self.days(*docs), [0, 0, 1, 2, 1])

	def test_a_family_larger_than_a_days_capacity_gets_a_day_of_its_own(self) -> None:
		self.capacity(2)
		docs = [approved(persons) for persons in (1, 5, 2, 1)]
		self.assertEqual(self.days(*docs), [0, 1, 2, 0])

	def test_a_day_without_capacity_is_left_out_and_a_wish_is_kept(self) -> None:
		self.capacity(0, 1, 2)
		self.assertEqual(
			self.days(approved(wanted_on=day(1)), approved(), approved(wanted_on=day(4))), [3, 0, 4]
		)

	def test_who_finds_no_day_waits_and_the_heavier_reason_comes_first(self) -> None:
		self.capacity(0)
		easy, hard, vouched = approved(reason=EASY), approved(reason=HARD), approved(reason=HARD)
		self.assertEqual({doc.stage for doc in (easy, hard, vouched)}, {"Waiting"})
		with self.acting("stranger"):
			return_acts.record_voucher(vouched.name, "Vouches", "The association has written")
		frappe.db.set_value("Commune Capacity", {"area": COMMUNE}, "persons_per_day", 1)
		return_days.give_days(COMMUNE, returns.later(0))
		self.assertEqual(self.days(vouched, hard, easy), [0, 1, 2])

	def test_a_place_that_becomes_free_goes_to_who_waits(self) -> None:
		self.capacity(1, 0, 0)
		self.capacity(0, 1)
		first, second = approved(), approved()
		self.assertEqual(self.days(first, second), [0, None])
		with self.acting("stranger"):
			return_acts.cancel(first.name, "They stay where they are")
		return_days.give_days(COMMUNE, returns.later(0))
		self.assertEqual(self.days(first, second), [None, 0])

	def test_a_day_moves_where_there_is_room_alone(self) -> None:
		self.capacity(1)
		first, second = approved(), approved()
		with self.acting("stranger"):
			with self.assertRaises(return_days.NoRoom):
				return_acts.move_day(second.name, day(0), "She asks for it")
			return_acts.move_day(second.name, day(3), "She asks for it")
		self.assertEqual(self.days(first, second), [0, 3])

	def test_what_is_given_is_read_as_committed_under_the_communes_lock(self) -> None:
		with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			approved()
		said = [str(call.args[0]) for call in sql.call_args_list]
		lock = next(place for place, text in enumerate(said) if "tabArea" in text and "for update" in text)
		taken = next(
			place for place, text in enumerate(said) if "lock in share mode" in text and "Home Return" in text
		)
		self.assertLess(lock, taken)


class TestCancelling(ReturnCase):
	def code_of(self, doc: frappe.model.document.Document) -> str:
		return intake.code_of(frappe.get_doc("Intake", doc.intake))

	def test_who_registered_reads_why_the_unit_has_cancelled(self) -> None:
		doc = approved()
		with self.acting("stranger"):
			return_acts.cancel(doc.name, "The house was sold")
		told = follow_up.found(self.code_of(doc))
		line = told["course"][-1]
		self.assertEqual(
			(line["who"], line["unit"]), ("unit", frappe.db.get_value("Unit", "CPC-ZZ11", "unit_name"))
		)
		self.assertIn("The house was sold", line["text"])
		self.assertEqual(told["may"], [])
		self.assertTrue(sealing.looks_sealed(frappe.db.get_value(KIND, doc.name, "cancel_reason")))

	def test_who_registered_cancels_by_the_code_and_those_who_handle_it_read_why(self) -> None:
		doc = approved()
		code = self.code_of(doc)
		frappe.set_user("Guest")
		self.addCleanup(frappe.set_user, "Administrator")
		self.assertEqual(follow_up.found(code)["may"], ["cancel"])
		line = follow_up.cancelled(code, "We stay with Bà Nụ")["course"][-1]
		self.assertEqual(line["who"], "sender")
		self.assertRaises(follow_up.NotNow, follow_up.cancelled, code, "Once more")
		frappe.set_user("Administrator")
		doc = frappe.get_doc(KIND, doc.name)
		self.assertEqual((doc.stage, doc.day, doc.cancelled_by), ("Cancelled", None, None))
		for who, reason in (
			("stranger", "We stay with Bà Nụ"),
			("other line", "We stay with Bà Nụ"),
			("auditor", None),
		):
			with self.subTest(who), self.acting(who):
				self.assertEqual(self.beside(KIND, doc.name).get("cancel_reason"), reason)
		clear = frappe.db.sql("select content from tabComment where reference_name = %s", doc.name)
		self.assertNotIn("Nụ", str(clear))

	def test_who_registered_takes_back_what_is_not_approved_yet(self) -> None:
		ways = (
			("waits", "Withdrawn", ()),
			("half approved", "Withdrawn", (("stranger", "Approve"),)),
			("returned", "Returned", (("stranger", "Return"),)),
		)
		for way, state, decisions in ways:
			with self.subTest(way):
				doc = register()
				code = self.code_of(doc)
				for who, decision in decisions:
					with self.acting(who):
						decide(KIND, doc.name, decision, "Who comes with her?")
				with self.acting("Guest"):
					told = follow_up.cancelled(code, "We stay with Bà Nụ")
				self.assertEqual(
					[line["who"] for line in told["course"]], ["unit"] * len(decisions) + ["sender"]
				)
				self.assertIn("Bà Nụ", told["course"][-1]["text"])
				self.assertEqual(told["may"], [])
				doc.reload()
				self.assertEqual((doc.workflow_state, doc.stage), (state, "Cancelled"))
				self.assertEqual(
					frappe.db.count("Approval Step", {"reference_name": doc.name, "state": "Pending"}), 0
				)
				record = frappe.get_all("Approval Decision", {"reference_name": doc.name}, pluck="reason")
				self.assertNotIn("Nụ", str(record))
				self.assertRaises(follow_up.NotNow, follow_up.cancelled, code, "Once more")
				self.assertRaises(ReturnRefused, decide, KIND, doc.name, "Submit")

	def test_a_guessed_code_cancels_nothing(self) -> None:
		doc = approved()
		code = self.code_of(doc)
		with self.acting("Guest"):
			self.assertRaises(
				follow_up.NoSuchCode, follow_up.cancelled, codes.new_code("Home Return"), "We stay"
			)
			self.assertRaises(codes.CodeMistyped, follow_up.cancelled, code[:-1] + "*", "We stay")
			self.assertRaises(codes.CodeMistyped, follow_up.cancelled, doc.name, "We stay")
		self.assertEqual(frappe.db.get_value(KIND, doc.name, "stage"), "Day Given")

	def test_who_has_arrived_cancels_no_more(self) -> None:
		doc = approved()
		assign("outsider", "Checkpoint", "CHS-ZZ21")
		self.assertEqual(self.record(doc.name)["result"], "recorded")
		with self.acting("Guest"):
			self.assertEqual(follow_up.found(self.code_of(doc))["may"], [])
			self.assertRaises(follow_up.NotNow, follow_up.cancelled, self.code_of(doc), "We stay")
		self.assertEqual(frappe.db.get_value(KIND, doc.name, "stage"), "Arrived")

	def test_what_is_refused_is_not_cancelled_by_the_code(self) -> None:
		doc = register()
		with self.acting("stranger"):
			decide(KIND, doc.name, "Refuse", "They live elsewhere")
		self.assertRaises(follow_up.NotNow, follow_up.cancelled, self.code_of(doc), "We stay")


class TestReceipts(ReturnCase):
	def test_a_receipt_says_what_was_signed_and_names_nobody(self) -> None:
		doc = approved(2)
		text = receipts.token(doc)
		said = receipts.read(text)
		self.assertEqual((said.number, said.issue, said.persons, said.area), (doc.name, 1, 2, COMMUNE))
		self.assertEqual((said.day, said.last_day), (getdate(day(0)), getdate(day(3))))
		self.assertFalse(any(part in text for part in (NAME, "912", "1980", "038080001234")))

	def test_a_receipt_with_a_letter_changed_is_forged(self) -> None:
		text = receipts.token(approved())
		for wrong in (text.replace(":1:", ":9:", 1), text[:-4] + "AAAA", text + "A", "VQ1:", "", "x" * 9000):
			with self.subTest(wrong[:30]), self.assertRaises(ForgedReceipt):
				receipts.read(wrong)

	def test_a_moved_day_makes_a_new_issue_and_the_old_one_is_told_to_checkpoints(self) -> None:
		doc = approved()
		assign("outsider", "Checkpoint", "CHS-ZZ21")
		with self.acting("stranger"):
			return_acts.move_day(doc.name, day(1), "She asks for it")
		with self.acting("outsider"):
			self.assertEqual(checkpoint.changed_issues()[doc.name], 2)
		with self.acting("stranger"):
			return_acts.cancel(doc.name, "They stay")
		self.assertEqual(checkpoint.changed_issues()[doc.name], 0)


class TestArrivals(ReturnCase):
	def setUp(self) -> None:
		super().setUp()
		assign("outsider", "Checkpoint", "CHS-ZZ21")

	def test_a_checkpoint_records_an_arrival_once_whoever_sends_it_again(self) -> None:
		doc = approved(2)
		text = receipts.token(doc)
		self.assertEqual(self.record(text)["result"], "recorded")
		self.assertEqual(self.record(text)["result"], "recorded", "the same sending")
		self.assertEqual(self.record(doc.name, "other" * 4)["result"], "known", "another checkpoint")
		rows = frappe.get_all(
			"Arrival", {"home_return": doc.name}, ["checkpoint_unit", "persons", "is_verified", "place"]
		)
		self.assertEqual([tuple(row.values()) for row in rows], [("CHS-ZZ21", 2, 1, "km 5")])
		self.assertEqual(frappe.db.get_value(KIND, doc.name, "stage"), "Arrived")

	def test_what_cannot_be_an_arrival_is_refused_in_a_sentence(self) -> None:
		waiting, doc = register(), approved()
		for code, values in (
			(receipts.token(doc)[:-3] + "AAA", {}),
			(doc.name[:-1] + ("A" if doc.name[-1] != "A" else "B"), {}),
			("", {}),
			(None, {}),
			(waiting.name, {}),
			(doc.name, {"seconds_ago": 8 * 24 * 3600}),
			(doc.name, {"seconds_ago": "soon"}),
			(doc.name, {"key": "short"}),
		):
			with self.subTest(code=str(code)[:20], **values):
				answer = self.record(code, **values)
				self.assertEqual(answer["result"], "refused")
				self.assertTrue(answer["sentence"])
		self.assertFalse(frappe.db.exists("Arrival", {"home_return": ("in", (waiting.name, doc.name))}))

	def test_only_a_checkpoint_and_the_commune_itself_record(self) -> None:
		doc = approved()
		for who in ("sibling", "district", "stranger", "Guest"):
			with self.subTest(who), self.assertRaises(frappe.PermissionError):
				if self.record(doc.name, who=who)["result"] == "refused":
					raise frappe.PermissionError
		self.assertEqual(self.record(doc.name, who="reporter")["result"], "recorded")

	def test_a_checkpoint_sees_covered_names_and_no_more(self) -> None:
		doc = approved()
		with self.acting("outsider"):
			seen = checkpoint.look(receipts.token(doc))
			self.assertFalse(frappe.has_permission(KIND, "read", doc))
		self.assertEqual(seen["persons"][0]["name"], "P. T. T. N.")
		self.assertNotIn(PHONE[-3:], json.dumps(seen, default=str))

	def test_each_person_has_the_days_of_the_rule_and_they_end_by_themselves(self) -> None:
		doc = approved(persons=[returns.person(), returns.person(doses="2", last_dose_on=day(-60))])
		self.record(receipts.token(doc), seconds_ago=0)
		arrival = frappe.get_doc("Arrival", {"home_return": doc.name})
		found = [
			(row.measure, (row.until - getdate()).days, (row.ends - getdate()).days)
			for row in arrival.arrived
		]
		self.assertEqual(found, [("Home quarantine", 13, 20), ("Self-monitoring", 6, 13)])
		self.assertEqual(arrival.state, "Under Measure")
		for days, state, stage in (
			(13, "Under Measure", "Arrived"),
			(14, "Self-monitoring", "Arrived"),
			(20, "Self-monitoring", "Arrived"),
			(21, "Ended", "Ended"),
		):
			with patch.object(frappe.db, "commit"):
				arrivals.daily(returns.later(days))
			self.assertEqual(frappe.db.get_value("Arrival", arrival.name, "state"), state, days)
			self.assertEqual(frappe.db.get_value(KIND, doc.name, "stage"), stage, days)

	def test_who_does_not_come_is_told_apart_when_the_receipt_holds_no_more(self) -> None:
		doc = approved()
		for days, stage in ((3, "Day Given"), (4, "Did not Come")):
			with patch.object(frappe.db, "commit"):
				return_days.daily(returns.later(days))
			self.assertEqual(frappe.db.get_value(KIND, doc.name, "stage"), stage)

	def test_what_was_recorded_does_not_change_but_for_the_note(self) -> None:
		doc = approved()
		self.record(doc.name)
		arrival = frappe.get_doc("Arrival", {"home_return": doc.name})
		with self.acting("reporter"):
			arrival.update({"note": "Called on day 3", "state": "Ended", "persons": 9})
			arrival.save()
		found = frappe.get_doc("Arrival", arrival.name)
		self.assertEqual((found.note, found.state, found.persons), ("Called on day 3", "Under Measure", 1))

	def test_a_registration_that_was_never_approved_has_no_arrival(self) -> None:
		doc = register()
		seen = arrivals.Seen("k" * 20, returns.later(0), None, "CHS-ZZ21", False)
		with self.assertRaises(ArrivalRefused):
			arrivals.record(doc, seen)


class TestPersons(ReturnCase):
	"""Each of those who come is a data subject of its own."""

	OTHERS = ("reporter", "auditor", "sibling", "outsider", "district", "disabled", "Guest")

	@classmethod
	def setUpClass(cls) -> None:
		"""With the column that sites of before have; a change of a table commits, so it stands outside of all tests."""
		cls.change_table(f"add column if not exists {persons_of_their_own.OLD} longtext")
		cls.addClassCleanup(cls.change_table, f"drop column if exists {persons_of_their_own.OLD}")
		super().setUpClass()

	@staticmethod
	def change_table(change: str) -> None:
		frappe.db.rollback()
		frappe.db.sql_ddl(f"alter table `tab{KIND}` {change}")
		frappe.cache.hdel("table_columns", f"tab{KIND}")

	def names(self, doc: frappe.model.document.Document) -> list:
		return [who.get("full_name") for who in frappe.get_doc(KIND, doc.name).people()]

	def family(self) -> frappe.model.document.Document:
		said = {"doses": "2", "test_result": "Negative"}
		return register(persons=[returns.person(full_name=name, **said) for name in ("Cha", "Mẹ", "Con")])

	def test_one_is_erased_and_handed_out_without_the_others(self) -> None:
		doc = self.family()
		self.assertEqual(len({doc.subject, *(row.subject for row in doc.persons)}), 4)
		told = export.of_subject(doc.persons[1].subject)
		self.assertIn("Mẹ", str(told))
		[row] = [row for row in told["documents"] if row["doctype"] == "Home Return Person"]
		self.assertEqual((row["facts"]["Doses"], row["facts"]["Result"]), (2, "Negative"))
		for other in ("Cha", "Con", NAME):
			self.assertNotIn(other, str(told))
		erasure.erase(doc.persons[1].subject, "She asks for it")
		self.assertEqual(self.names(doc), ["Cha", None, "Con"])
		erasure.erase(doc.subject, "Who registered asks for it")
		self.assertEqual(self.names(doc), ["Cha", None, "Con"])

	def test_erasing_is_offered_to_those_alone_who_may(self) -> None:
		doc, those = self.family(), []
		for who in (*TestWhoSees.READERS, *TestWhoSees.OTHERS, "Guest"):
			with self.subTest(who), self.acting(who):
				if self.beside(KIND, doc.name).get("may_erase"):
					those.append(who)
					continue
				for kept in (doc, doc.persons[0]):
					with self.assertRaises(frappe.PermissionError):
						erasure.erase_of(kept.doctype, kept.name, "Without the right")
		self.assertEqual((those, self.names(doc)), (["government"], ["Cha", "Mẹ", "Con"]))
		with self.acting("government"):
			erasure.erase_of(KIND, doc.name, "Who registered asks for it")
			erasure.erase_of("Home Return Person", doc.persons[0].name, "He asks for it")
		self.assertEqual(
			(self.names(doc), frappe.get_doc(KIND, doc.name).personal("contact_name")),
			([None, "Mẹ", "Con"], None),
		)

	def test_what_was_sent_names_them_no_more_once_it_is_made(self) -> None:
		doc = self.family()
		sent = intake.payload_of(frappe.get_doc("Intake", doc.intake))
		self.assertEqual((sent["form"].get("persons"), sent["form"]["contact_name"]), (None, NAME))

	def test_who_they_are_is_shown_to_those_who_handle_it_and_stands_on_the_record_of_each(self) -> None:
		doc = self.family()
		with self.acting("stranger"):
			with self.assertRaises(ReasonMissing):
				return_acts.reveal_people(doc.name, " ")
			seen = return_acts.reveal_people(doc.name, "To prepare their rooms")
		self.assertEqual([who["full_name"] for who in seen], ["Cha", "Mẹ", "Con"])
		for row in doc.persons:
			[access] = frappe.get_all(
				"Personal Access", {"subject": row.subject}, ["reference_name", "reason"]
			)
			self.assertEqual((access.reference_name, access.reason), (row.name, "To prepare their rooms"))
		for who in self.OTHERS:
			with self.subTest(who), self.acting(who), self.assertRaises(frappe.PermissionError):
				return_acts.reveal_people(doc.name, "Curiosity")

	def test_a_name_is_corrected_where_the_commune_has_it_back_and_nobody_becomes_another(self) -> None:
		doc = self.family()
		with self.acting("stranger"):
			decide(KIND, doc.name, "Return", "The second name is not readable")
		with self.acting("government"):
			changed = frappe.get_doc(KIND, doc.name)
			changed.persons[1].person_data = json.dumps({"full_name": "Mẹ Hai", "birth_year": 1960})
			changed.persons[2].subject = changed.persons[0].subject
			changed.save()
		self.assertEqual(self.names(doc), ["Cha", "Mẹ Hai", "Con"])
		self.assertNotIn(
			"Mẹ Hai", str(frappe.db.sql("select * from `tabHome Return Person` where parent = %s", doc.name))
		)

	def test_who_has_no_vaccination_and_no_test_is_no_empty_row_to_the_desk(self) -> None:
		"""Its form leaves out, before it saves, rows whose fields of the list are all blank."""
		[row] = register().persons
		listed = [field.fieldname for field in row.meta.fields if field.in_list_view]
		self.assertTrue(any(row.get(field) for field in listed))

	def test_the_record_of_decisions_tells_that_a_name_was_corrected_and_nothing_of_the_portals_own(
		self,
	) -> None:
		changed = [["receipt_issue", 0, None], ["contact_name", "s1:a", "s1:b"], ["transport", "", "Train"]]
		rows = timeline.net_changes(register(), [json.dumps({"changed": changed})])
		self.assertEqual(
			sorted((row["label"], row["old"], row["new"]) for row in rows),
			[("Contact", "•••", "•••"), ("Means of Transport", "", "Train")],
		)

	def test_registrations_of_before_are_moved_once(self) -> None:
		doc = self.family()
		self.put_back(doc)
		with patch.object(frappe.db, "commit"):
			persons_of_their_own.execute()
			moved = frappe.get_doc(KIND, doc.name)
			persons_of_their_own.execute()
		self.assertEqual(self.names(doc), ["Cha", "Mẹ", "Con"])
		self.assertEqual(
			[row.subject for row in frappe.get_doc(KIND, doc.name).persons],
			[row.subject for row in moved.persons],
		)
		self.assertIsNone(intake.payload_of(frappe.get_doc("Intake", doc.intake))["form"].get("persons"))

	def put_back(self, doc: frappe.model.document.Document) -> None:
		"""As it was stored before."""
		people = sealing.seal(doc.subject, json.dumps(doc.people()))
		frappe.db.sql("update `tabHome Return` set people_data = %s where name = %s", (people, doc.name))
		frappe.db.set_value(
			"Home Return Person", {"parent": doc.name}, {"subject": None, "person_data": None}
		)


class TestNotices(ReturnCase):
	def setUp(self) -> None:
		super().setUp()
		self.gateway("HTTP Gateway")

	def gateway(self, driver: str) -> None:
		frappe.db.set_single_value("Channel Settings", "sms_driver", driver)
		frappe.clear_document_cache("Channel Settings", "Channel Settings")
		self.addCleanup(frappe.clear_document_cache, "Channel Settings", "Channel Settings")

	def said(self, doc: frappe.model.document.Document) -> list[str]:
		rows = frappe.get_all(
			"Outbox Message", {"about_name": doc.name}, ["subject", "content", "channel"], order_by="name"
		)
		self.assertLessEqual({(row.subject, row.channel) for row in rows}, {(doc.subject, "SMS")})
		return [channel_sealing.unseal_data(row.subject, row.content)["text"] for row in rows]

	def test_the_day_another_day_and_the_end_are_told(self) -> None:
		doc = approved()
		with self.acting("stranger"):
			return_acts.move_day(doc.name, day(2), "She asks for it")
			return_acts.cancel(doc.name, "They stay")
		first, second, last = self.said(doc)
		self.assertIn(f"{getdate(day(0)):%d/%m/%Y}", first)
		self.assertIn(f"{getdate(day(2)):%d/%m/%Y}", second)
		for text in (first, second, last):
			self.assertIn(doc.name, text)
			self.assertIn("/tra-cuu", text)
			self.assertNotIn(NAME, text)
		self.assertTrue(frappe.db.exists("Personal Access", {"subject": doc.subject, "channel": "Message"}))

	def test_waiting_a_return_and_a_refusal_are_told(self) -> None:
		frappe.db.set_single_value("Home Return Settings", "persons_per_day", 0)
		frappe.clear_document_cache("Home Return Settings", "Home Return Settings")
		self.assertEqual(len(self.said(approved())), 1)
		for decision in ("Return", "Refuse"):
			doc = register()
			with self.acting("stranger"):
				decide(KIND, doc.name, decision, "Not without a reason")
			[text] = self.said(doc)
			self.assertNotIn("Not without a reason", text, "reasons stand behind the code")

	def test_who_registered_for_somebody_else_is_told_in_their_place(self) -> None:
		doc = approved(is_proxy="1", proxy_name="Cháu", proxy_phone="0912 111 222")
		masks = frappe.get_all("Outbox Message", {"about_name": doc.name}, pluck="recipient_mask")
		self.assertEqual(masks, ["•••222"])

	def test_without_a_gateway_or_a_number_of_this_country_nothing_is_posted_and_nothing_fails(self) -> None:
		self.assertEqual(self.said(approved(contact_phone="+1 202 555 0123")), [])
		self.gateway("")
		self.assertEqual(self.said(approved()), [])


class TestEntryForSomebodyElse(ReturnCase):
	def take(self, kind: str = KIND, **values: object) -> dict:
		return calls.take(payload(**values), "1022", f"zz-{frappe.generate_hash(length=30)}", kind)

	def test_a_call_taker_registers_for_who_calls(self) -> None:
		assign("publisher", "Call Taker", "PPC-ZZ")
		with self.acting("publisher"):
			code = self.take()["code"]
			self.assertEqual(set(self.take(contact_phone="x")["problems"]), {"contact_phone"})
			with self.assertRaises(calls.WrongChannel):
				self.take("User")
			self.assertIn(HARD, {row["code"] for row in calls.choices()["reasons"]})
		intake.make_locked(codes.find(code))
		doc = frappe.get_doc(KIND, {"intake": codes.find(code)})
		self.assertEqual((doc.channel, doc.workflow_state), ("1022", "In Approval"))

	def test_nobody_else_registers_for_others(self) -> None:
		for who in ("reporter", "auditor", "disabled"):
			with self.subTest(who), self.acting(who), self.assertRaises(calls.NotForYou):
				self.take()


class TestRetention(ReturnCase):
	def test_what_nobody_decides_on_is_kept_no_longer_than_what_ended(self) -> None:
		doc, fresh = register(), register()
		frappe.db.set_value(KIND, doc.name, "wanted_on", day(-181))
		with patch.object(frappe.db, "commit"):
			return_days.daily()
		ended = [frappe.db.get_value(KIND, one.name, ["stage", "ended_on"]) for one in (doc, fresh)]
		self.assertEqual(ended, [("Registered", getdate()), ("Registered", None)])
		self.assertEqual(
			frappe.db.get_value("Home Return Person", {"parent": doc.name}, "ended_on"), getdate()
		)
		self.assertIsNone(returns.approve(doc).ended_on, "who gets a day after all is kept")

	def test_after_its_period_nobody_can_be_found_in_it_and_its_rows_stay(self) -> None:
		doc = approved()
		with self.acting("stranger"):
			return_acts.cancel(doc.name, "They stay")
		# What was sent and what was made of it are one person's: the longer period holds.
		days = max(frappe.get_all("Retention Rule", {"name": ("in", ("Intake", KIND))}, pluck="days"))
		with patch.object(frappe.db, "commit"):
			self.assertEqual(frappe.db.get_value(KIND, doc.name, "ended_on"), getdate())
			retention.run(returns.later(days - 1))
			self.assertTrue(frappe.get_doc(KIND, doc.name).people(), "within the period it is still there")
			retention.run(returns.later(days + 1))
		erased = frappe.get_doc(KIND, doc.name)
		self.assertEqual(
			(erased.people(), erased.personal("contact_name"), erased.phone_index), ([{}], None, None)
		)
		self.assertEqual((erased.persons_count, erased.area), (1, COMMUNE))
