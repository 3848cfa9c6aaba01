"""The Vietnamese catalogue: complete, with the same placeholders, without leftovers."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from checks.problem import Problem, Repository
from checks.strings import marked_strings

SOURCES = (".py", ".js", ".ts", ".vue", ".html", ".json")
PLACEHOLDER = re.compile(r"\{\d*\}|%\(\w+\)s")

Rows = dict[str, tuple[int, str]]


def check(repository: Repository) -> Iterator[Problem]:
	"""Every string that a person sees has its row in translations/vi.csv, and every row its string."""
	catalogue = repository.package / "translations" / "vi.csv"
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
			elif text and text not in rows and text not in used:
				yield Problem(repository.name(file), marked.line, f"no Vietnamese for {text!r}")
			used.add(text)
	yield from leftovers(rows, used, name)


def read_rows(catalogue: Path, name: str, rows: Rows) -> Iterator[Problem]:
	"""Fills `rows` (English → line, Vietnamese); yields what is wrong with the file itself."""
	if not catalogue.exists():
		return
	with catalogue.open(encoding="utf-8", newline="") as lines:
		reader = csv.reader(lines)
		for row in reader:
			line = reader.line_num
			if len(row) not in (2, 3) or not row[0]:
				yield Problem(name, line, "a row has the English, the Vietnamese and perhaps a context")
				continue
			english, vietnamese = row[0], row[1]
			if not vietnamese.strip():
				yield Problem(name, line, f"{english!r} has no Vietnamese")
			if english in rows and len(row) == 2:
				yield Problem(name, line, f"{english!r} stands in line {rows[english][0]} already")
			if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(vietnamese)):
				yield Problem(name, line, f"{english!r} and its translation differ in placeholders")
			rows[english] = (line, vietnamese)


def leftovers(rows: Rows, used: set[str], name: str) -> Iterator[Problem]:
	"""Rows that nothing asks for: told, but no error, since data may ask for them by _(variable)."""
	for english, (line, _vietnamese) in rows.items():
		if english.strip() not in used:
			yield Problem(name, line, f"{english!r} stands in no source", is_warning=True)


def is_a_test(file: Path) -> bool:
	"""Tests show nothing to a person."""
	return file.name.startswith("test_") or "tests" in file.parts
