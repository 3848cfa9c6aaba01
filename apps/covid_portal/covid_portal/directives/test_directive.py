"""What a directive must be, who sees it, its number, its chain, its recipients and its clocks."""

from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, getdate, now_datetime, today

from covid_portal.approval.decisions import decide
from covid_portal.directives import clocks, dispatch, errors, receipts, relations
from covid_portal.directives.doctype.directive.directive import daily
from covid_portal.organisation import post
from covid_portal.testing import directives as made
from covid_portal.testing import province
from covid_portal.testing.case import PortalTestCase, acting

PEOPLE = (
	("drafter", "Drafter", "CDC-ZZ"),
	("head", "Head", "CDC-ZZ"),
	("foreign drafter", "Drafter", "DHC-ZZ1"),
)
LINE = ("head", "publisher")
SEEN_BY_ALL = ("drafter", "foreign drafter", "reporter", "district", "auditor")


class TestDirective(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		for who, duty, unit in PEOPLE:
			province.create_user(who)
			province.assign(who, duty, unit)
		frappe.db.delete(clocks.DOCTYPE)
		clocks.load_shipped_clocks()

	def draft(self, **values: object) -> Document:
		with acting("drafter"):
			return made.new_directive(**values).insert()

	def approved(self, **values: object) -> Document:
		return self.approve(self.draft(**values))

	def approve(self, doc: Document) -> Document:
		for who, decision in (("drafter", "Submit"), *((who, "Approve") for who in LINE)):
			with acting(who):
				decide("Directive", doc.name, decision)
		return frappe.get_doc("Directive", doc.name)

	def refused(self, error: type[Exception], says: str, **values: object) -> None:
		with self.assertRaises(error) as caught:
			self.draft(**values)
		self.assertIn(says, str(caught.exception))

	# --- number

	def test_the_last_approval_gives_the_next_number_of_type_and_year(self) -> None:
		first, second = self.approved(), self.approved(subject="Hai")
		self.assertEqual((first.number, second.number), (1, 2))
		self.assertEqual((first.identifier, first.slug), ("01/CT-CDC", f"01-ct-cdc-{today()[:4]}"))
		self.assertEqual(self.approved(directive_type="Công văn").identifier, "01/CV-CDC")

	def test_the_symbol_is_the_last_one_of_the_unit_and_type(self) -> None:
		self.approved(symbol="CT-KSBT")
		self.assertEqual(self.approved().identifier, "02/CT-KSBT")
		self.assertEqual(self.approved(directive_type="Công văn").symbol, "CV-CDC")

	def test_a_number_is_given_once(self) -> None:
		taken = self.approved(number=7, issued_on=today())
		self.refused(errors.NumberTaken, taken.name, number=7, issued_on=today())
		self.assertEqual(self.approved().number, 8)
		old = self.approved(number=7, issued_on=add_days(today(), -400))
		self.assertNotEqual(old.slug, taken.slug)

	def test_another_bodys_document_brings_number_and_day(self) -> None:
		doc = self.draft(other_body="Thủ tướng Chính phủ", symbol="CT-TTg")
		with acting("drafter"), self.assertRaises(errors.DirectiveRefused):
			decide("Directive", doc.name, "Submit")
		doc = self.approved(other_body="Thủ tướng", symbol="CT-TTg", number=16, issued_on=today())
		self.assertEqual(doc.identifier, "16/CT-TTg")

	# --- rules

	def test_dates_that_contradict_each_other_are_named(self) -> None:
		day = getdate(today())
		for says, values in (
			("before it begins", {"effective_from": day, "effective_to": add_days(day, -1)}),
			("still to come", {"issued_on": add_days(day, 1)}),
			("before it is issued", {"issued_on": day, "effective_to": add_days(day, -1)}),
			("acted on by", {"issued_on": day, "act_by": add_days(day, -1)}),
		):
			self.refused(errors.DirectiveRefused, says, **values)

	def test_an_approved_one_does_not_change(self) -> None:
		doc = self.approved()
		with acting("drafter"), self.assertRaises(errors.Frozen):
			doc.subject = "Khác"
			doc.save()

	def test_nobody_writes_for_another_unit(self) -> None:
		with acting("foreign drafter"), self.assertRaises(frappe.PermissionError):
			made.new_directive().insert()

	# --- chain

	def test_the_replaced_one_changes_on_the_day_and_not_before(self) -> None:
		old = self.approved()
		self.assertEqual(old.effect, "In force")
		begins = add_days(today(), 3)
		row = {"kind": "Replaces", "directive": old.name}
		new = self.approved(effective_from=begins, relations=[row])
		self.assertEqual(new.effect, "Not yet in force")
		self.assertEqual(relations.renew_effects(add_days(today(), 2), [old.name, new.name]), [])
		changed = relations.renew_effects(begins, [old.name, new.name])
		self.assertEqual(sorted(changed), sorted([old.name, new.name]))
		self.assertEqual(frappe.db.get_value("Directive", old.name, "effect"), "Replaced")
		daily()  # as of today again
		self.assertEqual(frappe.db.get_value("Directive", old.name, "effect"), "In force")

	def test_repealed_amended_and_expired_ones_say_so(self) -> None:
		for kind, effect in (("Repeals", "Repealed"), ("Amends", "Amended"), ("Refers to", "In force")):
			old = self.approved()
			self.approved(relations=[{"kind": kind, "directive": old.name}])
			self.assertEqual(frappe.db.get_value("Directive", old.name, "effect"), effect)
		old = self.approved(issued_on=add_days(today(), -9), effective_to=add_days(today(), -1))
		self.assertEqual(old.effect, "Expired")

	def test_a_directive_replaces_neither_itself_nor_a_draft_nor_in_a_ring(self) -> None:
		doc = self.draft()
		self.refused(errors.RelationRefused, "not approved", relations=[{"directive": doc.name}])
		self.refused(errors.RelationRefused, "either", relations=[{"kind": "Amends"}])
		with acting("drafter"), self.assertRaises(errors.RelationRefused):
			doc.append("relations", {"kind": "Replaces", "directive": doc.name})
			doc.save()
		doc = self.draft()
		newer = self.approved()
		# As an older version of the portal, or a hand in the database, might have left it.
		frappe.get_doc(
			doctype="Directive Relation",
			parent=newer.name,
			parenttype="Directive",
			parentfield="relations",
			kind="Amends",
			directive=doc.name,
		).db_insert()
		with acting("drafter"), self.assertRaises(errors.RelationRefused) as caught:
			doc.append("relations", {"kind": "Replaces", "directive": newer.name})
			doc.save()
		self.assertIn("leads back", str(caught.exception))

	# --- who sees it

	def lists(self, name: str) -> bool:
		try:
			return bool(frappe.get_list("Directive", {"name": name}))
		except frappe.PermissionError:  # no role at all
			return False

	def seen_by(self, name: str) -> set[str]:
		found = set()
		for who in (*province.people(), *(who for who, *_rest in PEOPLE)):
			with acting(who):
				listed = self.lists(name)
				doc = frappe.get_doc("Directive", name)
				self.assertEqual(listed, bool(doc.has_permission("read")), who)
			if listed:
				found.add(who)
		return found

	def test_a_draft_is_its_units_and_a_public_one_everybodys(self) -> None:
		doc = self.draft()
		self.assertLessEqual({"drafter", "head", "publisher", "auditor"}, self.seen_by(doc.name))
		self.assertFalse({"foreign drafter", "reporter", "outsider", "district"} & self.seen_by(doc.name))
		self.approve(doc)
		self.assertLessEqual(set(SEEN_BY_ALL), self.seen_by(doc.name))

	def test_one_that_is_not_public_is_seen_by_those_it_was_sent_to_and_above_them(self) -> None:
		doc = self.approved(is_public=0, recipients=[{"unit": "CHS-ZZ11"}])
		seen = self.seen_by(doc.name)
		self.assertLessEqual({"reporter", "district"}, seen)
		self.assertFalse({"sibling", "outsider", "other district", "disabled", "ended"} & seen)

	# --- recipients

	def test_each_unit_meant_gets_one_receipt(self) -> None:
		rows = [{"unit_type": "CHS", "area": "ZZ1"}, {"unit": "CHS-ZZ11"}, {"unit": "CDC-ZZ"}]
		doc = self.approved(recipients=rows)
		units = frappe.get_all("Directive Receipt", {"directive": doc.name}, pluck="unit")
		self.assertEqual(sorted(units), ["CHS-ZZ11", "CHS-ZZ12"])
		self.refused(errors.DirectiveRefused, "choose a unit", recipients=[{}])
		self.refused(
			errors.DirectiveRefused, "no unit at all", recipients=[{"unit_type": "PPC", "area": "ZZ11"}]
		)

	def receipt(self, **values: object) -> str:
		doc = self.approved(recipients=[{"unit": "CHS-ZZ11"}], **values)
		return frappe.db.get_value("Directive Receipt", {"directive": doc.name})

	def test_a_unit_says_that_it_has_received_and_what_it_has_done(self) -> None:
		name = self.receipt()
		with acting("reporter"):
			self.assertEqual((dispatch.receive([name]), dispatch.receive([name])), (1, 0))
			self.assertEqual(dispatch.finish(name, "Đã lập chốt")["state"], "Done")
			with self.assertRaises(errors.DirectiveRefused):
				dispatch.finish(name, "Nữa")
		doc = frappe.get_doc("Directive Receipt", name)
		self.assertEqual((doc.received_by, doc.note), (province.address("reporter"), "Đã lập chốt"))
		standing = dispatch.standing(doc.directive)
		self.assertEqual(standing, {"sent": 1, "received": 1, "done": 1, "late": 0})

	def test_units_are_told_of_a_directive_whatever_its_subject_holds(self) -> None:
		name = self.receipt(subject="Mẫu {biểu} {0} báo cáo {}")
		dispatch.tell(frappe.db.get_value("Directive Receipt", name, "directive"))
		told = frappe.get_last_doc("Notification Log", {"document_name": name})
		self.assertEqual(told.for_user, province.address("reporter"))
		self.assertIn("Mẫu {biểu} {0} báo cáo {}", told.subject)

	def test_jobs_tell_in_the_language_of_the_site(self) -> None:
		name = self.receipt()
		with post.language("en"), patch.object(post, "default_language", lambda: "vi"):
			dispatch.tell(frappe.db.get_value("Directive Receipt", name, "directive"))
		told = frappe.get_last_doc("Notification Log", {"document_name": name})
		self.assertTrue(told.subject.startswith("Văn bản chỉ đạo"), told.subject)

	def test_nobody_answers_for_another_unit(self) -> None:
		name = self.receipt()
		for who in ("sibling", "outsider", "district", "drafter", "auditor", "disabled", "ended", "Guest"):
			with acting(who), self.assertRaises(frappe.PermissionError):
				dispatch.receive([name])
		with acting("reporter"), self.assertRaises(frappe.PermissionError):
			frappe.get_doc("Directive Receipt", name).save()

	def test_the_phone_page_lists_what_is_the_units_own_by_its_deadline(self) -> None:
		later, sooner = (self.receipt(act_by=now_datetime() + timedelta(days=days)) for days in (2, 1))
		never = self.receipt()
		with acting("reporter"):
			self.assertEqual([row.name for row in receipts.mine()["open"]], [sooner, later, never])
			dispatch.finish(sooner, "Xong")
			found = receipts.mine()
		self.assertEqual([row.name for row in found["open"]], [later, never])
		self.assertEqual([(row.name, row.note) for row in found["done"]], [(sooner, "Xong")])
		for who in ("sibling", "district", "drafter", "auditor", "disabled", "ended"):
			with acting(who):
				self.assertEqual(receipts.mine()["open"], [], who)

	def test_who_is_late_is_told_once(self) -> None:
		now = now_datetime()
		name = self.receipt(act_by=now + timedelta(hours=1))
		frappe.db.set_value("Directive Receipt", {"name": ("!=", name)}, "reminded_at", now)
		self.assertEqual(dispatch.remind(now), 0)
		self.assertEqual(dispatch.remind(now + timedelta(hours=2)), 1)
		self.assertEqual(dispatch.remind(now + timedelta(hours=3)), 0)
		told = frappe.get_all("Notification Log", {"document_name": name}, pluck="for_user")
		self.assertEqual(told, [province.address("reporter")])

	# --- clocks

	def test_two_working_days_for_ones_own_and_ten_for_others(self) -> None:
		frappe.db.delete("Public Holiday")
		self.assertEqual(clocks.due(clocks.OWN, "2021-11-19"), datetime(2021, 11, 23, 17, 30))  # a Friday
		self.assertEqual(clocks.due(clocks.OTHER, "2021-11-19").date(), getdate("2021-12-03"))
		frappe.get_doc(doctype="Public Holiday", date="2021-11-22", holiday_name="Thử").insert()
		self.assertEqual(clocks.due(clocks.OWN, "2021-11-19").date(), getdate("2021-11-24"))
		self.assertIsNone(clocks.due(clocks.OWN, "2001-01-01"))

	def test_the_unit_is_told_before_and_when_it_is_late_once_each(self) -> None:
		frappe.db.set_value(
			"Directive", {"name": ("is", "set")}, {"warned_at": today(), "overdue_at": today()}
		)
		doc = self.draft(issued_on=today())
		due = frappe.get_doc("Directive", doc.name).publish_due
		times = (
			due - timedelta(days=2),
			due - timedelta(hours=2),
			due - timedelta(hours=1),
			due + timedelta(hours=1),
		)
		self.assertEqual([clocks.remind(now) for now in (*times, due + timedelta(days=1))], [0, 1, 0, 1, 0])
		told = frappe.get_all("Notification Log", {"document_name": doc.name}, pluck="for_user")
		people = {province.address(who) for who in ("drafter", "head", "publisher")}
		self.assertEqual((set(told), len(told)), (people, 2 * len(people)))

	# --- files

	def test_a_sound_file_is_taken_and_one_with_a_script_refused_by_name(self) -> None:
		with acting("drafter"):
			url = made.stored_file("a.pdf", made.pdf("Giãn cách"))
			doc = made.new_directive(files=[{"file": url}]).insert()
			self.assertEqual(
				(doc.files[0].kind, doc.files[0].pages, doc.files[0].text_state), ("pdf", 1, "Waiting")
			)
			bad = made.stored_file("b.pdf", made.with_script())
			long = made.stored_file("c.pdf", made.written(made.blank(2000)))
		stored = {doctype: frappe.db.count(doctype) for doctype in ("Directive", "Directive File")}
		self.refused(errors.FileRefused, "script", files=[{"file": bad}])
		says = f"{long.rpartition('/')[2]}: it has more than 500 pages; split it"
		self.refused(errors.FileRefused, says, files=[{"file": long}])
		self.assertEqual({doctype: frappe.db.count(doctype) for doctype in stored}, stored)

	def test_somebody_elses_file_is_not_published(self) -> None:
		with acting("foreign drafter"):
			url = made.stored_file("of-others.pdf", made.pdf("Riêng"))
		self.refused(errors.NotYours, "not yours", files=[{"file": url}])
		with acting("drafter"):
			public = made.stored_file("open.pdf", made.pdf("Công khai"), private=False)
		self.refused(errors.FileRefused, "private", files=[{"file": public}])
