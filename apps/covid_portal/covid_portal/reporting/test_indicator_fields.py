"""An administrator adds an indicator by its form alone: where it is then, what it is in old reports, how it ends.

Adding a column commits. So these tests make their indicators, as a portal administrator who is no system manager, before
the test province is made, and take away, when the class is done, what that left behind: rows, fields and columns.
"""

import frappe
import pandas as pd
from frappe.utils import add_days, today

from covid_portal.organisation.duties import STAFF_ROLE
from covid_portal.organisation.writers import insert_rows
from covid_portal.publishing import figures as public_figures
from covid_portal.reporting import api, definitions, indicator_fields
from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.doctype.indicator.indicator import InvalidIndicator
from covid_portal.reporting.doctype.indicator_group.indicator_group import InvalidGroup
from covid_portal.reporting.figures import FigureMissing
from covid_portal.reporting.indicator_fields import FieldInUse, InvalidFieldName
from covid_portal.reporting.loader import load_slot
from covid_portal.testing.case import REPORT, PortalTestCase, accepted, draft, figures, forget, take
from covid_portal.testing.province import COMMUNE, DISTRICT, OUTSIDE, PROVINCE, SIBLING

CONSOLIDATED = "Consolidated Report"
ADMINISTRATOR = "zz.fields@example.com"
GROUP, FLOW, STOCK, LATE = "zz_group", "zz_tai_duong_tinh", "zz_giuong_trong", "zz_moi_them"


def indicator(label: str, **values):
	values = {"indicator_group": "cases", "kind": "Flow", "report_type": REPORT, **values}
	return frappe.get_doc(doctype="Indicator", label=label, **values)


def make_administrator() -> None:
	columns = ["name", "email", "username", "first_name", "user_type", "enabled"]
	insert_rows("User", columns, [[ADMINISTRATOR, ADMINISTRATOR, "zz.fields", "Fields", "System User", 1]])
	columns = ["name", "parent", "parenttype", "parentfield", "role"]
	roles = ("Portal Administrator", STAFF_ROLE)
	rows = [[f"zz.fields-{role}", ADMINISTRATOR, "User", "roles", role] for role in roles]
	insert_rows("Has Role", columns, rows)


def make_indicators() -> None:
	frappe.set_user(ADMINISTRATOR)
	frappe.get_doc(doctype="Indicator Group", code=GROUP, group_name="Nhóm thử", position=99).insert()
	indicator("ZZ tái dương tính", cumulative=1, valid_from="2020-01-01").insert()
	indicator("ZZ giường trống", kind="Stock", indicator_group=GROUP, valid_from="2020-01-01").insert()
	indicator("ZZ mới thêm").insert()
	frappe.set_user("Administrator")


