"""The two forms of open data as bytes: JSON, and CSV as spreadsheets in Vietnam open it."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO

UTF8_MARK = "\ufeff"  # without it Excel takes Vietnamese letters for those of its own code page


def data_file(data: dict) -> bytes:
	return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def csv_file(fields: Sequence[str], rows: Iterable[Sequence]) -> bytes:
	"""UTF-8 with its mark, a header of field names, comma, CRLF; None is an empty cell, which is not zero."""
	text = StringIO()
	writer = csv.writer(text, lineterminator="\r\n")
	writer.writerow(fields)
	writer.writerows(rows)
	return (UTF8_MARK + text.getvalue()).encode()
