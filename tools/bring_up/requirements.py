"""Which Python packages go where: reads requirements.txt and the dependencies of pyproject.toml files."""

import re
from pathlib import Path

import tomllib

BENCH_COMMAND = "frappe-bench"

# Releases for what Frappe takes from its own forks on GitHub, for machines that reach PyPI and npm only.
PYTHON_INSTEAD_OF_GITHUB = {"gunicorn": "gunicorn==23.0.0"}
NODE_INSTEAD_OF_GITHUB = {"air-datepicker": "2.2.3"}


def read_requirements(file: Path) -> dict[str, str]:
	"""The requirements of a file by package name: {"redis": "redis==4.5.5"}."""
	lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
	return {package_name(line): line for line in lines if line and not line.startswith("-")}


def included(file: Path) -> list[Path]:
	"""The files that a requirements file takes in by -r."""
	lines = (line.split() for line in file.read_text().splitlines())
	return [file.parent / words[1] for words in lines if len(words) == 2 and words[0] == "-r"]


def read_dependencies(pyproject: Path) -> list[str]:
	"""The dependencies a project declares."""
	return tomllib.loads(pyproject.read_text())["project"].get("dependencies", [])


def package_name(requirement: str) -> str:
	"""The normalised name: package_name("Click~=8.2") is click."""
	name = re.match(r"[A-Za-z0-9._-]+", requirement)
	return re.sub(r"[-_.]+", "-", name.group()).lower() if name else ""


def for_the_bench(requirements: dict[str, str], frappe_dependencies: list[str]) -> list[str]:
	"""What of requirements.txt goes into the bench's environment: the bench command does not, and Frappe's own
	pin of a package counts."""
	pinned = {package_name(line) for line in frappe_dependencies if re.search(r"[=<>~@]", line)}
	return [line for name, line in requirements.items() if name != BENCH_COMMAND and name not in pinned]


def github_overrides(dependencies: list[str]) -> list[str]:
	"""Releases to take instead of the dependencies that point at GitHub; the bare name where we know of none."""
	names = [package_name(line) for line in dependencies if "git+" in line]
	return [PYTHON_INSTEAD_OF_GITHUB.get(name, name) for name in names]


def without_github(package: dict, lock: str) -> tuple[dict, str]:
	"""package.json and yarn.lock with releases from npm instead of what points at GitHub."""
	dependencies = dict(package.get("dependencies", {}))
	for name, wanted in package.get("dependencies", {}).items():
		if str(wanted).startswith(("github:", "git+", "git:")):
			dependencies[name] = NODE_INSTEAD_OF_GITHUB.get(name, "*")
			lock = re.sub(rf'(?m)^"?{re.escape(name)}@[^\n]*:\n(?:[ \t]+[^\n]*\n)+\n?', "", lock)
	return {**package, "dependencies": dependencies}, lock
