"""What the framework keeps beside documents is seen and made by those who read the documents."""

import frappe
from frappe.model.document import Document

from covid_portal import hooks
from covid_portal.organisation import beside
from covid_portal.organisation.beside import BESIDE, PublicFile, condition, has_permission, scoped_doctypes
from covid_portal.organisation.desk_acts import add_tag, get_tagged_docs, relink, toggle_like
from covid_portal.testing.case import REPORT, PortalTestCase, draft, sent
from covid_portal.testing.province import address

SEEING = ("reporter", "government", "district", "other line", "cdc", "publisher", "auditor", "administrator")
BLIND = ("sibling", "outsider", "other district", "stranger", "disabled", "ended", "Guest")


def file_beside(report: Document, **values) -> Document:
	name = frappe.generate_hash(length=8)
	about = {"attached_to_doctype": REPORT, "attached_to_name": report.name, "is_private": 1, **values}
	return frappe.get_doc(doctype="File", file_name=f"{name}.txt", content=name, **about)


class TestWhatStandsBesideAReport(PortalTestCase):
	def test_every_scoped_doctype_has_both_hooks_and_so_have_its_child_tables(self) -> None:
		for doctype in scoped_doctypes():
			self.assertIn(doctype, hooks.permission_query_conditions)
			for field in frappe.get_meta(doctype).get_table_fields():
				self.assertIn(field.options, hooks.permission_query_conditions, doctype)

	def test_every_kind_of_thing_is_listed_within_scope(self) -> None:
		for doctype, fields in BESIDE.items():
			self.assertIn(doctype, hooks.permission_query_conditions)
			for fieldname in fields:
				self.assertTrue(frappe.get_meta(doctype).get_field(fieldname), doctype)
			for who in ("reporter", "stranger", "Guest"):
				frappe.db.sql(
					f"select name from `tab{doctype}` where {condition(doctype, address(who))} limit 1"
				)

	def test_a_file_is_for_those_who_read_the_report(self) -> None:
		file = file_beside(draft(self.slot)).insert()
		for who in (*SEEING, *BLIND):
			with self.acting(who):
				self.assertEqual(frappe.has_permission("File", "read", doc=file.name), who in SEEING, who)
				self.assertEqual(listed_files(file), [file.name] * (who in SEEING), who)

	def test_a_file_is_added_by_those_who_write_the_report(self) -> None:
		report = draft(self.slot)
		with self.acting("reporter"):
			self.assertTrue(file_beside(report).insert().name)
		for who in (*BLIND, "district", "cdc", "auditor"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, file_beside(report).insert)

	def test_a_file_of_ones_own_is_not_moved_to_a_report_of_others(self) -> None:
		with self.acting("sibling"):
			file = file_beside(draft(self.slot, "ZZ12")).insert()
			file.attached_to_name = draft_of_zz11(self.slot)
			self.assertRefused(frappe.PermissionError, file.save)

	def test_a_file_beside_a_report_is_private(self) -> None:
		self.assertRefused(PublicFile, file_beside(draft(self.slot), is_private=0).insert)

	def test_the_address_of_a_file_of_others_gives_no_record_of_ones_own(self) -> None:
		url = file_beside(draft(self.slot)).insert().file_url
		with self.acting("sibling"):
			probe = frappe.get_doc(doctype="File", file_url=url, is_private=1)
			self.assertFalse(has_permission(probe, "create"))
			self.assertRefused(frappe.PermissionError, probe.insert)
		with self.acting("reporter"):
			self.assertIsNone(has_permission(probe, "create"))

	def test_what_is_beside_a_file_goes_by_the_report(self) -> None:
		file = file_beside(draft(self.slot)).insert()
		task = frappe.get_doc(doctype="ToDo", reference_type="File", reference_name=file.name)
		self.assertEqual(beside.stands_by(task), (REPORT, file.attached_to_name))
		self.assertIs(has_permission(task, "create", address("sibling")), False)
		self.assertIsNone(has_permission(task, "create", address("district")))

	def test_what_is_beside_no_document_of_ours_is_left_to_the_framework(self) -> None:
		for doctype, (kind, name) in BESIDE.items():
			for reference in (None, "Note"):
				record = frappe.get_doc({"doctype": doctype, kind: reference, name: reference})
				self.assertIsNone(has_permission(record, "read", address("stranger")), doctype)


class TestActsOfTheDesk(PortalTestCase):
	def test_tags_and_likes_are_for_those_who_read_the_report(self) -> None:
		report = sent(self.slot)
		for who in SEEING:
			with self.acting(who):
				add_tag("probe", REPORT, report.name)
				toggle_like(REPORT, report.name, "Yes")
				self.assertIn((report.name,), get_tagged_docs(REPORT, "%probe%"), who)
		for who in BLIND:
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, add_tag, "other", REPORT, report.name)
				self.assertRefused(frappe.PermissionError, toggle_like, REPORT, report.name, "Yes")

	def test_a_message_is_moved_by_those_who_see_both_documents(self) -> None:
		name = "frappe.email.relink"
		self.assertIn(name, frappe.get_hooks("override_whitelisted_methods"))
		mine, others = draft(self.slot).name, draft(self.slot, "ZZ21").name
		about = {"communication_type": "Communication", "reference_doctype": REPORT}
		message = (
			frappe.get_doc(doctype="Communication", subject="zz", reference_name=others, **about)
			.insert()
			.name
		)
		for who in ("reporter", "outsider"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, relink, message, REPORT, mine)
		relink(message, REPORT, mine)
		self.assertEqual(frappe.db.get_value("Communication", message, "reference_name"), mine)


def draft_of_zz11(slot: str) -> str:
	before = frappe.session.user
	frappe.set_user("Administrator")
	try:
		return draft(slot).name
	finally:
		frappe.set_user(before)


def listed_files(file: Document) -> list[str]:
	try:
		return frappe.get_list("File", {"name": file.name}, pluck="name")
	except frappe.PermissionError:
		frappe.clear_messages()
		return []
