"""Who sees and changes what: own unit, superior, sibling, outsider, guest, disabled, duties ended or still to begin."""

import random
from itertools import combinations

import frappe
from frappe import client
from frappe.utils import add_days, today

from covid_portal.approval.access import condition
from covid_portal.organisation import scope
from covid_portal.organisation.counting import get_count
from covid_portal.organisation.doctype.scope_rule.scope_rule import InvalidScopeRule
from covid_portal.organisation.scope import (
	Grant,
	grant_condition,
	grant_covers,
	in_scope,
	scope_condition,
	widest,
)
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, draft, figures, new_report, sent, take
from covid_portal.testing.province import COMMUNES, address, assign, people

AREAS_SEEN = {
	"reporter": ["ZZ11"],
	"government": ["ZZ11"],
	"sibling": ["ZZ12"],
	"outsider": ["ZZ21"],
	"district": ["ZZ11", "ZZ12"],
	"other line": ["ZZ11", "ZZ12"],
	"other district": ["ZZ21", "ZZ22"],
	"cdc": list(COMMUNES),
	"publisher": list(COMMUNES),
	"auditor": list(COMMUNES),
	"administrator": list(COMMUNES),
	"Administrator": list(COMMUNES),
}
NOTHING_SEEN = ("stranger", "disabled", "ended", "future", "Guest")
SCOPED = (REPORT, "Report Obligation", "Consolidated Report", "Approval Step", "Approval Decision")


class TestWhoSeesWhat(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.reports = {area: accepted(cls.slot, area).name for area in COMMUNES}
		consolidate(cls.slot)

	def listed(self, doctype: str = REPORT) -> list[str]:
		"""Communes of the test's slot whose documents the session's user finds in the list."""
		if doctype.startswith("Approval"):
			filters = {"reference_name": ("in", list(self.reports.values()))}
			names = frappe.get_list(doctype, filters=filters, pluck="reference_name", limit=0)
			return sorted({name.rpartition("-")[2] for name in names})
		filters = {"slot": self.slot, "area": ("in", COMMUNES)}
		return sorted(frappe.get_list(doctype, filters=filters, pluck="area", limit=0))

	def test_lists_show_the_own_area_a_superior_its_subtree_and_oversight_all(self) -> None:
		for who, areas in AREAS_SEEN.items():
			for doctype in SCOPED:
				with self.acting(who):
					self.assertEqual(self.listed(doctype), areas, f"{who}: {doctype}")

	def test_lists_show_nothing_to_those_without_a_running_duty(self) -> None:
		for who in NOTHING_SEEN:
			for doctype in SCOPED:
				with self.acting(who):
					try:
						self.assertEqual(self.listed(doctype), [], f"{who}: {doctype}")
					except frappe.PermissionError:
						frappe.clear_messages()

	def test_a_document_is_readable_to_those_who_find_it_in_the_list(self) -> None:
		for who in (*AREAS_SEEN, *NOTHING_SEEN):
			with self.acting(who):
				readable = [
					area
					for area, name in self.reports.items()
					if frappe.has_permission(REPORT, "read", doc=name)
				]
			self.assertEqual(readable, AREAS_SEEN.get(who, []), who)

	def test_steps_and_decisions_are_readable_to_those_who_read_the_report(self) -> None:
		for doctype in ("Approval Step", "Approval Decision"):
			name = frappe.db.get_value(doctype, {"reference_name": self.reports["ZZ11"]})
			for who in (*AREAS_SEEN, *NOTHING_SEEN):
				with self.acting(who):
					can_read = frappe.has_permission(doctype, "read", doc=name)
				self.assertEqual(can_read, "ZZ11" in AREAS_SEEN.get(who, []), f"{who}: {doctype}")

	def test_counts_are_of_what_one_sees(self) -> None:
		filters = {"slot": self.slot}
		for who, areas in AREAS_SEEN.items():
			with self.acting(who):
				self.assertEqual(get_count(REPORT, filters), len(areas), who)
				self.assertEqual(get_count(REPORT, frappe.as_json(filters)), len(areas), who)

	def test_the_endpoint_for_counts_is_ours(self) -> None:
		overrides = frappe.get_hooks("override_whitelisted_methods")["frappe.client.get_count"]
		self.assertEqual(overrides, ["covid_portal.organisation.counting.get_count"])

	def test_nobody_counts_what_he_may_not_read(self) -> None:
		for who in NOTHING_SEEN:
			with self.acting(who):
				try:
					self.assertEqual(get_count(REPORT, {"slot": self.slot}), 0, who)
				except frappe.PermissionError:
					frappe.clear_messages()

	def test_the_frameworks_other_ways_to_read_are_scoped_as_well(self) -> None:
		name = self.reports["ZZ11"]
		for who in ("sibling", "outsider", "other district", *NOTHING_SEEN):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, client.get, REPORT, name)
				for read in (
					client.get_value,
					lambda *args: client.get_list(args[0], args[1], {"name": name}),
				):
					try:
						self.assertFalse(read(REPORT, ["name", "new_cases"], {"name": name}), who)
					except frappe.PermissionError:
						frappe.clear_messages()

	def test_the_people_of_a_unit_that_is_closed_or_not_yet_open_see_nothing(self) -> None:
		for dates in ({"valid_to": add_days(today(), -1)}, {"valid_from": add_days(today(), 1)}):
			frappe.db.set_value("Unit", "CHS-ZZ11", {"valid_from": None, "valid_to": None, **dates})
			for doctype in SCOPED:
				with self.acting("reporter"):
					self.assertEqual(self.listed(doctype), [], f"{dates}: {doctype}")
			with self.acting("reporter"):
				self.assertFalse(frappe.has_permission(REPORT, "read", doc=self.reports["ZZ11"]))
				self.assertRefused(frappe.PermissionError, new_report(self.slot, "ZZ11").insert)
			with self.acting("government"):
				self.assertEqual(self.listed(), ["ZZ11"])

	def test_the_last_day_of_a_unit_belongs_to_it(self) -> None:
		frappe.db.set_value("Unit", "CHS-ZZ11", "valid_to", today())
		with self.acting("reporter"):
			self.assertEqual(self.listed(), ["ZZ11"])

	def test_the_conditions_are_never_empty(self) -> None:
		for who in (*AREAS_SEEN, *NOTHING_SEEN):
			for doctype in (REPORT, "Report Obligation", "Consolidated Report", "Duty Assignment"):
				self.assertTrue(scope_condition(doctype, address(who)), who)
			self.assertTrue(condition("Approval Step", address(who)), who)

	def test_duties_of_people_are_read_by_administrator_and_auditor_alone(self) -> None:
		filters = {"user": address("cdc")}
		for who in (*AREAS_SEEN, *NOTHING_SEEN):
			with self.acting(who):
				try:
					found = len(frappe.get_list("Duty Assignment", filters))
				except frappe.PermissionError:
					found = 0
					frappe.clear_messages()
			self.assertEqual(found, int(who in ("administrator", "auditor", "Administrator")), who)


