"""Endpoints and jobs that hold personal data in memory: when they fail, the framework's Error Log would keep their variables.

The framework writes the values of all local variables into it, its own among them (the request's form). So such a failure
never reaches it: it is recorded here by kind and place alone. Of what fails elsewhere (a form that the Desk saves, JSON that cannot
be read) the hook of Error Log leaves the same.
"""

import functools
import re
import traceback
from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document

SERVER_ERROR = 500
# How traceback_with_variables, of which the framework makes its records, writes places, values and the error.
WITH_VALUES = "Traceback with variables"
PLACE = re.compile(r'^  File "[^"\n]*", line \d+, in .*$', re.M)
TITLE = 100  # letters of it are compared
KIND = re.compile(r"^([\w.<>]+):", re.M)


def without_values(function: Callable) -> Callable:
	"""Decorator below @frappe.whitelist: an unexpected failure is answered with 500 and a number, and recorded without values.

	Refusals (named errors with a status below 500) pass as they are.
	"""

	@functools.wraps(function)
	def wrapper(*args: object, **kwargs: object) -> object:
		try:
			return function(*args, **kwargs)
		except Exception as error:
			if getattr(error, "http_status_code", SERVER_ERROR) < SERVER_ERROR:
				raise
			return failed(function.__qualname__, error)

	return wrapper


def failed(where: str, error: Exception) -> dict:
	frappe.db.rollback()
	frappe.clear_messages()
	number = record(where, error)
	frappe.local.response.http_status_code = SERVER_ERROR
	return {
		"error": _(
			"This did not work, and it is our fault. Please try again; if it goes on, name the number {0}."
		).format(number)
	}


def record(where: str, error: Exception) -> str:
	"""An Error Log with kind and place; its name. Committed with the request."""
	places = "\n".join(
		f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
	)
	return frappe.log_error(f"{where}: {type(error).__name__}", places).name


def keep_places_alone(log: Document, method: str | None = None) -> None:
	"""Hook of Error Log, before it is stored: without the values, and without the error's own words, which may repeat them. The
	title stays, unless it is these words."""
	if WITH_VALUES not in (log.error or ""):
		return
	found = KIND.search(log.error)
	kind, words = (found[1], log.error[found.end() :].strip()) if found else ("Error", "")
	if words.startswith((log.method or "").strip()[:TITLE]):
		log.method = kind
	log.error = "\n".join([*PLACE.findall(log.error), kind])
