"""Charts, goals and counts of tasks are made of what their reader may see, whatever is asked for."""

import frappe
from frappe.utils import nowdate

from covid_portal.organisation.desk_figures import WholeTable, get_chart, get_goal, get_group_by_count
from covid_portal.testing.case import REPORT, PortalTestCase, draft
from covid_portal.testing.province import address

ENDPOINTS = {
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.get": "get_chart",
	"frappe.desk.listview.get_group_by_count": "get_group_by_count",
	"frappe.utils.goal.get_monthly_goal_graph_data": "get_goal",
}
BY_AREA = {
	"name": "ZZ reports",
	"chart_type": "Group By",
	"document_type": REPORT,
	"group_by_based_on": "area",
	"group_by_type": "Count",
	"filters_json": '[["Situation Report", "area", "like", "ZZ%", false]]',
}
BY_DAY = {
	**BY_AREA,
	"chart_type": "Sum",
	"type": "Heatmap",
	"based_on": "creation",
	"value_based_on": "arrivals",
}


def drawn(who: str, **chart: str) -> set[str]:
	with PortalTestCase.acting(who):
		shown = get_chart(chart=frappe.as_json({**BY_AREA, **chart})) or {"labels": []}
	return set(shown["labels"])


def goal(**changes: str) -> dict[str, str]:
	months = {"goal_doctype_link": "area", "goal_field": "arrivals", "date_field": "creation"}
	fields = {"goal_value_field": "x", "goal_total_field": "x", "goal_history_field": "x"}
	return {
		"title": "x",
		"doctype": "Area",
		"docname": "ZZ11",
		"goal_doctype": REPORT,
		**months,
		**fields,
		**changes,
	}


class TestDeskFigures(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.mine = draft(self.slot)
		self.others = draft(self.slot, "ZZ21")

	def test_the_frameworks_endpoints_lead_here(self) -> None:
		led = frappe.get_hooks("override_whitelisted_methods")
		for endpoint, ours in ENDPOINTS.items():
			self.assertEqual(led[endpoint][-1], f"covid_portal.reporting.listing.{ours}")

	def test_a_chart_shows_each_their_own_whoever_looked_before(self) -> None:
		self.assertEqual(drawn("cdc"), {"ZZ11", "ZZ21"})
		self.assertEqual(drawn("reporter"), {"ZZ11"})
		self.assertEqual(drawn("sibling"), set())

	def test_a_heatmap_sums_each_their_own(self) -> None:
		frappe.db.set_value(REPORT, self.others.name, "arrivals", 7)
		for who, arrivals in (("cdc", 7), ("outsider", 7), ("reporter", 0), ("sibling", None)):
			with self.acting(who):
				days = get_chart(chart=frappe.as_json(BY_DAY), heatmap_year=nowdate()[:4])["dataPoints"]
			self.assertEqual([*days.values()], [arrivals] * (arrivals is not None), who)

	def test_a_heatmap_of_what_ones_roles_do_not_read_is_refused(self) -> None:
		with self.acting("cdc"):
			chart = frappe.as_json({**BY_DAY, "document_type": "Data Subject", "filters_json": "[]"})
			self.assertRefused(frappe.PermissionError, get_chart, chart=chart)

	def test_a_chart_of_what_is_in_nobodys_scope_is_drawn_as_ever(self) -> None:
		areas = {"document_type": "Area", "group_by_based_on": "kind", "filters_json": "[]"}
		self.assertEqual(drawn("reporter", **areas), drawn("cdc", **areas))
		self.assertTrue(drawn("reporter", **areas))

	def test_sums_by_month_are_for_those_who_see_all(self) -> None:
		for who in ("reporter", "sibling", "district"):
			with self.acting(who):
				self.assertRefused(WholeTable, get_goal, **goal(), says="only some of them")
		with self.acting("cdc"):
			self.assertRefused(frappe.PermissionError, get_goal, **goal(goal_doctype="Data Subject"))
		self.assertTrue(get_goal(**goal())["data"]["datasets"])

	def test_tasks_are_counted_of_the_reports_one_sees(self) -> None:
		for report in (self.mine, self.others):
			about = {"reference_type": REPORT, "reference_name": report.name}
			frappe.get_doc(doctype="ToDo", allocated_to=address("cdc"), description="zz", **about).insert()
		filters = frappe.as_json([[REPORT, "slot", "=", self.slot]])

		def counted(who: str, given: str = filters) -> list[dict]:
			with self.acting(who):
				return get_group_by_count(REPORT, given, "assigned_to")

		self.assertEqual(counted("cdc"), [{"name": address("cdc"), "count": 2}])
		self.assertEqual(counted("reporter"), [{"name": address("cdc"), "count": 1}])
		self.assertEqual(counted("reporter", '{"area": "ZZ21"}'), [])
		self.assertEqual(counted("sibling"), [])