def clean_up() -> None:
	"""Everything that a column's commit has made lasting."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.db.delete("Indicator", {"fieldname": ("like", "zz_%")})
	frappe.db.delete("Indicator Group", {"code": GROUP})
	frappe.db.delete("Custom Field", {"fieldname": ("like", "%zz_%"), "dt": ("in", (REPORT, CONSOLIDATED))})
	frappe.db.delete("Has Role", {"parent": ADMINISTRATOR})
	frappe.db.delete("User", {"name": ADMINISTRATOR})
	frappe.db.commit()
	for doctype in (REPORT, CONSOLIDATED):
		for column in frappe.db.get_table_columns(doctype):
			if column.removeprefix("total_").startswith("zz_"):
				frappe.db.sql_ddl(f"alter table `tab{doctype}` drop column `{column}`")
		frappe.clear_cache(doctype=doctype)
	forget()


def row_of(slot: str, area: str):
	return frappe.get_doc(CONSOLIDATED, f"{slot}-{area}")


def retire(fieldname: str, last_day: str | None = None) -> None:
	document = frappe.get_doc("Indicator", f"{REPORT}-{fieldname}")
	document.valid_from = "2020-01-01"
	document.valid_to = last_day or add_days(today(), -1)
	document.save()


class IndicatorCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		cls.addClassCleanup(clean_up)
		make_administrator()
		make_indicators()
		super().setUpClass()
		definitions.forget()

	def tearDown(self) -> None:
		super().tearDown()
		for doctype in (REPORT, CONSOLIDATED):
			frappe.clear_cache(doctype=doctype)


class TestWhatIsMade(IndicatorCase):
	def test_the_field_is_named_after_the_label(self) -> None:
		self.assertEqual(frappe.db.get_value("Indicator", {"label": "ZZ tái dương tính"}, "fieldname"), FLOW)
		for label, name in (
			("1. Số ca tái dương tính (PCR) – Đợt 2", "so_ca_tai_duong_tinh_pcr_dot_2"),
			("x" * 80, "x" * 51),
			("???", ""),
		):
			self.assertEqual(indicator_fields.propose_name(label), name)

	def test_both_doctypes_have_the_field_and_one_the_total(self) -> None:
		for doctype, field, expected in (
			(REPORT, FLOW, True),
			(CONSOLIDATED, FLOW, True),
			(CONSOLIDATED, f"total_{FLOW}", True),
			(REPORT, f"total_{FLOW}", False),
			(CONSOLIDATED, f"total_{STOCK}", False),
		):
			self.assertEqual(frappe.get_meta(doctype).has_field(field), expected, (doctype, field))
			self.assertEqual(field in frappe.db.get_table_columns(doctype), expected, (doctype, field))

	def test_it_stands_at_the_end_of_its_groups_section(self) -> None:
		for doctype in (REPORT, CONSOLIDATED):
			names = [field.fieldname for field in frappe.get_meta(doctype).fields]
			at = names.index("contacts_section")
			self.assertEqual(names[at - 3 : at], ["deaths", FLOW, LATE])

	def test_a_group_of_ones_own_gets_a_section_before_the_closing_ones(self) -> None:
		for doctype, closing in ((REPORT, "explanations_section"), (CONSOLIDATED, "totals_section")):
			names = [field.fieldname for field in frappe.get_meta(doctype).fields]
			at = names.index(f"{GROUP}_section")
			self.assertEqual(names[at + 1 : at + 3], [STOCK, closing])

	def test_it_is_asked_for_from_today_on_and_comes_last_in_its_group(self) -> None:
		late = frappe.get_doc("Indicator", f"{REPORT}-{LATE}")
		self.assertEqual(str(late.valid_from), today())
		group = [row.fieldname for row in definitions.indicators(REPORT) if row.indicator_group == "cases"]
		self.assertEqual(group[-1], LATE)

	def test_a_changed_label_and_group_are_followed(self) -> None:
		document = frappe.get_doc("Indicator", f"{REPORT}-{LATE}")
		document.update({"label": "ZZ tên khác", "indicator_group": "tests"})
		document.save()
		names = [field.fieldname for field in frappe.get_meta(REPORT).fields]
		self.assertEqual(names[names.index(LATE) + 1], "quarantine_section")
		self.assertEqual(frappe.get_meta(REPORT).get_label(LATE), "ZZ tên khác")

	def test_a_running_total_added_before_there_are_figures(self) -> None:
		"""Its column is there already, so that nothing here commits."""
		document = frappe.get_doc("Indicator", f"{REPORT}-{FLOW}")
		document.update({"cumulative": 0})
		document.save()
		document.update({"cumulative": 1})
		document.save()
		self.assertTrue(frappe.get_meta(CONSOLIDATED).has_field(f"total_{FLOW}"))


class TestWhatIsRefused(IndicatorCase):
	def refuse(self, error: type[Exception], says: str, **values) -> None:
		before = frappe.db.get_table_columns(REPORT)
		self.assertRefused(error, indicator(values.pop("label", "ZZ"), **values).insert, says=says)
		self.assertEqual(frappe.db.get_table_columns(REPORT), before)

	def test_names_that_are_not_plain(self) -> None:
		for name in ("Zz", "1zz", "zz-a", "zz a", "zz`; drop", "ca_tử_vong", "z", "z" * 52, "_zz"):
			self.refuse(InvalidFieldName, "small letters", fieldname=name)
		self.refuse(frappe.MandatoryError, "fieldname", label="???")

	def test_names_that_mean_something_else(self) -> None:
		self.refuse(InvalidFieldName, "running totals", fieldname="total_zz")
		for name in ("previous", "population", "not", "lambda"):
			self.refuse(InvalidFieldName, "meaning of its own", fieldname=name)
		for name in (
			"area",
			"slot",
			"answered",
			"expected",
			"approval_step",
			"owner",
			"docstatus",
			"validate",
			"flags",
		):
			self.refuse(InvalidFieldName, "another field", fieldname=name)

	def test_one_indicator_for_a_field(self) -> None:
		self.refuse(frappe.DuplicateEntryError, "", fieldname="new_cases")

	def test_what_makes_no_sense(self) -> None:
		self.refuse(InvalidIndicator, "only a flow", kind="Stock", cumulative=1)
		self.refuse(InvalidIndicator, "below the minimum", minimum=5, maximum=2)
		self.refuse(InvalidIndicator, "before the first", valid_from="2021-02-01", valid_to="2021-01-01")
		self.refuse(frappe.ValidationError, "", kind="Other")
		self.refuse(frappe.LinkValidationError, "", indicator_group="zz_nowhere")

	def test_groups_whose_code_cannot_name_a_section(self) -> None:
		for code in ("totals", "technical", "Nhóm", "a b", ""):
			group = frappe.get_doc(doctype="Indicator Group", code=code, group_name="x")
			self.assertRefused((InvalidGroup, frappe.ValidationError), group.insert)

	def test_nobody_without_the_duty(self) -> None:
		for who in ("reporter", "district", "publisher", "auditor", "stranger", "Guest"):
			with self.acting(who):
				self.refuse(frappe.PermissionError, "", fieldname="zz_more")

	def test_its_field_is_not_taken_away_alone(self) -> None:
		name = frappe.db.get_value("Custom Field", {"dt": REPORT, "fieldname": FLOW})
		self.assertRefused(FieldInUse, frappe.delete_doc, "Custom Field", name, says="field of an indicator")


class TestItsFigures(IndicatorCase):
	"""Zero, not answered, not reported: four communes, one each way and one missing."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		accepted(cls.previous, COMMUNE, **{FLOW: 3, STOCK: 5})
		accepted(cls.previous, SIBLING)
		accepted(cls.previous, OUTSIDE, **{FLOW: 0, STOCK: 0})
		consolidate(cls.previous)

	def test_blank_stays_blank_and_zero_zero(self) -> None:
		for area, expected in ((COMMUNE, (3, 5)), (SIBLING, (None, None)), (OUTSIDE, (0, 0))):
			report = frappe.get_doc(REPORT, f"{self.previous}-{area}")
			self.assertEqual((report.get(FLOW), report.get(STOCK)), expected)
			self.assertEqual((report.as_dict()[FLOW], report.as_dict()[STOCK]), expected)

	def test_consolidated_it_is_what_was_answered(self) -> None:
		for area, expected in (
			(COMMUNE, (3, 3, 5)),
			(SIBLING, (None, 0, None)),
			(OUTSIDE, (0, 0, 0)),
			("ZZ22", (None, 0, None)),
			(DISTRICT, (3, 3, 5)),
			("ZZ2", (0, 0, 0)),
			(PROVINCE, (3, 3, 5)),
		):
			row = row_of(self.previous, area)
			self.assertEqual((row.get(FLOW), row.get(f"total_{FLOW}"), row.get(STOCK)), expected, area)

	def test_a_missing_unit_adds_no_flow_and_keeps_its_stock(self) -> None:
		accepted(self.slot, OUTSIDE, **{FLOW: 4, STOCK: 1})
		consolidate(self.slot)
		row = row_of(self.slot, COMMUNE)
		self.assertEqual(
			(row.get(FLOW), row.get(f"total_{FLOW}"), row.get(STOCK), row.carried), (None, 3, 5, 1)
		)
		whole = row_of(self.slot, PROVINCE)
		self.assertEqual((whole.get(FLOW), whole.get(f"total_{FLOW}"), whole.get(STOCK)), (4, 7, 6))

	def test_the_late_one_is_unanswered_in_every_old_report(self) -> None:
		row = row_of(self.previous, PROVINCE)
		self.assertIsNone(row.get(LATE))
		self.assertIsNone(frappe.get_doc(REPORT, f"{self.previous}-{COMMUNE}").get(LATE))

	def test_slot_data_has_it_and_tells_null_from_zero(self) -> None:
		frappe.db.set_single_value("Publishing Settings", "province", PROVINCE)
		frappe.clear_document_cache("Publishing Settings", "Publishing Settings")
		data = public_figures.slot_data(frappe.get_doc("Report Slot", self.previous))
		listed = {row["field"]: row for row in data["indicators"]}
		self.assertEqual((listed[FLOW]["kind"], listed[STOCK]["group_label"]), ("flow", "Nhóm thử"))
		self.assertEqual(data["province"]["figures"][FLOW], 3)
		self.assertEqual(data["province"]["totals"][FLOW], 3)
		self.assertIsNone(data["province"]["figures"][LATE])
		self.assertEqual([row["figures"][STOCK] for row in data["districts"]], [5, 0])

	def test_the_field_page_asks_for_it_and_stores_it(self) -> None:
		with self.acting("reporter"):
			form = api.form(self.slot, COMMUNE)
			groups = {
				group["label"]: [row["fieldname"] for row in group["indicators"]] for group in form["groups"]
			}
			self.assertEqual(groups["Nhóm thử"], [STOCK])
			api.save(self.slot, COMMUNE, figures(**{FLOW: 0, STOCK: 7}), submit=True, idempotency_key="k")
			rows = {
				row["fieldname"]: row
				for g in api.form(self.slot, COMMUNE)["groups"]
				for row in g["indicators"]
			}
		self.assertEqual((rows[FLOW]["value"], rows[FLOW]["previous"]), (0, 3))
		self.assertEqual((rows[STOCK]["value"], rows[LATE]["value"]), (7, None))

	def test_rules_may_speak_of_it(self) -> None:
		frappe.get_doc(
			doctype="Validation Rule",
			rule_key="zz_rule",
			report_type=REPORT,
			severity="Error",
			fieldname=FLOW,
			expression=f"{FLOW} <= new_cases + previous.{FLOW}",
			message="ZZ too many.",
		).insert()
		self.assertRefused(frappe.ValidationError, draft, self.slot, says="ZZ too many.", **{FLOW: 10})
		self.assertEqual(draft(self.slot, **{FLOW: 9}).get(FLOW), 9)
		document = frappe.get_doc("Indicator", f"{REPORT}-{LATE}")
		self.assertRefused(FieldInUse, frappe.get_doc("Indicator", f"{REPORT}-{FLOW}").delete)
		document.delete()

	def test_a_loaded_table_may_hold_it(self) -> None:
		frappe.db.delete(REPORT, {"slot": self.slot})
		names = [row.fieldname for row in definitions.indicators(REPORT)]
		rows = [
			{name: values.get(name) for name in names}
			for values in (figures(**{FLOW: 0, STOCK: 2}), figures())
		]
		table = pd.DataFrame(rows, columns=names).astype("Int64")
		table["area"], table["explanations"] = [COMMUNE, SIBLING], None
		at = frappe.db.get_value("Report Slot", self.slot, "slot_time")
		table["events"] = [[{"decision": "Submit", "at": at}]] * 2
		load_slot(self.slot, table)
		loaded = [frappe.get_doc(REPORT, f"{self.slot}-{area}") for area in (COMMUNE, SIBLING)]
		self.assertEqual([(doc.get(FLOW), doc.get(STOCK)) for doc in loaded], [(0, 2), (None, None)])


