"""Stamps, settings, requirements, accounts, the restored snapshot: what the bring-up reads and writes."""

import os
from pathlib import Path

import pytest

from bring_up import snapshot
from bring_up.accounts import accounts_table, administrator_password, read_accounts, write_accounts
from bring_up.environment import indexes_for_uv
from bring_up.errors import BringUpError
from bring_up.lock import only_one
from bring_up.mariadb import MariaDB
from bring_up.requirements import (
	for_the_bench,
	github_overrides,
	included,
	read_requirements,
	without_github,
)
from bring_up.settings import read_settings, remember
from bring_up.stamps import Stamps, files_below, hash_of, hash_of_files, write_file


def test_a_stamp_is_current_only_for_what_it_was_set_with(tmp_path: Path) -> None:
	stamps = Stamps(tmp_path)
	assert not stamps.is_current("env", "1")
	stamps.set("env", "1")
	assert stamps.is_current("env", "1")
	assert not stamps.is_current("env", "2")
	stamps.forget("env")
	assert not stamps.is_current("env", "1")


def test_a_hash_tells_parts_and_their_order_apart() -> None:
	assert len({hash_of("a", "b"), hash_of("b", "a"), hash_of("ab"), hash_of("a", "b", "")}) == 4


def test_a_hash_of_files_sees_contents_names_and_what_is_missing(tmp_path: Path) -> None:
	file, other = tmp_path / "a", tmp_path / "b"
	file.write_text("1")
	before = hash_of_files(tmp_path, [file])
	file.write_text("2")
	changed = hash_of_files(tmp_path, [file])
	file.rename(other)
	assert len({before, changed, hash_of_files(tmp_path, [other]), hash_of_files(tmp_path, [file])}) == 4


def test_what_is_built_is_not_among_the_files(tmp_path: Path) -> None:
	for name in ("src/a.js", "dist/a.js", "node_modules/b.js", "src/__pycache__/c.pyc"):
		write_file(tmp_path / name, "")
	assert files_below(tmp_path, without=["dist"]) == [tmp_path / "src" / "a.js"]


def test_a_secret_file_is_for_its_owner_alone_from_the_first_moment(tmp_path: Path) -> None:
	previous = os.umask(0)
	try:
		write_file(tmp_path / "secret", "x", mode=0o600)
	finally:
		os.umask(previous)
	assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_ports_chosen_once_stay_chosen(tmp_path: Path) -> None:
	remember(read_settings({"WEB_PORT": "8123"}, tmp_path))
	assert read_settings({}, tmp_path).ports["WEB_PORT"] == 8123
	assert read_settings({"WEB_PORT": "8124"}, tmp_path).ports["WEB_PORT"] == 8124


def test_being_reachable_from_outside_is_asked_for_every_time(tmp_path: Path) -> None:
	remember(read_settings({"BIND_ADDRESS": "0.0.0.0"}, tmp_path))
	assert read_settings({}, tmp_path).bind_address == "127.0.0.1"


def test_empty_variables_are_as_good_as_none(tmp_path: Path) -> None:
	settings = read_settings({"WEB_PORT": "", "SITE": "", "BIND_ADDRESS": "", "FRAPPE_SOURCE": ""}, tmp_path)
	assert (settings.ports["WEB_PORT"], settings.site) == (8000, "covid.localhost")


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "-1"])
def test_a_port_that_is_none_is_named(port: str, tmp_path: Path) -> None:
	with pytest.raises(BringUpError, match=f"WEB_PORT={port} is no port"):
		read_settings({"WEB_PORT": port}, tmp_path)


def test_two_services_on_one_port_are_refused(tmp_path: Path) -> None:
	with pytest.raises(BringUpError, match="are both 8009"):
		read_settings({"WEB_PORT": "8009"}, tmp_path)


def test_a_site_name_that_leaves_its_folder_is_refused(tmp_path: Path) -> None:
	with pytest.raises(BringUpError, match="no host name"):
		read_settings({"SITE": "../x"}, tmp_path)


def test_only_one_bring_up_works_in_a_folder(tmp_path: Path) -> None:
	with only_one(tmp_path / "lock", "run"), pytest.raises(BringUpError, match=r"make run \(process \d+\)"):
		with only_one(tmp_path / "lock", "test"):
			pass
	with only_one(tmp_path / "lock", "test"):
		pass


