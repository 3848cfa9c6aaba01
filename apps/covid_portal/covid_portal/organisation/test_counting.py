"""Counts and links stay within the scope, whatever the filters."""

import frappe

from covid_portal.organisation.counting import (
	get_count,
	get_workflow_state_count,
	search_link,
	search_widget,
	validate_link,
)
from covid_portal.testing.case import REPORT, PortalTestCase, draft
from covid_portal.testing.province import COMMUNES


class TestCounting(PortalTestCase):
	def test_filters_in_any_writing(self) -> None:
		draft(self.slot)
		draft(self.slot, "ZZ12")
		draft(self.slot, "ZZ21")
		filters = ({"slot": self.slot}, [["slot", "=", self.slot]], [[REPORT, "slot", "=", self.slot]])
		for given in (*filters, *map(frappe.as_json, filters)):
			with self.acting("district"):
				self.assertEqual(get_count(REPORT, given), 2)

	def test_a_filter_on_a_child_table_counts_each_report_once(self) -> None:
		rules = frappe.get_all("Validation Rule", {"severity": "Warning"}, pluck="name", limit=2)
		rows = [{"rule": rule, "explanation": "zz"} for rule in rules]
		draft(self.slot, explanations=rows)
		draft(self.slot, "ZZ21", explanations=rows)
		filters = [["Report Explanation", "explanation", "=", "zz"]]
		for who, count in (("reporter", 1), ("sibling", 0), ("cdc", 2)):
			with self.acting(who):
				self.assertEqual(get_count(REPORT, filters), count, who)

	def test_doctypes_without_a_scope_are_counted_as_ever(self) -> None:
		with self.acting("reporter"):
			self.assertEqual(get_count("Area", {"name": ("in", COMMUNES)}), 4)

	def test_a_link_to_a_report_out_of_scope_looks_like_one_to_nothing(self) -> None:
		name = draft(self.slot).name
		with self.acting("reporter"):
			self.assertEqual(validate_link(REPORT, name).get("name"), name)
		with self.acting("sibling"):
			self.assertFalse(validate_link(REPORT, name).get("name"))
			self.assertFalse(validate_link(REPORT, "no such report").get("name"))

	def test_a_link_field_suggests_the_own_documents_whatever_it_is_told_to_ignore(self) -> None:
		names = {draft(self.slot).name, draft(self.slot, "ZZ21").name}
		asked = {"txt": self.slot, "ignore_user_permissions": "1", "reference_doctype": "Correction"}

		def suggested(who: str, search, doctype: str = REPORT, **more: str) -> str:
			with self.acting(who):
				found = search(doctype, **{**asked, **more})
			return str(found or frappe.response)

		for search in (search_link, search_widget):
			frappe.response.clear()
			self.assertEqual({name for name in names if name in suggested("cdc", search)}, names)
			self.assertEqual([name for name in names if name in suggested("sibling", search)], [])
			self.assertIn("ZZ21", suggested("reporter", search, "Area", txt="ZZ21"))
		led = frappe.get_hooks("override_whitelisted_methods")
		for name in ("search_link", "search_widget"):
			self.assertEqual(
				led[f"frappe.desk.search.{name}"][-1], f"covid_portal.organisation.counting.{name}"
			)

	def test_states_are_counted_within_the_scope_and_no_other_column_tells_of_others(self) -> None:
		name = "frappe.workflow.doctype.workflow.workflow.get_workflow_state_count"
		self.assertIn(name, frappe.get_hooks("override_whitelisted_methods"))
		draft(self.slot)
		draft(self.slot, "ZZ21")

		def counted(who: str, field: str) -> set[str]:
			with self.acting(who):
				rows = get_workflow_state_count(REPORT, field, '["no such state"]')
			return {row[field] for row in rows}

		self.assertIn("Draft", counted("reporter", "workflow_state"))
		self.assertEqual(counted("reporter", "area"), {"ZZ11"})
		self.assertEqual(counted("sibling", "area"), set())
		with self.acting("reporter"):
			self.assertRefused(frappe.ValidationError, get_workflow_state_count, REPORT, "name) from x", "[]")
			self.assertRefused(frappe.PermissionError, get_workflow_state_count, "Error Log", "method", "[]")
