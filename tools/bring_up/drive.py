"""make test and make bench: fresh sites of their own, driven from outside over HTTP and in a browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bring_up.bench import WORKER, Bench
from bring_up.checking import run_checks
from bring_up.environment import command_environment
from bring_up.errors import BringUpError
from bring_up.frappe_commands import command
from bring_up.python_env import install_test_env
from bring_up.settings import APP
from bring_up.sites import Site

SERVICE_PORTS = ("TEST_PORT", "MARIADB_PORT", "REDIS_CACHE_PORT", "REDIS_QUEUE_PORT")
TEST_WEB = "web-test"
OF_TESTS = {"allow_tests": True, "pause_scheduler": 1}
QUICK = {"quick_snapshots": True}  # their pages are built often and read seldom
INSIDE, OUTSIDE = "the app's tests", "tests from outside"


def test(bench: Bench) -> int:
	"""Checks, the app's tests, the tests that drive the running site. All are run, whatever fails; then the sum."""
	bench.demand_free_ports(*SERVICE_PORTS, target="test")
	bench.prepare()
	programs = install_test_env(bench.settings, bench.steps, bench.stamps)
	results = {"checks": run_checks(bench, programs), "the scripts' tests": _run_script_tests(bench)}
	bench.mariadb.hurry()
	return _report(bench, results | _run_beside_each_other(bench, programs))


def _run_beside_each_other(bench: Bench, programs: Path) -> dict[str, bool]:
	"""The tests that need a site, each kind on one of its own: what one waits for, the other uses."""
	unit, driven = bench.site(bench.settings.unit_site), bench.site(bench.settings.test_site)
	# All sites before any test: one that is thrown away takes the caches of all with it.
	bench.steps.together(bench.build_assets, lambda: _reset(unit, driven))
	results = {INSIDE: False, OUTSIDE: False}

	def inside() -> None:
		results[INSIDE] = _run_app_tests(bench, unit)

	def outside() -> None:
		with _running(bench, driven, programs, **QUICK) as environment:
			pytest = [programs / "python", "-m", "pytest", "tests"]
			results[OUTSIDE] = _drive(bench, OUTSIDE, pytest, environment)

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
	bench.prepare()
	programs = install_test_env(bench.settings, bench.steps, bench.stamps)
	bench.build_assets()
	site = bench.site(bench.settings.bench_site)
	site.reset()
	with _running(bench, site, programs) as environment:
		works = _drive(bench, "bench cases", [programs / "python", cases], environment)
	return 0 if works else 1


def _run_script_tests(bench: Bench) -> bool:
	"""The tests of the portal's JavaScript that need no browser, by Node.js' own runner."""
	files = sorted((bench.settings.root / "tests" / "js").glob("*.test.mjs"))
	environment = command_environment(bench.settings)
	return not files or _drive(bench, "the scripts' tests", ["node", "--test", *files], environment)


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
def _running(bench: Bench, site: Site, programs: Path, **config: object) -> Iterator[dict[str, str]]:
	"""A fresh site with the demo fortnight, served at TEST_PORT; yields what tells the tests about it."""
	# The tests make more users in an hour than the framework allows people to.
	site.set_config(**OF_TESTS, **config, throttle_user_limit=1000)
	site.load_demo()
	processes = bench.processes()
	own_worker = processes.start_worker()
	try:
		url = processes.start_web(TEST_WEB, site.name, "TEST_PORT", "test")
		yield command_environment(bench.settings) | {
			"PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)]),
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