class TestRetired(IndicatorCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		accepted(cls.previous, COMMUNE, **{FLOW: 3, STOCK: 5})
		consolidate(cls.previous)

	def test_forms_ask_for_it_no_longer_and_take_none(self) -> None:
		retire(FLOW)
		with self.acting("reporter"):
			form = api.form(self.slot, COMMUNE)
			self.assertNotIn(FLOW, {row["fieldname"] for g in form["groups"] for row in g["indicators"]})
			self.assertRefused(
				frappe.ValidationError,
				api.save,
				self.slot,
				COMMUNE,
				figures(**{FLOW: 1}),
				says=f"no figure {FLOW}",
			)
		report = draft(self.slot, **{FLOW: 8})
		self.assertIsNone(frappe.get_doc(REPORT, report.name).get(FLOW))

	def test_a_mandatory_one_blocks_nobody(self) -> None:
		frappe.db.set_value("Indicator", f"{REPORT}-{FLOW}", "mandatory", 1)
		definitions.forget()
		self.assertRefused(FigureMissing, draft, self.slot)
		retire(FLOW)
		self.assertEqual(take(draft(self.slot), "Submit").workflow_state, "In Approval")

	def test_its_history_stays_and_new_slots_know_it_no_more(self) -> None:
		retire(FLOW)
		retire(STOCK)
		accepted(self.slot, COMMUNE)
		consolidate(self.slot)
		old, new = row_of(self.previous, PROVINCE), row_of(self.slot, PROVINCE)
		self.assertEqual((old.get(FLOW), old.get(STOCK)), (3, 5))
		self.assertEqual((new.get(FLOW), new.get(STOCK), new.get(f"total_{FLOW}")), (None, None, 3))

	def test_slot_data_of_its_days_still_lists_it(self) -> None:
		frappe.db.set_single_value("Publishing Settings", "province", PROVINCE)
		slot = frappe.get_doc("Report Slot", self.previous)
		retire(FLOW, str(slot.slot_time.date()))
		self.assertIn(FLOW, {row.fieldname for row in public_figures.public_indicators(slot)})
		retire(FLOW)
		self.assertNotIn(FLOW, {row.fieldname for row in public_figures.public_indicators(slot)})

	def test_with_figures_it_is_neither_deleted_nor_given_another_meaning(self) -> None:
		document = frappe.get_doc("Indicator", f"{REPORT}-{FLOW}")
		self.assertRefused(FieldInUse, document.delete, says="set its last day")
		for change in ({"kind": "Stock", "cumulative": 0}, {"cumulative": 0}):
			changed = frappe.get_doc("Indicator", f"{REPORT}-{FLOW}").update(change)
			self.assertRefused(FieldInUse, changed.save, says="stay as they are")

	def test_without_figures_it_goes_with_its_fields(self) -> None:
		with self.acting("administrator"):
			frappe.delete_doc("Indicator", f"{REPORT}-{LATE}")
		self.assertFalse(frappe.db.exists("Custom Field", {"fieldname": ("like", f"%{LATE}")}))
		self.assertFalse(frappe.get_meta(REPORT, cached=False).has_field(LATE))
