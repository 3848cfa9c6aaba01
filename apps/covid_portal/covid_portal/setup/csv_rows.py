"""Reading the CSV files that ship with the app or lie in a province pack."""

import csv
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).with_name("data")


def shipped_rows(name: str) -> list[dict[str, str | None]]:
	"""Rows of setup/data/<name>.csv; an empty cell is None."""
	return [row for _line, row in numbered_rows(DATA / f"{name}.csv")]


def numbered_rows(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
	"""(line number in the file, {column: text or None}) of each row."""
	with path.open(encoding="utf-8-sig", newline="") as file:
		reader = csv.DictReader(file)
		for row in reader:
			yield reader.line_num, {key: (value or "").strip() or None for key, value in row.items() if key}
