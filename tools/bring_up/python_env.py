"""The bench's Python environment (env/), and a second one for the bench command and uv (.run/tools)."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

from bring_up import snapshot
from bring_up.environment import install_environment
from bring_up.errors import BringUpError
from bring_up.frappe_source import is_snapshot
from bring_up.requirements import (
	BENCH_COMMAND,
	for_the_bench,
	github_overrides,
	included,
	read_dependencies,
	read_requirements,
)
from bring_up.settings import Settings
from bring_up.source_choice import list_upstream_tags
from bring_up.stamps import Stamps, hash_of
from bring_up.steps import Step, Steps

UV = "uv==0.13.9"
LAST_PYTHON_OF_SNAPSHOT = (3, 12)


def install_tools(settings: Settings, steps: Steps, stamps: Stamps) -> None:
	"""uv, and the bench command as requirements.txt pins it."""
	folder = settings.run / "tools"
	wanted = read_requirements(settings.root / "requirements.txt")[BENCH_COMMAND]
	key = hash_of(_interpreter(), UV, wanted)
	if stamps.is_current("tools", key) and _works(folder):
		return
	with steps.step("bench command and uv") as step:
		stamps.forget("tools")
		shutil.rmtree(folder, ignore_errors=True)
		environment = install_environment(settings)
		step.run([sys.executable, "-m", "venv", folder], env=environment)
		pip = [folder / "bin" / "python", "-m", "pip"]
		step.run([*pip, "install", "--quiet", UV], env=environment, party="PyPI")
		install(settings, step, folder, wanted)
		stamps.set("tools", key)


def install_env(settings: Settings, steps: Steps, stamps: Stamps) -> None:
	"""Frappe, the portal and what they need, in env/."""
	_refuse_new_python(settings)
	key = hash_of(_interpreter(), settings.root, *_inputs(settings))
	if stamps.is_current("env", key) and _works(settings.env):
		return
	with steps.step("Python packages of Frappe and the portal") as step:
		stamps.forget("env")
		if not _works(settings.env):
			shutil.rmtree(settings.env, ignore_errors=True)
			uv = [settings.run / "tools" / "bin" / "uv", "venv", "--quiet", "--seed", settings.env]
			step.run([*uv, "--python", sys.executable], env=install_environment(settings), party="PyPI")
		install(settings, step, settings.env, *_wanted(settings))
		_link_bench_command(settings)
		stamps.set("env", key)


def install_test_env(settings: Settings, steps: Steps, stamps: Stamps) -> Path:
	"""An environment for what tests and checks need (tests/requirements.txt); returns its bin folder."""
	folder = test_programs(settings).parent
	listed = settings.root / "tests" / "requirements.txt"
	key = hash_of(_interpreter(), *(file.read_text() for file in (listed, *included(listed))))
	if not (stamps.is_current("test-env", key) and _works(folder)):
		with steps.step("Python packages of the tests") as step:
			stamps.forget("test-env")
			shutil.rmtree(folder, ignore_errors=True)
			step.run(
				[sys.executable, "-m", "venv", "--without-pip", folder], env=install_environment(settings)
			)
			install(settings, step, folder, "--requirement", str(listed))
			stamps.set("test-env", key)
	return test_programs(settings)


def test_programs(settings: Settings) -> Path:
	"""Where install_test_env() puts the programs."""
	return settings.run / "test-env" / "bin"


def install(settings: Settings, step: Step, folder: Path, *wanted: str) -> None:
	"""uv pip install into the environment in `folder`."""
	uv = [
		settings.run / "tools" / "bin" / "uv",
		"pip",
		"install",
		"--quiet",
		"--python",
		folder / "bin" / "python",
	]
	step.run([*uv, *wanted], env=install_environment(settings), party="PyPI")


def _inputs(settings: Settings) -> list[str]:
	"""The contents that decide what is installed."""
	projects = [settings.frappe / "pyproject.toml", settings.portal / "pyproject.toml"]
	return [
		file.read_text() for file in (*projects, settings.root / "requirements.txt", snapshot.CONSTRAINTS)
	]


def _wanted(settings: Settings) -> list[str]:
	dependencies = read_dependencies(settings.frappe / "pyproject.toml")
	listed = read_requirements(settings.root / "requirements.txt")
	wanted = ["--editable", str(settings.frappe), "--editable", str(settings.portal)]
	wanted += for_the_bench(listed, dependencies)
	if is_snapshot(settings):
		return [*wanted, "--constraint", str(snapshot.CONSTRAINTS)]
	return [*wanted, *_instead_of_github(settings, dependencies)]


def _instead_of_github(settings: Settings, dependencies: list[str]) -> list[str]:
	"""uv's arguments for a machine that reaches PyPI but not GitHub, where Frappe has forks of its own."""
	overrides = github_overrides(dependencies)
	if not overrides or list_upstream_tags():
		return []
	file = settings.run / "instead-of-github.txt"
	file.write_text("\n".join(overrides) + "\n")
	return ["--override", str(file)]


def _interpreter() -> str:
	return f"{sys.executable} {platform.python_version()}"


def _works(folder: Path) -> bool:
	"""Whether the environment's Python starts: it does not when the one it was made from is gone."""
	try:
		return subprocess.run([folder / "bin" / "python", "-c", ""], check=False).returncode == 0
	except OSError:
		return False


def _refuse_new_python(settings: Settings) -> None:
	if is_snapshot(settings) and sys.version_info[:2] > LAST_PYTHON_OF_SNAPSHOT:
		raise BringUpError(
			f"The snapshot of Frappe needs Python 3.11 or 3.12; this is {platform.python_version()}.",
			"Name another: make run PYTHON=/usr/bin/python3.12",
			"Or use upstream's Frappe, where git reaches it (FRAPPE_SOURCE in README.md).",
		)


def _link_bench_command(settings: Settings) -> None:
	"""env/bin/bench, where people look for it."""
	link = settings.env / "bin" / "bench"
	link.unlink(missing_ok=True)
	link.symlink_to(settings.run / "tools" / "bin" / "bench")
