"""What a form or a program leaves out is told by name, before anything is made of it."""

import frappe
from frappe.utils import now_datetime

from covid_portal.testing.case import REPORT, PortalTestCase
from covid_portal.testing.province import COMMUNE, address


class TestMissingFields(PortalTestCase):
	def test_they_are_named(self) -> None:
		for doctype, values in (
			("Deadline Extension", {"area": COMMUNE, "reason": "No power", "due_at": now_datetime()}),
			("Report Excuse", {"area": COMMUNE, "reason": "Flood"}),
			("Validation Rule", {"report_type": REPORT, "rule_key": "zz", "expression": "new_cases >= 0"}),
			("Report Type", {"title": "ZZ Second"}),
			("Area", {"code": "ZZ9", "parent_area": "ZZ"}),
			("Unit", {"code": "ZZ9"}),
			("Scope Rule", {"duty": "Reporter", "scope": "Own Area"}),
			("Duty Assignment", {"user": address("reporter")}),
			("Approval Route", {"title": "ZZ Second", "conditions": [{"fieldname": "area"}]}),
		):
			with self.subTest(doctype):
				self.assertRefused(frappe.MandatoryError, frappe.get_doc(doctype=doctype, **values).insert)
