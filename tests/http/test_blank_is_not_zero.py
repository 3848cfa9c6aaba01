"""A figure that was not given is blank in the Desk's lists and report views as well: it is not the 0 of its column."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from portal import REPORT, Client, Place, accepted, refused

COLUMN = f"`tab{REPORT}`."
FIELDS = [f"{COLUMN}`{field}`" for field in ("name", "arrivals", "recovered", "new_f1")]


@pytest.fixture(scope="module")
def report(
	unreported: Callable[[dict], Place], open_slot: dict, reporter: Callable[[Place], Client]
) -> tuple[str, Client]:
	"""A draft that says 5 of one figure, 0 of another and nothing of a third."""
	place = unreported(open_slot)
	unit = reporter(place)
	figures = {"arrivals": 5, "recovered": 0}
	return accepted(unit.save(open_slot["name"], place.area, figures=figures))["report"], unit


def query(name: str, **more: Any) -> dict:
	return {"doctype": REPORT, "filters": [[REPORT, "name", "=", name]], "fields": FIELDS, **more}


def test_the_list_of_the_desk_tells_zero_from_nothing(report: tuple[str, Client]) -> None:
	name, unit = report
	data = accepted(unit.ask("frappe.desk.reportview.get", **query(name)))
	assert data["keys"] == ["name", "arrivals", "recovered", "new_f1"]
	assert data["values"] == [[name, 5, 0, None]]


def test_a_list_that_asks_for_the_answered_figures_gets_them(report: tuple[str, Client]) -> None:
	name, unit = report
	for column in ("answered", f"{COLUMN}`answered`"):
		asked = query(name) | {"fields": [*FIELDS, column]}
		data = accepted(unit.ask("frappe.desk.reportview.get", **asked))
		row = dict(zip(data["keys"], data["values"][0], strict=True))
		assert set(row.pop("answered").split(",")) == {"arrivals", "recovered"}
		assert row == {"name": name, "arrivals": 5, "recovered": 0, "new_f1": None}


def test_rows_as_dicts_tell_zero_from_nothing(report: tuple[str, Client]) -> None:
	name, unit = report
	assert accepted(unit.ask("frappe.desk.reportview.get_list", **query(name))) == [
		{"name": name, "arrivals": 5, "recovered": 0, "new_f1": None}
	]


def test_the_list_of_the_api_tells_zero_from_nothing(report: tuple[str, Client]) -> None:
	name, unit = report
	figures, mine = ["arrivals", "recovered", "new_f1"], {"name": name}

	def listed(**asked: Any) -> list:
		return unit.get(f"/api/resource/{REPORT}", filters=mine, **asked).json()["data"]

	assert listed(fields=figures) == [{"arrivals": 5, "recovered": 0, "new_f1": None}]
	assert listed(fields=figures, as_dict="false") == [[5, 0, None]]
	assert [listed(fields=["*"])[0][figure] for figure in figures] == [5, 0, None]
	assert listed() == [{"name": name}]
	assert listed(fields="recovered, new_f1") == [{"recovered": 0, "new_f1": None}]


def test_what_scripts_of_the_desk_ask_for_tells_zero_from_nothing(report: tuple[str, Client]) -> None:
	name, unit = report
	asked = {"doctype": REPORT, "filters": {"name": name}}
	rows = accepted(unit.ask("frappe.client.get_list", **asked, fields=["recovered", "new_f1"]))
	assert rows == [{"recovered": 0, "new_f1": None}]
	assert accepted(unit.ask("frappe.client.get_list", **asked, fields="recovered, new_f1")) == rows
	names = accepted(unit.ask("frappe.client.get_list", doctype="Report Type", fields="name,code"))
	assert names and all(set(row) == {"name", "code"} for row in names)
	value = accepted(unit.ask("frappe.client.get_value", **asked, fieldname="new_f1"))
	assert value == {"new_f1": None}
	values = accepted(unit.ask("frappe.client.get_value", **asked, fieldname=["recovered", "new_f1"]))
	assert values == {"recovered": 0, "new_f1": None}
	slot = accepted(unit.ask("frappe.client.get_value", doctype="Report Type", fieldname="code", filters={}))
	assert set(slot) == {"code"}


def test_another_name_hides_nothing(report: tuple[str, Client]) -> None:
	name, unit = report
	mine = {"filters": {"name": name}}
	fields = ["recovered as a", "new_f1 as b", f"{COLUMN}`new_f1` as c", "arrivals as new_f1"]
	given = [{"a": 0, "b": None, "c": None, "new_f1": 5}]
	assert unit.get(f"/api/resource/{REPORT}", fields=fields, **mine).json()["data"] == given
	assert accepted(unit.ask("frappe.client.get_list", doctype=REPORT, fields=fields, **mine)) == given
	value = accepted(unit.ask("frappe.client.get_value", doctype=REPORT, fieldname=fields, **mine))
	assert value == given[0]


def test_a_column_that_is_added_to_a_report_tells_zero_from_nothing(report: tuple[str, Client]) -> None:
	name, unit = report
	for field, value in (("recovered", 0), ("new_f1", None)):
		asked = {"doctype": REPORT, "field": field, "names": [name]}
		assert accepted(unit.ask("frappe.desk.query_report.get_data_for_custom_field", **asked)) == {
			name: value
		}


CARD = {"document_type": REPORT, "function": "Average", "aggregate_function_based_on": "new_f1", "name": "x"}
CHART = {"document_type": REPORT, "chart_type": "Sum", "value_based_on": "new_f1", "name": "x"}
BY_AREA = {"doctype": REPORT, "group_by": f"{COLUMN}`area`", "filters": []}
RECKONED: dict[str, dict] = {
	"frappe.client.get_list": {"doctype": REPORT, "fields": ["min(new_f1) as n"]},
	"frappe.client.get_value": {"doctype": REPORT, "fieldname": "avg(new_f1)", "filters": {}},
	"frappe.desk.reportview.get": {
		**BY_AREA,
		"fields": [f"{COLUMN}`area`"],
		"aggregate_function": "sum",
		"aggregate_on_field": "new_f1",
		"aggregate_on_doctype": REPORT,
	},
	"frappe.desk.reportview.get_list": {**BY_AREA, "fields": [f"{COLUMN}`area`", f"{COLUMN}`new_f1`"]},
	"frappe.desk.listview.get_group_by_count": {"doctype": REPORT, "current_filters": [], "field": "new_f1"},
	"frappe.desk.doctype.number_card.number_card.get_result": {"doc": CARD, "filters": []},
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.get": {"chart": CHART, "no_cache": 1},
	"frappe.utils.goal.get_monthly_goal_graph_data": {"goal_doctype": REPORT, "goal_field": "new_f1"},
}


@pytest.mark.parametrize("method", RECKONED)
def test_nothing_is_reckoned_from_figures_in_a_list(method: str, report: tuple[str, Client]) -> None:
	refused(report[1].ask(method, **RECKONED[method]), 417, "new_f1")


@pytest.mark.parametrize("fields", [["max(new_f1)"], ["new_f1 + 1 as n"], "area, count(distinct new_f1)"])
def test_nor_in_the_lists_of_the_api(fields: list | str, report: tuple[str, Client]) -> None:
	refused(report[1].get(f"/api/resource/{REPORT}", fields=fields), 417, "new_f1")


def test_a_figure_is_not_listed_through_a_link(administrator: Client) -> None:
	for address in ("/api/resource/Figure Contest", "/api/method/frappe.client.get_list"):
		asked = {"doctype": "Figure Contest", "fields": ["report.new_f1 as n"]}
		refused(administrator.get(address, **asked), 417, "new_f1")
	assert administrator.get("/api/resource/Figure Contest", fields=["report.slot as s"]).ok


def test_an_export_says_which_figures_were_given(report: tuple[str, Client]) -> None:
	name, unit = report
	answer = unit.call(
		"frappe.desk.reportview.export_query", **query(name), file_format_type="CSV", title="x"
	)
	assert answer.ok, answer.text[:300]
	rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
	given = [cell for cell in rows[1] if "arrivals" in cell]
	assert len(given) == 1 and set(given[0].split(",")) == {"arrivals", "recovered"}


def test_groups_and_other_doctypes_are_listed_as_ever(report: tuple[str, Client]) -> None:
	_name, unit = report
	grouped = {
		"group_by": f"{COLUMN}`area`",
		"fields": [f"{COLUMN}`area`", f"count({COLUMN}`name`) as _aggregate_column"],
	}
	data = accepted(unit.ask("frappe.desk.reportview.get", doctype=REPORT, filters=[], **grouped))
	assert "answered" not in data["keys"] and len(data["values"]) == 1
	slots = accepted(
		unit.ask("frappe.desk.reportview.get", doctype="Report Slot", filters=[], fields=["name"])
	)
	assert slots["values"]
