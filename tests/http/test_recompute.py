"""A program that knows the open data alone works out what the pages show; and it notices where one does not agree."""

import sys
from pathlib import Path

import pytest
from portal import Portal

sys.path.insert(0, str(Path(__file__).parent.parent / "independent"))

import recompute

FEWEST = 3000  # figures of the pages and of the communes


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
