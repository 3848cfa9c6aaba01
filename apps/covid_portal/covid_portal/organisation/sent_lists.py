"""Lists in endpoints: the Desk's frappe.call sends them as JSON text, other programs as lists."""

import json

import frappe
from frappe import _


class NotAList(frappe.ValidationError):
	"""Neither a list of texts nor one written as JSON."""


def texts(sent: list | str) -> list[str]:
	"""The list that was sent. Raises NotAList."""
	try:
		found = json.loads(sent) if isinstance(sent, str) else sent
	except ValueError:
		found = None
	if not isinstance(found, list) or not all(isinstance(row, str) for row in found):
		frappe.throw(_("A list of texts is expected."), NotAList)
	return found
