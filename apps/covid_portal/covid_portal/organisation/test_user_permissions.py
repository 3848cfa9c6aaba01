"""User Permissions that keep the scope of a DocType without hooks say the same as its Scope Rules, for everybody."""

from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.permissions import has_user_permission
from frappe.utils import add_days, today

from covid_portal.organisation import user_permissions
from covid_portal.organisation.doctype.scope_rule.scope_rule import InvalidScopeRule
from covid_portal.organisation.scope import forget_grants, in_scope
from covid_portal.organisation.user_permissions import ForeignPlace, PlaceMissing, refuse_foreign_places, sync
from covid_portal.testing.case import REPORT, PortalTestCase, draft
from covid_portal.testing.province import COMMUNE, COMMUNES, address, create_user, people

BY_AREAS = (
	("Reporter", "Write", "Own Area"),
	("Approver", "Read", "Area Subtree"),
	("Publisher", "Read", "Areas Below"),
	("Auditor", "Read", "All"),
)
BY_UNITS = (
	("Reporter", "Write", "Own Unit"),
	("Approver", "Read", "Unit Subtree"),
	("Publisher", "Read", "Line"),
	("Auditor", "Read", "All"),
)


class TestKept(PortalTestCase):
	"""Reports stand for documents of an administrator's DocType: they have both fields."""

	def setUp(self) -> None:
		super().setUp()
		patcher = patch.object(user_permissions, "kept_doctypes", lambda: {REPORT})
		patcher.start()
		self.addCleanup(patcher.stop)
		self.addCleanup(user_permissions.forget_permissions)
		strict = frappe.db.get_single_value("System Settings", "apply_strict_user_permissions")
		self.assertTrue(strict, "a document without a place would be everybody's")

	def set_rules(self, *rules: tuple[str, str, str]) -> None:
		frappe.db.delete("Scope Rule", {"document_type": REPORT})
		for duty, access, scope in rules:
			values = {"document_type": REPORT, "duty": duty, "access": access, "scope": scope}
			frappe.get_doc(doctype="Scope Rule", **values).insert()
		forget_grants()
		sync()

	def reports(self) -> list[Document]:
		if not hasattr(self, "made"):
			self.made = [draft(self.slot, area) for area in COMMUNES]
		return self.made

	def seeing(self, report: Document) -> set[str]:
		return {who for who in people() if has_user_permission(report, address(who))}

	def assertAsTheScopeSays(self) -> None:
		for report in self.reports():
			expected = {who for who in people() if in_scope(report, address(who))}
			self.assertEqual(self.seeing(report), expected, report.area)
			self.assertTrue(expected)

	def test_by_areas_and_by_units_everybody_sees_what_the_scope_says(self) -> None:
		for rules in (BY_AREAS, BY_UNITS):
			self.set_rules(*rules)
			self.assertAsTheScopeSays()

	def test_without_any_rule_nobody_sees_anything(self) -> None:
		self.set_rules()
		self.assertEqual([self.seeing(report) for report in self.reports()], [set()] * 4)

	def test_a_duty_that_begins_changes_or_ends_is_followed_at_once(self) -> None:
		self.set_rules(*BY_UNITS)
		report = self.reports()[0]
		duty = frappe.get_doc(
			doctype="Duty Assignment",
			user=address("stranger"),
			duty="Approver",
			unit="DHC-ZZ1",
			valid_from=add_days(today(), -5),
		).insert()
		self.assertAsTheScopeSays()
		self.assertIn("stranger", self.seeing(report))
		duty.update({"valid_to": add_days(today(), -1)}).save()
		self.assertNotIn("stranger", self.seeing(report))
		duty.update({"valid_to": None, "unit": "DHC-ZZ2"}).save()
		self.assertNotIn("stranger", self.seeing(report))
		duty.update({"unit": "DHC-ZZ1"}).save()
		self.assertIn("stranger", self.seeing(report))
		duty.delete()
		self.assertNotIn("stranger", self.seeing(report))

	def test_the_daily_run_takes_what_has_ended_and_gives_what_begins(self) -> None:
		self.set_rules(*BY_UNITS)
		report = self.reports()[0]
		self.assertFalse({"ended", "future"} & self.seeing(report))
		frappe.db.set_value("Duty Assignment", {"user": address("future")}, "valid_from", today())
		frappe.db.set_value(
			"Duty Assignment", {"user": address("district")}, "valid_to", add_days(today(), -1)
		)
		sync()
		forget_grants()
		self.assertAsTheScopeSays()
		self.assertIn("future", self.seeing(report))
		self.assertNotIn("district", self.seeing(report))

	def test_a_unit_that_moves_or_closes_takes_its_people_along(self) -> None:
		self.set_rules(*BY_UNITS)
		report = self.reports()[0]
		frappe.db.set_value("Unit", {"name": ("in", ("DHC-ZZ1", "DHC-ZZ2"))}, "is_group", 1)
		unit = frappe.get_doc("Unit", "CHS-ZZ11")
		unit.update({"parent_unit": "DHC-ZZ2"}).save()
		self.assertIn("other district", self.seeing(report))
		self.assertNotIn("district", self.seeing(report))
		frappe.get_doc("Unit", "DHC-ZZ2").update({"disabled": 1}).save()
		self.assertNotIn("other district", self.seeing(report))

	def test_a_new_account_and_a_disabled_one_see_nothing(self) -> None:
		"""The hook alone: saving an account asks the network for its picture."""
		handler = f"{user_permissions.__name__}.sync_user"
		self.assertIn(handler, frappe.get_doc_hooks()["User"]["on_update"])
		self.set_rules(*BY_AREAS)
		create_user("newcomer")
		self.assertIn("reporter", self.seeing(self.reports()[0]))
		for who in ("newcomer", "reporter"):
			frappe.db.set_value("User", address(who), "enabled", int(who == "newcomer"))
			user_permissions.sync_user(frappe.get_doc("User", address(who)))
			self.assertFalse(has_user_permission(self.reports()[0], address(who)))

	def test_run_again_it_writes_nothing_and_what_somebody_entered_stays(self) -> None:
		self.set_rules(*BY_UNITS)
		by_hand = frappe.get_doc(
			doctype="User Permission",
			user=address("stranger"),
			allow="Unit",
			for_value="CHS-ZZ11",
			apply_to_all_doctypes=0,
			applicable_for=REPORT,
		).insert()
		with patch.object(user_permissions, "insert_rows") as writer:
			sync()
		self.assertEqual(writer.call_count, 0)
		self.assertTrue(frappe.db.exists("User Permission", by_hand.name))
		self.assertIn("stranger", self.seeing(self.reports()[0]))

	def test_nothing_is_kept_for_what_has_hooks_of_its_own_or_no_place(self) -> None:
		for doctype in (REPORT, "Correction", "Area", "Unit", "Report Slot", "Report Explanation", "No Such"):
			self.assertFalse(user_permissions.can_be_kept(doctype), doctype)

	def test_who_has_the_desk_open_finds_a_new_doctype_without_logging_in_anew(self) -> None:
		user = address(COMMUNE)
		frappe.cache.hset("bootinfo", user, {"user": {"can_read": []}})
		user_permissions.follow_doctype(frappe.get_doc("DocType", REPORT))
		self.assertIsNone(frappe.cache.hget("bootinfo", user))

	def test_rules_by_areas_and_by_units_do_not_mix(self) -> None:
		self.set_rules(*BY_AREAS)
		rule = {"document_type": REPORT, "duty": "Head", "access": "Read", "scope": "Own Unit"}
		with patch.object(user_permissions, "can_be_kept", lambda _doctype: True):
			self.assertRefused(InvalidScopeRule, frappe.get_doc(doctype="Scope Rule", **rule).insert)
			frappe.get_doc(doctype="Scope Rule", **{**rule, "scope": "Own Area"}).insert()

	def test_what_is_read_is_not_therefore_written_nor_taken_over(self) -> None:
		self.set_rules(*BY_UNITS)
		report = self.reports()[0]
		with patch.object(user_permissions, "has_own_hook", lambda _doctype: False):
			for who in ("district", "sibling", "publisher", "auditor", "stranger"):
				with self.acting(who):
					self.assertRefused(ForeignPlace, refuse_foreign_places, report, "validate")
					self.assertRefused(ForeignPlace, refuse_foreign_places, report, "on_trash")
			with self.acting("reporter"):
				refuse_foreign_places(report, "validate")
			taken = frappe.get_doc(REPORT, report.name)
			taken.load_doc_before_save()
			taken.unit = "CHS-ZZ12"
			for who in ("sibling", "reporter"):
				with self.acting(who):
					self.assertRefused(ForeignPlace, refuse_foreign_places, taken, "validate")
			taken.update({"unit": None, "area": None})
			with self.acting("reporter"):
				self.assertRefused(PlaceMissing, refuse_foreign_places, taken, "validate")

	def test_a_new_document_is_the_authors_units_by_default(self) -> None:
		self.set_rules(*BY_UNITS)
		with self.acting("reporter"):
			frappe.local.new_doc_templates.clear()
			self.assertEqual(frappe.new_doc(REPORT).unit, f"CHS-{COMMUNE}")
		frappe.local.new_doc_templates.clear()
