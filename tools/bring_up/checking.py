"""make check: style, translations, DocTypes, forbidden words. Needs no bench and no network once installed."""

import subprocess
from pathlib import Path

from bring_up.bench import Bench
from bring_up.environment import command_environment
from bring_up.frappe_source import obtain_frappe
from bring_up.python_env import install_test_env, install_tools

PYTHON_FOLDERS = ("apps/covid_portal", "tools", "tests")


def check(bench: Bench) -> int:
	"""Installs what the checks need (Frappe's source among it: links lead to its DocTypes), then runs them."""
	install_tools(bench.settings, bench.steps, bench.stamps)
	obtain_frappe(bench.settings, bench.steps)
	programs = install_test_env(bench.settings, bench.steps, bench.stamps)
	return 0 if run_checks(bench, programs) else 1


def run_checks(bench: Bench, programs: Path) -> bool:
	"""All checks, each with its own output; whether all of them passed."""
	root = bench.settings.root
	folders = [name for name in PYTHON_FOLDERS if (root / name).is_dir()]
	ruff = programs / "ruff"
	commands: dict[str, list[str | Path]] = {
		"ruff check": [ruff, "check", "--quiet", *folders],
		"ruff format": [ruff, "format", "--check", "--quiet", *folders],
		"checks of our own": [programs / "python", "-m", "checks"],
	}
	environment = command_environment(bench.settings) | {"PYTHONPATH": str(root / "tools")}
	results = []
	for name, command in commands.items():
		with bench.steps.step(name, announce=False):
			words = [str(word) for word in command]
			results.append(subprocess.run(words, cwd=root, env=environment, check=False).returncode == 0)
		if not results[-1]:
			print(f"✗ {name}: see above", flush=True)
	return all(results)
