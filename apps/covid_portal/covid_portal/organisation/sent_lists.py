"""Lists in endpoints: the Desk's frappe.call sends them as JSON text, other programs as lists."""

import json
from typing import Any

import frappe
from frappe import _


class NotAList(frappe.ValidationError):
	"""Neither a list of what is expected nor one written as JSON."""


def texts(sent: list | str) -> list[str]:
	"""The list that was sent. Raises NotAList."""
	found = listed(sent)
	if found is None or not all(isinstance(row, str) for row in found):
		frappe.throw(_("A list of texts is expected."), NotAList)
	return found


def numbers(sent: list | str) -> list[int]:
	"""The whole numbers that were sent, as such or in digits: names of rows that are counted. Raises NotAList."""
	found = listed(sent)
	if found is None or not all(is_number(row) for row in found):
		frappe.throw(_("A list of numbers is expected."), NotAList)
	return [int(row) for row in found]


def is_number(row: Any) -> bool:
	return type(row) is int or (isinstance(row, str) and row.isascii() and row.isdigit())


def listed(sent: Any) -> list | None:
	try:
		found = json.loads(sent) if isinstance(sent, str) else sent
	except ValueError:
		return None
	return found if isinstance(found, list) else None
