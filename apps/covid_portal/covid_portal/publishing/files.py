"""What is published beside pages, as bytes: JSON, CSV as spreadsheets in Vietnam open it, XML."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from xml.etree import ElementTree

UTF8_MARK = "\ufeff"  # without it Excel takes Vietnamese letters for those of its own code page

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # people's texts may hold them


def data_file(data: dict) -> bytes:
	return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def csv_file(fields: Sequence[str], rows: Iterable[Sequence]) -> bytes:
	"""UTF-8 with its mark, a header of field names, comma, CRLF; None is an empty cell, which is not zero."""
	text = StringIO()
	writer = csv.writer(text, lineterminator="\r\n")
	writer.writerow(fields)
	writer.writerows(rows)
	return (UTF8_MARK + text.getvalue()).encode()


def xml_file(root: ElementTree.Element) -> bytes:
	for element in root.iter():
		element.text = NOT_IN_XML.sub("", element.text) if element.text else element.text
	ElementTree.indent(root, "")
	return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
