"""A program that knows the open data alone works out what the pages show; and it notices where one does not agree."""

import re
import sys
from pathlib import Path

import pytest
from portal import Portal

sys.path.insert(0, str(Path(__file__).parent.parent / "independent"))

import recompute
import recompute_charts

FEWEST = 3000  # figures of the pages and of the communes
FEWEST_OF_CHARTS = {True: 1500, False: 500}  # of the province's page; of a district's


@pytest.fixture
def altered(monkeypatch: pytest.MonkeyPatch):
	"""altered(old, new): the first occurrence in every answer is another."""
	get = recompute.OpenData.get

	def set_up(address: str, old: bytes, new: bytes) -> None:
		def lied(data: recompute.OpenData, asked: str) -> bytes:
			content = get(data, asked)
			assert asked != address or old in content
			return content.replace(old, new, 1) if asked == address else content

		monkeypatch.setattr(recompute.OpenData, "get", lied)

	return set_up


def test_every_figure_of_the_pages_can_be_worked_out_from_the_open_data(portal: Portal) -> None:
	count, wrong = recompute.differences(portal.base_url)
	assert not wrong
	assert count > FEWEST


def test_a_figure_that_is_wrong_on_the_page_is_noticed(portal: Portal, altered) -> None:
	altered(recompute.PAGE, b'<td class="now">', b'<td class="now">1')
	_count, wrong = recompute.differences(portal.base_url)
	assert any(text.startswith("New cases, this slot") for text in wrong)


def test_a_table_that_nobody_works_out_is_noticed(portal: Portal, altered) -> None:
	altered(recompute.PAGE, b'<th scope="col">District</th>', b'<th scope="col">Place</th>')
	_count, wrong = recompute.differences(portal.base_url)
	assert [text for text in wrong if text.startswith("a table that nobody works out")]


@pytest.fixture(scope="module")
def open_data(portal: Portal) -> recompute.OpenData:
	return recompute.OpenData(portal.base_url)


def test_every_figure_of_the_figures_page_can_be_worked_out_from_the_open_data(open_data) -> None:
	for code in (open_data.province, open_data.districts.index[0]):
		found = list(recompute_charts.differences(open_data, code))
		assert not [difference for difference in found if difference]
		assert len(found) > FEWEST_OF_CHARTS[code == open_data.province]


def test_figures_that_are_wrong_on_the_figures_page_are_noticed(
	open_data: recompute.OpenData, monkeypatch: pytest.MonkeyPatch
) -> None:
	fields = ["new_cases", "occupancy", "share", "per_100000", "total"]
	page = open_data.get(recompute_charts.PAGE)
	for field in fields:
		cell = re.search(rb'<td data-field="%s"[^>]*>\d' % field.encode(), page)[0]
		page = page.replace(cell, cell + b"1", 1)
	monkeypatch.setattr(open_data, "get", lambda _address: page)
	wrong = [found for found in recompute_charts.differences(open_data, open_data.province) if found]
	assert sorted(text.split(":")[0].split(", ")[-1] for text in wrong) == sorted(fields)