class TestWhoWrites(PortalTestCase):
	def test_only_reporters_of_the_area_begin_a_report(self) -> None:
		for who in ("reporter", "government", "Administrator"):
			with self.acting(who):
				report = draft(self.slot)
			frappe.delete_doc(REPORT, report.name)
		for who in (*people(), "Guest"):
			if who not in ("reporter", "government"):
				with self.acting(who):
					self.assertRefused(frappe.PermissionError, new_report(self.slot).insert)

	def test_only_reporters_of_the_area_change_a_draft(self) -> None:
		report = draft(self.slot)
		for who in (*people(), "Guest"):
			with self.acting(who):
				changed = frappe.get_doc(REPORT, report.name)
				changed.new_f1 += 1
				if who in ("reporter", "government"):
					changed.save()
				else:
					self.assertRefused(frappe.PermissionError, changed.save)

	def test_nobody_deletes_a_draft_from_outside(self) -> None:
		report = draft(self.slot)
		for who in (*people(), "Guest"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, frappe.delete_doc, REPORT, report.name)

	def test_another_areas_report_is_not_taken_over_by_saying_it_is_ones_own(self) -> None:
		report = draft(self.slot)
		refused = (frappe.PermissionError, frappe.CannotChangeConstantError, frappe.DuplicateEntryError)
		with self.acting("sibling"):
			forged = frappe.get_doc(REPORT, report.name)
			forged.area, forged.unit = "ZZ12", "CHS-ZZ12"
			self.assertRefused(refused, forged.save)
			values = {"doctype": REPORT, "name": report.name, "slot": self.slot, "area": "ZZ12", **figures()}
			self.assertRefused((*refused, frappe.TimestampMismatchError), client.save, values)

	def test_ones_own_report_is_not_given_to_another_area(self) -> None:
		with self.acting("reporter"):
			report = draft(self.slot)
			report.area = "ZZ12"
			self.assertRefused(frappe.PermissionError, report.save)

	def test_obligations_and_consolidated_figures_are_written_by_nobody(self) -> None:
		consolidate(self.slot)
		for doctype in ("Report Obligation", "Consolidated Report"):
			name = frappe.db.get_value(doctype, {"slot": self.slot, "area": "ZZ11"})
			for who in ("reporter", "district", "cdc", "administrator", "auditor"):
				with self.acting(who):
					self.assertRefused(frappe.PermissionError, frappe.get_doc(doctype, name).save)
					self.assertRefused(frappe.PermissionError, frappe.delete_doc, doctype, name)

	def test_write_implies_read(self) -> None:
		self.assertFalse(
			frappe.db.exists("Scope Rule", {"document_type": REPORT, "duty": "Reporter", "access": "Read"})
		)
		report = draft(self.slot)
		with self.acting("reporter"):
			self.assertTrue(report.has_permission("read"))

	def test_read_does_not_imply_write(self) -> None:
		report = draft(self.slot)
		self.assertTrue(in_scope(report, address("district"), "Read"))
		self.assertFalse(in_scope(report, address("district"), "Write"))

	def test_a_substitute_sees_and_writes_while_the_substitution_runs(self) -> None:
		absent = frappe.db.get_value("Duty Assignment", {"user": address("reporter")}, "name")
		assign("stranger", "Reporter", "CHS-ZZ11", 0, 0, substitute_for=absent)
		with self.acting("stranger"):
			report = take(draft(self.slot), "Submit")
		frappe.db.set_value("Duty Assignment", {"user": address("stranger")}, "valid_from", "2021-01-01")
		frappe.db.set_value("Duty Assignment", {"user": address("stranger")}, "valid_to", "2021-12-31")
		with self.acting("stranger"):
			self.assertFalse(report.has_permission("read"))

	def test_the_scope_of_a_disabled_unit_is_nothing(self) -> None:
		report = sent(self.slot)
		frappe.db.set_value("Unit", "DHC-ZZ1", "disabled", 1)
		with self.acting("district"):
			self.assertFalse(report.has_permission("read"))


