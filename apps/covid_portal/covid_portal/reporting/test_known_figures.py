"""References to the figures that are known of a row."""

import frappe

from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.known_figures import (
	DOCTYPE,
	figures_of,
	figures_of_all,
	kept,
	reference,
	remember,
)
from covid_portal.testing.case import PortalTestCase, accepted

WAYS = ({"deaths", "recovered"}, {"recovered"}, set())


class TestKnownFigures(PortalTestCase):
	def test_the_same_figures_have_one_reference_and_others_another(self) -> None:
		self.assertEqual(reference({"deaths", "recovered"}), reference(frozenset(["recovered", "deaths"])))
		self.assertEqual(len({reference(way) for way in WAYS}), len(WAYS))
		self.assertEqual(figures_of(reference(set())), set())
		self.assertEqual(figures_of(None), set())

	def test_a_process_that_has_not_met_it_reads_it_in_one_query(self) -> None:
		remember(WAYS)
		references = [reference(way) for way in WAYS]
		kept.clear()
		with self.assertQueryCount(1):
			found = figures_of_all([*references, None])
		self.assertEqual(found, dict(zip(references, WAYS, strict=True)) | {None: set()})
		with self.assertQueryCount(0):
			figures_of(references[0])

	def test_what_is_stored_already_is_not_stored_again(self) -> None:
		remember(WAYS)
		rows = frappe.db.count(DOCTYPE)
		remember(WAYS)
		self.assertEqual(frappe.db.count(DOCTYPE), rows)

	def test_whatever_a_consolidated_row_refers_to_is_stored(self) -> None:
		accepted(self.previous, "ZZ11", mobile_stations=None)
		accepted(self.slot, "ZZ11", sanctions=0)
		accepted(self.slot, "ZZ21", mobile_stations=4)
		for slot in (self.previous, self.slot):
			consolidate(slot)
		lost = frappe.db.sql(
			f"""select row.name from `tabConsolidated Report` row left join `tab{DOCTYPE}` known on known.name = row.known
			where row.slot in %s and (row.known is null or (row.known != '' and known.name is null))""",
			((self.previous, self.slot),),
		)
		self.assertEqual(lost, ())
		known = {
			area: figures_of(frappe.db.get_value("Consolidated Report", f"{self.slot}-{area}", "known"))
			for area in ("ZZ11", "ZZ12", "ZZ21", "ZZ")
		}
		self.assertEqual(known["ZZ12"], set())
		self.assertEqual(known["ZZ"], known["ZZ11"] | known["ZZ21"])
		self.assertLessEqual({"sanctions"}, known["ZZ11"] - known["ZZ21"])
