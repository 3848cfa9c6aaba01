"""Where Frappe comes from."""

from pathlib import Path

import pytest

from bring_up.errors import BringUpError
from bring_up.source_choice import (
	PINNED_TAG,
	UPSTREAM,
	choose_source,
	choose_tag,
	parse_source,
	split_ref,
	without_password,
)


def no_upstream() -> list[str]:
	return []


def test_upstream_is_taken_at_the_pinned_tag_where_it_answers() -> None:
	source = choose_source("", lambda: ["v15.1.0", PINNED_TAG, "v15.200.0"])
	assert (source.kind, source.place, source.ref) == ("git", UPSTREAM, PINNED_TAG)


def test_the_snapshot_is_taken_where_upstream_does_not_answer() -> None:
	assert choose_source("", no_upstream).kind == "pypi"


def test_what_is_asked_for_is_taken_without_asking_upstream() -> None:
	def must_not_be_called() -> list[str]:
		raise AssertionError

	assert choose_source("pypi", must_not_be_called).kind == "pypi"


def test_the_newest_release_from_the_pin_on_is_taken_when_the_pinned_tag_is_gone() -> None:
	assert choose_tag(["v15.9.0", "v15.119.2", "v15.121.0", "v15.120.9", "v16.0.0", "v15.122.0-beta"]) == (
		"v15.121.0"
	)


def test_older_releases_and_other_versions_are_refused() -> None:
	with pytest.raises(BringUpError, match="no later one of version 15"):
		choose_tag(["v15.9.0", "v16.1.0", "v14.99.0"])


@pytest.mark.parametrize(
	("address", "place", "ref"),
	[
		("https://git.example/frappe@v15.118.0", "https://git.example/frappe", "v15.118.0"),
		("https://git.example/frappe#feature/x", "https://git.example/frappe", "feature/x"),
		("https://git.example/frappe", "https://git.example/frappe", ""),
		(
			"https://me:secret@git.example:8443/frappe.git@main",
			"https://me:secret@git.example:8443/frappe.git",
			"main",
		),
		("https://me@git.example/frappe.git", "https://me@git.example/frappe.git", ""),
		("git@git.example:team/frappe.git@version-15", "git@git.example:team/frappe.git", "version-15"),
		("git@git.example:team/frappe.git", "git@git.example:team/frappe.git", ""),
		("file:///srv/frappe@v15.118.0", "file:///srv/frappe", "v15.118.0"),
	],
)
def test_address_and_ref_are_told_apart(address: str, place: str, ref: str) -> None:
	assert split_ref(address) == (place, ref)


def test_an_address_without_a_ref_means_the_branch_of_version_15() -> None:
	assert parse_source("https://git.example/frappe").ref == "version-15"


def test_a_folder_with_frappe_is_taken(tmp_path: Path) -> None:
	(tmp_path / "frappe").mkdir()
	(tmp_path / "frappe" / "__init__.py").touch()
	(tmp_path / "pyproject.toml").touch()
	source = parse_source(str(tmp_path))
	assert (source.kind, source.place) == ("folder", str(tmp_path))


def test_a_folder_without_frappe_is_refused_by_name(tmp_path: Path) -> None:
	with pytest.raises(BringUpError, match="there is no Frappe in"):
		parse_source(str(tmp_path))


def test_a_password_is_not_printed() -> None:
	assert without_password("https://me:secret@git.example/frappe") == "https://git.example/frappe"
	assert "secret" not in str(parse_source("https://me:secret@git.example/frappe@main"))
