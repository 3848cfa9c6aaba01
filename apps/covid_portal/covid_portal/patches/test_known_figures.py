"""The patch on a table as it was: every row gets a reference to just the figures it named, and nothing else changes."""

import frappe
from frappe.tests.utils import FrappeTestCase

from covid_portal.patches import known_figures as patch
from covid_portal.reporting.known_figures import figures_of, kept, reference

DOCTYPE = "ZZ Consolidated"
ROWS = (
	("S1-A", "S1", "deaths,new_cases", None),
	("S1-B", "S1", "new_cases,deaths", None),
	("S1-C", "S1", "", None),
	("S2-A", "S2", None, None),
	("S2-B", "S2", "recovered", None),
	("S3-A", "S3", "recovered", "kept-as-it-is"),
)


class TestKnownFigures(FrappeTestCase):
	def setUp(self) -> None:
		frappe.db.sql_ddl(
			f"""create or replace table `tab{DOCTYPE}` (name varchar(140) primary key, slot varchar(140),
			answered text, known varchar(140)) default character set utf8mb4 collate utf8mb4_unicode_ci"""
		)
		frappe.db.sql(f"insert into `tab{DOCTYPE}` values {', '.join(['%s'] * len(ROWS))}", ROWS)

	def tearDown(self) -> None:
		frappe.db.sql_ddl(f"drop table `tab{DOCTYPE}`")

	def rows(self) -> tuple[tuple, ...]:
		return frappe.db.sql(f"select name, slot, answered, known from `tab{DOCTYPE}` order by name")

	def test_names_become_references_and_a_second_run_changes_nothing(self) -> None:
		patch.convert(DOCTYPE)
		once = self.rows()
		patch.convert(DOCTYPE)
		self.assertEqual(self.rows(), once)
		self.assertEqual([row[:3] for row in once], [row[:3] for row in ROWS])
		self.assertEqual(
			[row[3] for row in once],
			[reference({"deaths", "new_cases"})] * 2 + [""] * 2 + [reference({"recovered"}), "kept-as-it-is"],
		)

	def test_what_is_referred_to_is_stored(self) -> None:
		patch.convert(DOCTYPE)
		kept.clear()
		self.assertEqual(
			[figures_of(row[3]) for row in self.rows()[:5]],
			[{"deaths", "new_cases"}] * 2 + [set()] * 2 + [{"recovered"}],
		)

	def test_parts_of_the_slots_are_enough_to_go_on_from(self) -> None:
		parts = list(patch.slots_to_convert(DOCTYPE))
		self.assertEqual(parts, [["S1", "S2"]])
		patch.convert(DOCTYPE)
		self.assertEqual(list(patch.slots_to_convert(DOCTYPE)), [])
