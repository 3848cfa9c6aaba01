"""The small-cell rule on the running portal: whoever keeps every file of every version works no small figure out.

A commune reports late and a small figure is corrected; the files before and after are all that the attack gets. The true
figures, asked of the server by an administrator, only say which cells are small, and what a lesser rule would have published.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from attack import Version, given_away
from portal import DECIDE, REPORT, Client, Place, accepted, sentence

V1 = "/du-lieu-mo/v1"
CORRECTED = "quarantine_home_current"
REASON = "Đếm sót hai người đang cách ly"
OTHER_SLOTS = 2  # beside the one with several versions

Files = dict[str, Any]
Column = dict[str, tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def reader(portal) -> Client:
	return portal.guest()


@pytest.fixture(scope="module")
def story(
	reader: Client,
	administrator: Client,
	published_slot: dict,
	unreported: Callable[[dict], Place],
	person: Callable[[str, str], Client],
	client: Callable[[str], Client],
	settled: Callable[[], None],
) -> dict[str, Any]:
	"""Every version of the slot's files: as published, after a late report with small figures, after a small correction."""
	slot = published_slot["name"]
	settled()
	versions = [files_of(reader, slot)]
	place = unreported(published_slot)
	reporter, district = person("Reporter", place.unit), person("Approver", place.district_unit)
	report = reporter.send(slot, place.area, new_cases=3, community_cases=3, under_treatment=3)
	accepted(district.decide(report, "Approve"))
	accepted(client("cdc.duyet").decide(report, "Approve"))
	settled()
	versions.append(files_of(reader, slot))
	assert is_in(*versions)
	where = correct_one(administrator, reader, slot, person, client)
	settled()
	versions.append(files_of(reader, slot))
	assert is_corrected(versions[-1])
	return {"slot": slot, "versions": versions, "late": place.area, "corrected": where}


def files_of(reader: Client, slot: str) -> Files:
	return {
		kind: reader.get(f"{V1}/{path}.json").json()
		for kind, path in (
			("wholes", f"slots/{slot}"),
			("communes", f"communes/{slot}"),
			("corrections", "corrections"),
		)
	}


def is_in(before: Files, after: Files) -> bool:
	"""Whether one more has reported, and been approved to the end."""
	then, now = (files["wholes"]["reporting"] for files in (before, after))
	return now["missing"] == then["missing"] - 1 and now["provisional"] == then["provisional"]


def is_corrected(files: Files) -> bool:
	rows = files["corrections"]["withheld"]
	return any(
		row["slot"] == files["wholes"]["slot"] and row["field"] == CORRECTED and row["version"]
		for row in rows
	)


def correct_one(administrator: Client, reader: Client, slot: str, person: Callable, client: Callable) -> str:
	"""A commune of which a large figure was said exactly has a small one; its code."""
	said = files_of(reader, slot)["communes"]
	exact = {
		code
		for code, cell in zip(said["communes"]["code"], said["figures"][CORRECTED], strict=True)
		if isinstance(cell, int) and cell > 10
	}
	filters = {"slot": slot, "workflow_state": "Approved", CORRECTED: [">", 10]}
	reports = administrator.rows(REPORT, filters, ["area", "unit"], order_by="area desc")
	report = next(row for row in reports if row["area"] in exact)
	reporter = person("Reporter", report["unit"])
	row = {"fieldname": CORRECTED, "new_value": 2}
	made = reporter.post(
		"/api/resource/Correction", slot=slot, area=report["area"], reason=REASON, figures=[row]
	)
	assert made.ok, sentence(made)
	name = made.json()["data"]["name"]
	district = administrator.document("Unit", report["unit"])["parent_unit"]
	deciders = (
		(reporter, "Submit"),
		(person("Approver", district), "Approve"),
		(client("cdc.duyet"), "Approve"),
	)
	for decider, decision in deciders:
		accepted(decider.call(DECIDE, doctype="Correction", name=name, decision=decision))
	return report["area"]


@pytest.fixture(scope="module")
def truth(administrator: Client) -> Callable[[str], pd.DataFrame]:
	"""truth(slot): the figures that the files of communes withhold, by code."""
	told = administrator.get(f"{V1}/communes/latest.json").json()["figures"]
	return lambda slot: pd.DataFrame(
		administrator.rows("Consolidated Report", {"slot": slot, "area_level": 3}, ["area", *told])
	).set_index("area")


# --- the attack


def small_fields(files: Files) -> list[str]:
	return [row["field"] for row in files["communes"]["indicators"] if row["small_cells"]]


def said_of(files: Files, field: str) -> pd.DataFrame:
	"""By code: parent, silent, low, high."""
	table = pd.DataFrame(files["communes"]["communes"]).set_index("code")
	table["silent"] = table["state"] == "withheld"
	cells = files["communes"]["figures"][field]
	table["low"] = [float(cell["from"] if isinstance(cell, dict) else cell or 0) for cell in cells]
	table["high"] = [
		float((np.inf if cell["to"] is None else cell["to"]) if isinstance(cell, dict) else cell or 0)
		for cell in cells
	]
	table.loc[table["silent"], "high"] = np.inf
	return table