class TestConditionAndDecisionAgree(PortalTestCase):
	"""The SQL for lists and the Python for one document are two writings of one rule."""

	def grants(self) -> list[Grant]:
		"""Every scope for every unit."""
		units = frappe.get_all("Unit", {"name": ("like", "%-ZZ%")}, ["name", "line", "area", "lft", "rgt"])
		bounds = {row.name: row for row in frappe.get_all("Area", fields=["name", "lft", "rgt"])}
		scopes = frappe.get_meta("Scope Rule").get_field("scope").options.split("\n")
		return [
			Grant(
				kind,
				row.name,
				row.line,
				row.area,
				bounds[row.area].lft,
				bounds[row.area].rgt,
				row.lft,
				row.rgt,
			)
			for kind in (*scopes, "Unheard Of")
			for row in units
		]

	def assertAgree(self, doctype: str, filters: dict) -> None:
		documents = [frappe.get_doc(doctype, name) for name in frappe.get_all(doctype, filters, pluck="name")]
		self.assertGreater(len(documents), 1)
		fields = scope.location_fields(doctype)
		for grant in self.grants():
			where = grant_condition(grant, doctype, fields)
			listed = set(frappe.db.sql_list(f"select name from `tab{doctype}` where {where}"))
			for document in documents:
				self.assertEqual(
					grant_covers(grant, document, fields), document.name in listed, (grant, document.name)
				)

	def test_on_reports(self) -> None:
		for area in COMMUNES:
			draft(self.slot, area)
		frappe.db.set_value(REPORT, f"{self.slot}-ZZ22", {"unit": None, "area": None})
		self.assertAgree(REPORT, {"slot": self.slot})

	def test_on_obligations_and_on_documents_with_a_unit_alone(self) -> None:
		self.assertAgree("Report Obligation", {"slot": self.slot})
		self.assertAgree("Duty Assignment", {"user": ("like", "zz.%")})

	def test_on_areas_and_units_which_belong_to_themselves(self) -> None:
		self.assertAgree("Area", {"name": ("like", "ZZ%")})
		self.assertAgree("Unit", {"name": ("like", "%-ZZ%")})

	def test_what_a_wider_rule_covers_is_left_out_and_nothing_else(self) -> None:
		names = frappe.get_all("Unit", {"name": ("like", "%-ZZ%")}, pluck="name")
		units, fields = [frappe.get_doc("Unit", name) for name in names], scope.location_fields("Unit")
		held = {
			grant: {unit.name for unit in units if grant_covers(grant, unit, fields)}
			for grant in self.grants()
		}
		left_out = 0
		for pair in combinations(held, 2):
			kept = widest(list(pair))
			left_out += len(pair) - len(kept)
			self.assertEqual(set.union(*(held[grant] for grant in kept)), held[pair[0]] | held[pair[1]], pair)
		self.assertTrue(left_out)

	def test_for_every_person_over_random_rules(self) -> None:
		reports = [draft(self.slot, area) for area in COMMUNES]
		dice = random.Random(38)
		scopes = frappe.get_meta("Scope Rule").get_field("scope").options.split("\n")
		for _round in range(5):
			for name in frappe.get_all("Scope Rule", {"document_type": REPORT}, pluck="name"):
				frappe.db.set_value("Scope Rule", name, "scope", dice.choice(scopes))
			scope.forget_grants()
			for who in people():
				for access in ("Read", "Write"):
					where = scope_condition(REPORT, address(who), access)
					listed = frappe.db.sql_list(
						f"select name from `tab{REPORT}` where slot = %s and {where}", self.slot
					)
					allowed = [doc.name for doc in reports if in_scope(doc, address(who), access)]
					self.assertEqual(sorted(listed), sorted(allowed), (who, access))

	def test_a_rule_whose_field_the_doctype_lacks_is_refused(self) -> None:
		rule = frappe.get_doc(
			doctype="Scope Rule", document_type="Report Slot", duty="Auditor", access="Read", scope="Line"
		)
		self.assertRefused(InvalidScopeRule, rule.insert)
