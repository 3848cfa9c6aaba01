"""make test and make bench: fresh sites of their own, driven from outside over HTTP and in a browser."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bring_up.bench import WORKER, Bench
from bring_up.checking import run_checks
from bring_up.environment import command_environment
from bring_up.errors import BringUpError
from bring_up.frappe_commands import command
from bring_up.python_env import test_programs
from bring_up.settings import APP
from bring_up.sites import Site

SERVICE_PORTS = ("TEST_PORT", "MARIADB_PORT", "REDIS_CACHE_PORT", "REDIS_QUEUE_PORT")
TEST_WEB = "web-test"
OF_TESTS = {"allow_tests": True, "pause_scheduler": 1}
QUICK = {"quick_snapshots": True}  # their pages are built often and read seldom
WITHOUT, INSIDE, OUTSIDE = "tests without a site", "the app's tests", "tests from outside"
DRIVING = ("tests/http", "tests/browser")  # the other folders' tests need no site


def test(bench: Bench) -> int:
	"""Checks, the app's tests, the tests that drive the running site. All are run, whatever fails; then the sum."""
	bench.demand_free_ports(*SERVICE_PORTS, target="test")
	bench.prepare(tests=True)
	bench.mariadb.hurry()
	unit, driven = bench.site(bench.settings.unit_site), bench.site(bench.settings.test_site)
	results: dict[str, bool] = {}

	def without_a_site() -> None:
		bench.build_assets()
		results.update(_run_without_a_site(bench))

	# All sites before any test on one: a site that is thrown away takes the caches of all with it.
	bench.steps.together(without_a_site, lambda: _reset(unit, driven))
	return _report(bench, results | _run_beside_each_other(bench, unit, driven))


def _run_without_a_site(bench: Bench) -> dict[str, bool]:
	"""Checks, and tests of scripts and tools."""
	words = ["tests", *(f"--ignore={folder}" for folder in DRIVING)]
	return {
		"checks": run_checks(bench, test_programs(bench.settings)),
		"the scripts' tests": _run_script_tests(bench),
		WITHOUT: _run_pytest(bench, WITHOUT, words, _environment(bench)),
	}


def _run_beside_each_other(bench: Bench, unit: Site, driven: Site) -> dict[str, bool]:
	"""The tests that need a site, each kind on one of its own: what one waits for, the other uses."""
	results = {INSIDE: False, OUTSIDE: False}

	def inside() -> None:
		results[INSIDE] = _run_app_tests(bench, unit)

	def outside() -> None:
		with _running(bench, driven, **QUICK) as environment:
			results[OUTSIDE] = _run_pytest(bench, OUTSIDE, DRIVING, environment)

	bench.steps.together(inside, outside)
	print(f"\n{INSIDE}\n{bench.steps.log_of(INSIDE).read_text(errors='replace')}")
	return results


def _reset(*sites: Site) -> None:
	for site in sites:
		site.reset()


def bench_cases(bench: Bench) -> int:
	"""The cases of tests/bench, each beside its reference."""
	bench.demand_free_ports(*SERVICE_PORTS, target="bench")
	cases = bench.settings.root / "tests" / "bench" / "run.py"
	if not cases.exists():
		raise BringUpError(
			"There is no tests/bench/run.py.", "Run this in a whole checkout of the repository."
		)
	bench.prepare(tests=True)
	bench.build_assets()
	site = bench.site(bench.settings.bench_site)
	site.reset()
	with _running(bench, site) as environment:
		python = test_programs(bench.settings) / "python"
		works = _drive(bench, "bench cases", [python, cases], environment)
	return 0 if works else 1


def _run_script_tests(bench: Bench) -> bool:
	"""The tests of the portal's JavaScript that need no browser, by Node.js' own runner."""
	files = sorted((bench.settings.root / "tests" / "js").glob("*.test.mjs"))
	environment = command_environment(bench.settings)
	return not files or _drive(bench, "the scripts' tests", ["node", "--test", *files], environment)


def _run_pytest(bench: Bench, name: str, words: Iterable[str], environment: dict[str, str]) -> bool:
	pytest = [test_programs(bench.settings) / "python", "-m", "pytest"]
	return _drive(bench, name, [*pytest, *words], environment)


def _run_app_tests(bench: Bench, site: Site) -> bool:
	"""bench run-tests on a site with the portal and the province pack; its jobs go where no worker takes them."""
	bench.redis.forget_apart()
	site.set_config(**OF_TESTS, **QUICK, redis_queue=bench.redis.apart())
	# The records that the framework makes for tests of its own are used by none of ours.
	words = command(bench.settings, "run-tests", "--app", APP, "--skip-test-records", site=site.name)
	# Without CI the command ends with 0 though tests have failed.
	environment = command_environment(bench.settings) | {"CI": "1"}
	with bench.steps.step(INSIDE) as step:
		return step.succeeds(words, cwd=bench.settings.sites, env=environment)


@contextmanager
def _running(bench: Bench, site: Site, **config: object) -> Iterator[dict[str, str]]:
	"""A fresh site with the demo fortnight, served at TEST_PORT; yields what tells the tests about it."""
	# The tests make more users in an hour than the framework allows people to.
	site.set_config(**OF_TESTS, **config, throttle_user_limit=1000)
	site.load_demo()
	processes = bench.processes()
	own_worker = processes.start_worker()
	try:
		url = processes.start_web(TEST_WEB, site.name, "TEST_PORT", "test")
		yield _environment(bench) | {
			"BASE_URL": url,
			"SITE": site.name,
			"BENCH_ROOT": str(bench.settings.root),
			"ACCOUNTS_CSV": str(site.accounts),
			"CHROMIUM": _chromium(),
			"WEB_SOCKET": str(processes.socket_behind_nginx(TEST_WEB) or ""),
		}
	finally:
		processes.stop_web(TEST_WEB)
		if own_worker:
			processes.stop(WORKER)


def _environment(bench: Bench) -> dict[str, str]:
	"""With the programs of the tests first in the path."""
	path = [str(test_programs(bench.settings)), os.environ.get("PATH", os.defpath)]
	return command_environment(bench.settings) | {"PATH": os.pathsep.join(path)}


def _drive(bench: Bench, name: str, words: list[str | Path], environment: dict[str, str]) -> bool:
	"""Runs a program that a person reads along with; whether it succeeded."""
	with bench.steps.step(name) as step:
		return step.succeeds(words, cwd=bench.settings.root, env=environment, show=True)


def _chromium() -> str:
	found = (shutil.which(name) for name in ("chromium", "google-chrome", "chromium-browser"))
	return next((program for program in found if program), "")


def _report(bench: Bench, results: dict[str, bool]) -> int:
	print(f"\nWhat took how long\n{bench.steps.table()}\n")
	for name, passed in results.items():
		print(f"  {'passed' if passed else 'FAILED'}  {name}")
	failed = sum(not passed for passed in results.values())
	print(f"\n{len(results) - failed} passed, {failed} failed")
	return 1 if failed else 0
