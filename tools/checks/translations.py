"""The Vietnamese catalogue: complete, with the same placeholders, without leftovers.

Frappe reads one file per app and language, so translations/vi.csv also holds Frappe's own strings where its Vietnamese
is missing or wrong; translations/framework.txt lists those sources, one a line, so that they stay apart from the app's.
"""

import csv
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from checks.problem import Problem, Repository
from checks.strings import marked_strings

SOURCES = (".py", ".js", ".ts", ".vue", ".html", ".json")
PLACEHOLDER = re.compile(r"\{\d*\}|%\(\w+\)s")
# Of Frappe's own: the August 2023 list puts "List", "Report" … in there without translating it, so it is left out.
WITHOUT_PLACEHOLDERS = {"{0} View"}

# (English, context or nothing) → line of its row
Rows = dict[tuple[str, str], int]


def check(repository: Repository) -> Iterator[Problem]:
	"""Every string that a person sees has its row in translations/vi.csv, and every row its string."""
	catalogue = repository.package / "translations" / "vi.csv"
	framework = repository.package / "translations" / "framework.txt"
	name = repository.name(catalogue)
	if not catalogue.exists():
		yield Problem(name, 1, "the catalogue is missing")
	rows: Rows = {}
	yield from read_rows(catalogue, name, rows)
	used: set[str] = set()
	for file in repository.app_files(*SOURCES):
		for marked in [] if is_a_test(file) else marked_strings(file):
			text = marked.text.strip()
			if marked.problem:
				yield Problem(repository.name(file), marked.line, marked.problem)
			elif text and (text, "") not in rows and text not in used:
				yield Problem(repository.name(file), marked.line, f"no Vietnamese for {text!r}")
			used.add(text)
	sources = framework.read_text(encoding="utf-8").splitlines() if framework.exists() else []
	yield from framework_problems(sources, rows, used, repository.name(framework))
	yield from leftovers(rows, used.union(sources), name)


def read_rows(catalogue: Path, name: str, rows: Rows) -> Iterator[Problem]:
	"""Fills `rows`; yields what is wrong with the file itself."""
	if not catalogue.exists():
		return
	with catalogue.open(encoding="utf-8", newline="") as lines:
		reader = csv.reader(lines)
		for row in reader:
			line = reader.line_num
			if len(row) not in (2, 3) or not row[0]:
				yield Problem(name, line, "a row has the English, the Vietnamese and perhaps a context")
				continue
			english, vietnamese, context = row[0], row[1], "".join(row[2:])
			if not vietnamese.strip():
				yield Problem(name, line, f"{english!r} has no Vietnamese")
			if (english, context) in rows:
				yield Problem(name, line, f"{english!r} stands in line {rows[english, context]} already")
			same = sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(vietnamese))
			if not same and english not in WITHOUT_PLACEHOLDERS:
				yield Problem(name, line, f"{english!r} and its translation differ in placeholders")
			rows[english, context] = line


def framework_problems(sources: list[str], rows: Rows, used: set[str], name: str) -> Iterator[Problem]:
	"""Frappe's sources stand in order, each once, each with a row, and none that the app asks for itself."""
	translated = {english for english, _context in rows}
	for line, source in enumerate(sources, 1):
		if source not in translated:
			yield Problem(name, line, f"no Vietnamese for {source!r}")
		if source in used:
			yield Problem(name, line, f"the app asks for {source!r} itself: take this line out")
	for line, (before, source) in enumerate(pairwise(sources), 2):
		if source <= before:
			yield Problem(name, line, f"{source!r} must not stand after {before!r}: in order, each once")


def leftovers(rows: Rows, used: set[str], name: str) -> Iterator[Problem]:
	"""Rows that nothing asks for: told, but no error, since data may ask for them by _(variable)."""
	for (english, _context), line in rows.items():
		if english.strip() not in used:
			yield Problem(name, line, f"{english!r} stands in no source", is_warning=True)


def is_a_test(file: Path) -> bool:
	"""Tests show nothing to a person."""
	return file.name.startswith("test_") or "tests" in file.parts