def test_requirements_are_read_by_name(tmp_path: Path) -> None:
	file = tmp_path / "requirements.txt"
	file.write_text("# why\nfrappe-bench==5.31.1\nRedis==4.5.5  # why\n\n-r more.txt\n")
	assert read_requirements(file) == {"frappe-bench": "frappe-bench==5.31.1", "redis": "Redis==4.5.5"}
	assert included(file) == [tmp_path / "more.txt"]


def test_frappes_own_pin_counts_and_a_bare_name_is_none() -> None:
	listed = {"frappe-bench": "frappe-bench==5.31.1", "redis": "redis==4.5.5", "pandas": "pandas==2.3.3"}
	assert for_the_bench(listed, ["redis~=4.5.5", "Click~=8.2.0"]) == ["pandas==2.3.3"]
	assert for_the_bench(listed, ["redis", "Click"]) == ["redis==4.5.5", "pandas==2.3.3"]


def test_what_points_at_github_gets_a_release_instead() -> None:
	fork = "gunicorn @ git+https://github.com/frappe/gunicorn@bb55405"
	assert github_overrides([fork, "Click~=8.2.0"]) == ["gunicorn==23.0.0"]
	assert github_overrides(["Some_Fork @ git+https://github.com/a/b"]) == ["some-fork"]


def test_a_lock_loses_only_what_points_at_github() -> None:
	package = {"dependencies": {"air-datepicker": "github:frappe/air-datepicker", "ace-builds": "^1.4.8"}}
	kept = 'ace-builds@^1.4.8:\n  version "1.22.1"\n\n'
	fork = '"air-datepicker@github:frappe/air-datepicker":\n  version "2.2.3"\n  dependencies:\n    jquery ">=1.8"\n\n'
	after, lock = without_github(package, fork + kept)
	assert after["dependencies"] == {"air-datepicker": "2.2.3", "ace-builds": "^1.4.8"}
	assert lock == kept


def test_uv_is_told_where_pip_looks() -> None:
	index, extra = "-".join(("index", "url")), "-".join(("extra", "index", "url"))
	config = {
		f"global.{index}": "'https://mirror.example/simple'",
		f"global.{extra}": "'file:///srv/simple https://more.example/simple'",
		"global.timeout": "'60'",
	}
	assert indexes_for_uv(config) == {
		"UV_DEFAULT_INDEX": "https://mirror.example/simple",
		"UV_INDEX": "https://more.example/simple",
	}
	assert indexes_for_uv({}) == {}


def test_names_are_put_back_in_files_and_texts_but_not_in_pictures() -> None:
	tree = snapshot.restore_names(
		{
			"criscostack/utils/brik_helper.py": b"import criscostack\nclass CriscoTestCase: ...\n",
			"criscostack/public/logo.png": b"\x89PNG\0criscostack",
		}
	)
	assert tree == {
		"frappe/utils/bench_helper.py": b"import frappe\nclass FrappeTestCase: ...\n",
		"frappe/public/logo.png": b"\x89PNG\0criscostack",
	}


def test_a_snapshot_that_came_out_otherwise_is_refused() -> None:
	with pytest.raises(BringUpError, match="has the hash"):
		snapshot.check({"frappe/__init__.py": b""})


def test_administrators_password_is_made_once_and_other_rows_stay(tmp_path: Path) -> None:
	file = tmp_path / "demo-accounts.csv"
	write_accounts(file, [{"email": "a@example.com", "password": "x", "name": "Trạm Y tế"}])
	password = administrator_password(file)
	assert len(password) >= 12
	assert administrator_password(file) == password
	assert [row["email"] for row in read_accounts(file)] == ["Administrator", "a@example.com"]
	assert file.stat().st_mode & 0o777 == 0o600


def test_columns_stand_below_each_other_whatever_the_marks() -> None:
	duties = ("Duyệt", "Duye\u0302\u0323t")  # the same word, its marks in one letter or following it
	rows = [{"email": "a", "password": "b", "duty": duty, "unit": "", "unit_name": "U"} for duty in duties]
	lines = accounts_table(rows).splitlines()
	assert lines[1].index("U") + 2 == lines[2].index("U")


def test_the_database_keeps_its_temporary_tables_apart_from_every_other_server(tmp_path: Path) -> None:
	settings = read_settings({}, tmp_path)
	settings.run.mkdir(parents=True)
	server = MariaDB(settings, daemons=None)
	server._write_config(steps=None)
	assert f"tmpdir = {server.temporary}\n" in server.config.read_text()
	assert server.temporary.is_dir()
	assert server.temporary.is_relative_to(settings.run)
