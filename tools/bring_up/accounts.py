"""The list of demo accounts: Administrator's row is written here, the others by the app's make-demo-accounts."""

import csv
import io
import secrets
import unicodedata
from pathlib import Path

from bring_up.stamps import write_file

COLUMNS = ("email", "password", "name", "duty", "unit", "unit_name")
ADMINISTRATOR = "Administrator"

Row = dict[str, str]


def read_accounts(file: Path) -> list[Row]:
	"""The rows of the list; none when it does not exist."""
	if not file.exists():
		return []
	with file.open(encoding="utf-8", newline="") as lines:
		return [{column: row.get(column) or "" for column in COLUMNS} for row in csv.DictReader(lines)]


def administrator_password(file: Path) -> str:
	"""Administrator's password in the list; generated and written there the first time."""
	rows = read_accounts(file)
	for row in rows:
		if row["email"] == ADMINISTRATOR and row["password"]:
			return row["password"]
	password = secrets.token_urlsafe(12)
	row = {"email": ADMINISTRATOR, "password": password, "name": ADMINISTRATOR, "duty": ADMINISTRATOR}
	write_accounts(file, [row, *rows])
	return password


def write_accounts(file: Path, rows: list[Row]) -> None:
	"""Writes the list for nobody else to read."""
	text = io.StringIO()
	writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
	writer.writeheader()
	writer.writerows(rows)
	write_file(file, text.getvalue(), mode=0o600)


def accounts_table(rows: list[Row]) -> str:
	"""The list as a person reads it in a terminal."""
	lines = [(row["email"], row["password"], row["duty"], row["unit_name"] or row["unit"]) for row in rows]
	lines.insert(0, ("account", "password", "duty", "unit"))
	widths = [max(width(line[column]) for line in lines) for column in range(3)]
	columns = [[*map(pad, line, widths), line[3]] for line in lines]
	return "\n".join(f"  {'  '.join(line)}".rstrip() for line in columns)


def width(text: str) -> int:
	"""How many columns a text takes: marks that combine with the letter before them take none."""
	return sum(not unicodedata.combining(letter) for letter in text)


def pad(text: str, columns: int) -> str:
	"""The text, filled up with blanks."""
	return text + " " * (columns - width(text))
