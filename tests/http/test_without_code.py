"""What a portal administrator, no system manager, adds by a form is there at once for everybody else.

Last of its folder: the indicator stays on the site.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from portal import QUIET, REPORT, Client, Place, accepted

SPREADSHEET = "covid_portal.reporting.spreadsheet.api"
KEY_ROW, FIRST_ROW = 3, 5
LABEL = "Số khẩu trang đã phát"


@pytest.fixture(scope="module")
def field(client: Callable[[str], Client]) -> str:
	"""The field of the indicator that the administrator has just added."""
	values = {
		"label": LABEL,
		"indicator_group": "cases",
		"kind": "Flow",
		"aggregation": "Sum",
		"cumulative": 1,
	}
	answer = client("quantri").post("/api/resource/Indicator", report_type=REPORT, **values)
	assert answer.ok, answer.text
	return answer.json()["data"]["fieldname"]


def template(unit: Client, slot: dict) -> Workbook:
	answer = unit.ask(f"{SPREADSHEET}.template", slot=slot["name"])
	assert answer.ok, answer.text[:500]
	return load_workbook(BytesIO(answer.content))


def column_of(book: Workbook, key: str) -> int:
	return [cell.value for cell in book.active[KEY_ROW]].index(key) + 1


def upload(unit: Client, slot: dict, book: Workbook) -> dict[str, Any]:
	file = BytesIO()
	book.save(file)
	return accepted(
		unit.request(
			"POST",
			f"/api/method/{SPREADSHEET}.upload",
			data={"slot": slot["name"], "send": 1},
			files={"workbook": ("so-lieu.xlsx", file.getvalue())},
		)
	)


def test_a_new_indicator_is_in_the_form_the_template_the_import_and_the_matrix(
	field: str,
	place: Place,
	open_slot: dict,
	reporter: Callable[[Place], Client],
	client: Callable[[str], Client],
) -> None:
	unit = reporter(place)
	form = unit.form(open_slot["name"], place.area)
	labels = {row["fieldname"]: row["label"] for group in form["groups"] for row in group["indicators"]}
	assert labels[field] == LABEL
	book = template(unit, open_slot)
	for key, value in {**QUIET, field: 250}.items():
		book.active.cell(FIRST_ROW, column_of(book, key), value)
	answer = upload(unit, open_slot, book)
	assert (answer["stored"], answer["problems"]) == (1, [])
	report = unit.document(REPORT, f"{open_slot['name']}-{place.area}")
	assert report[field] == 250
	district = place.district_unit.partition("-")[2]
	matrix = accepted(client("quantri").ask("covid_portal.reporting.matrix.matrix", area=district))
	cells = next(row["cells"] for row in matrix["rows"] if row["area"] == place.area)
	assert cells[open_slot["name"]]["report"] == report["name"]


def test_in_reports_of_before_it_is_not_answered(
	field: str, published_slot: dict, client: Callable[[str], Client]
) -> None:
	auditor = client("kiemtra")
	name = auditor.rows(REPORT, {"slot": published_slot["name"]}, limit_page_length=1)[0]["name"]
	assert auditor.document(REPORT, name).get(field) is None