def versions_of(history: list[Files], field: str, parent: str, said: list[pd.DataFrame]) -> list[Version]:
	"""What the files tell of the figure in the parts of one whole; a version that tells nothing new is left away."""
	found: list[Version] = []
	stocks = {row["field"] for row in history[-1]["communes"]["indicators"] if row["kind"] == "stock"}
	for files, table in zip(history, said, strict=True):
		rows = table[table["parent"] == parent]
		whole = next(row for row in files["wholes"]["districts"] if row["code"] == parent)
		version = Version(
			whole["figures"][field] or 0,
			rows["low"].to_numpy(),
			rows["high"].to_numpy(),
			rows["silent"].to_numpy(),
			whole["missing"],
			is_spoken_of(files, field, {parent, *rows.index}),
			field in stocks,
		)
		if not found or tells_more(version, found[-1]):
			found.append(version)
	return found


def is_spoken_of(files: Files, field: str, areas: set[str]) -> bool:
	"""Whether the list of corrections has the figure of one of the areas in this slot."""
	slot, corrections = files["wholes"]["slot"], files["corrections"]
	rows = [*corrections["corrections"], *corrections["withheld"]]
	return any(row["slot"] == slot and row["field"] == field and row["area"] in areas for row in rows)


def tells_more(version: Version, before: Version) -> bool:
	same = (version.total, version.missing) == (before.total, before.missing)
	return not same or not all(
		np.array_equal(getattr(version, name), getattr(before, name)) for name in ("low", "high", "silent")
	)


def given_away_in(
	history: list[Files], truth: pd.DataFrame, fields: list[str], naively: bool = False
) -> tuple[int, list]:
	"""(small cells, those of them that the files give away), in the last version."""
	limit, count, found = history[-1]["communes"]["threshold"], 0, []
	for field in fields:
		said = [said_of(files, field) for files in history]
		small = truth[field][(truth[field] >= 1) & (truth[field] < limit)].index
		if naively:
			said = [ranges_alone(table, truth[field], limit) for table in said]
		for parent, rows in said[-1].groupby("parent"):
			parts = [place for place, code in enumerate(rows.index) if code in small]
			versions = versions_of(history, field, parent, said)
			if naively:
				versions = [replace(version, missing=0) for version in versions]
			count += len(parts)
			found += [
				(field, rows.index[part]) for part in given_away(versions, len(versions) - 1, parts, limit)
			]
	return count, found


def ranges_alone(said: pd.DataFrame, true: pd.Series, limit: int) -> pd.DataFrame:
	"""As if small figures were shown as ranges and nothing else were done."""
	true = true.reindex(said.index).astype(float)
	small = (true >= 1) & (true < limit)
	return said.assign(silent=False, low=true.mask(small, 1), high=true.mask(small, limit - 1))


def test_no_small_figure_can_be_worked_out_from_all_versions(story: dict, truth: Callable) -> None:
	count, found = given_away_in(story["versions"], truth(story["slot"]), small_fields(story["versions"][-1]))
	assert count > 100
	assert not found


def test_nor_in_other_slots(reader: Client, story: dict, truth: Callable, administrator: Client) -> None:
	filters = {"published_at": ["is", "set"], "version": 1, "name": ["!=", story["slot"]]}
	slots = administrator.rows(
		"Report Slot", filters, order_by="slot_time desc", limit_page_length=OTHER_SLOTS
	)
	for row in slots:
		files = files_of(reader, row["name"])
		count, found = given_away_in([files], truth(row["name"]), small_fields(files))
		assert count > 100
		assert not found, row


def test_ranges_alone_would_be_broken(story: dict, truth: Callable) -> None:
	_count, found = given_away_in(story["versions"][-1:], truth(story["slot"]), [CORRECTED], naively=True)
	assert len(found) > 3  # how many there are depends on the day's figures


# --- what is in the files at all


def test_who_reported_late_is_not_told_from_those_beside_it(story: dict) -> None:
	for files in story["versions"]:
		communes = files["communes"]["communes"]
		state = dict(zip(communes["code"], communes["state"], strict=True))
		parent = dict(zip(communes["code"], communes["parent"], strict=True))
		beside = [
			code for code in state if parent[code] == parent[story["late"]] and state[code] == "withheld"
		]
		assert story["late"] in beside and len(beside) >= 3


def test_the_list_of_corrections_names_the_district_alone(reader: Client, story: dict) -> None:
	corrections = story["versions"][-1]["corrections"]
	assert not [row for row in corrections["corrections"] if row["area"] == story["corrected"]]
	[row] = [
		row for row in corrections["withheld"] if row["slot"] == story["slot"] and row["field"] == CORRECTED
	]
	communes = story["versions"][-1]["communes"]["communes"]
	assert row["area"] == dict(zip(communes["code"], communes["parent"], strict=True))[story["corrected"]]
	for page in ("/dinh-chinh", "/en/dinh-chinh"):
		assert REASON not in reader.get(page).text


def test_the_figure_that_became_small_is_said_of_no_commune_of_the_district(story: dict) -> None:
	said = said_of(story["versions"][-1], CORRECTED)
	assert said_of(story["versions"][0], CORRECTED).loc[story["corrected"], "low"] > 10
	beside = said[said["parent"] == said.loc[story["corrected"], "parent"]]
	assert (beside["low"] == 0).all() and np.isinf(beside["high"]).all()


def test_communes_have_neither_totals_nor_series(reader: Client, story: dict) -> None:
	files = story["versions"][-1]["communes"]
	assert set(files) == {
		"report_type", "slot", "time", "version", "published_at", "threshold", "indicators", "communes", "figures",
	}  # fmt: skip
	table = reader.get(f"{V1}/communes/{story['slot']}.csv").content.decode("utf-8-sig")
	assert "total_" not in table.splitlines()[0]
	index = reader.get(f"{V1}/index.json").json()
	assert not {row["code"] for row in index["series"]} & set(files["communes"]["code"])
