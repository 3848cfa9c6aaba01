"""What a report type may not be."""

import frappe

from covid_portal.reporting.doctype.report_type.report_type import DocTypeTaken, InvalidReportType
from covid_portal.testing.case import REPORT, PortalTestCase


def report_type(**values: object):
	values = {
		"title": "ZZ Second",
		"code": "ZZT",
		"unit_type": "CHS",
		"times": [{"time": "08:00:00"}],
		**values,
	}
	return frappe.get_doc(doctype="Report Type", **values)


class TestReportType(PortalTestCase):
	def test_two_types_for_one_doctype_are_refused_by_name(self) -> None:
		for filled, consolidated in (
			(REPORT, "Consolidated Sheet"),
			("Figure Contest", "Consolidated Report"),
			("Consolidated Report", "Consolidated Sheet"),
		):
			second = report_type(document_type=filled, consolidated_type=consolidated)
			said = self.assertRefused(DocTypeTaken, second.insert, says=REPORT)
			self.assertIn("ZZ Second", said)

	def test_a_type_with_doctypes_of_its_own_is_taken_and_the_shipped_one_can_be_saved(self) -> None:
		report_type(document_type="Figure Contest", consolidated_type="Consolidated Sheet").insert()
		frappe.get_doc("Report Type", REPORT).save()

	def test_a_code_and_a_time_are_what_they_should_be(self) -> None:
		common = {"document_type": "Figure Contest", "consolidated_type": "Consolidated Sheet"}
		self.assertRefused(InvalidReportType, report_type(**common, code="zz").insert, says="zz")
		twice = [{"time": "08:00:00"}, {"time": "08:00:00"}]
		self.assertRefused(InvalidReportType, report_type(**common, times=twice).insert, says="twice")

	def test_slots_are_made_before_they_open_and_reports_due_after(self) -> None:
		common = {"document_type": "Figure Contest", "consolidated_type": "Consolidated Sheet"}
		late = report_type(**common, slots_ahead_hours=12)
		self.assertRefused(InvalidReportType, late.insert, says="24 hours ahead")
		both = [{"time": "08:00:00"}, {"time": "16:00:00"}]
		for opens_before, minutes in ((0, 8 * 60), (60, 60)):
			early = report_type(
				**common,
				times=both,
				opens_before_minutes=opens_before,
				cutoffs=[{"area_level": 3, "minutes_before": minutes}],
			)
			self.assertRefused(InvalidReportType, early.insert, says="before the slot opens")
		self.assertRefused(frappe.MandatoryError, report_type(**common, times=[]).insert)
