"""Endpoints and jobs that hold personal data in memory: when they fail, the framework's Error Log would keep their variables.

The framework writes the values of all local variables into it, its own among them (the request's form). So such a failure
never reaches it: it is recorded here by kind and place alone. Of what fails elsewhere (a form that the Desk saves, an endpoint of the
framework's own) the hook of Error Log leaves the same, and those of requests leave nothing of the form in Redis and in log files.
"""

import functools
import json
import re
import traceback
from collections.abc import Callable

import frappe
from frappe import _
from frappe.deferred_insert import queue_prefix
from frappe.model.document import Document
from frappe.utils.logger import SiteContextFilter
from werkzeug.wrappers import Request, Response

SERVER_ERROR = 500
# How traceback_with_variables, of which the framework makes its records, writes places, values and the error.
WITH_VALUES = "Traceback with variables"
PLACE = re.compile(r'^  File "[^"\n]*", line \d+, in .*$', re.M)
TITLE = 100  # letters of it are compared
KIND = re.compile(r"^([\w.<>]+):", re.M)
WAITING = f"{queue_prefix}Error Log"  # what of a failed request waits in Redis for the framework's job that stores it


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


# --- of what fails elsewhere


def keep_places_alone(log: Document, method: str | None = None) -> None:
	"""Hook of Error Log, before it is stored: without the values, and without the error's own words, which may repeat them. The
	title stays, unless it is these words."""
	log.method, log.error = places_alone(log.method or "", log.error or "")


def places_alone(title: str, error: str) -> tuple[str, str]:
	if WITH_VALUES not in error:
		return title, error
	found = KIND.search(error)
	kind, words = (found[1], error[found.end() :].strip()) if found else ("Error", "")
	is_words = words.startswith(title.strip()[:TITLE])
	return kind if is_words else title, "\n".join([*PLACE.findall(error), kind])


def leave_values_out_of_redis(response: Response | None, request: Request) -> None:
	"""Hook after_request: what the framework has recorded of a request that failed waits in Redis, some minutes, to be stored."""
	if response is None or response.status_code < SERVER_ERROR:
		return
	for _number in range(frappe.cache.llen(WAITING)):
		if row := frappe.cache.lpop(WAITING):  # none where the job was quicker
			log = json.loads(row)
			log["method"], log["error"] = places_alone(log.get("method") or "", log.get("error") or "")
			frappe.cache.rpush(WAITING, json.dumps(log))


def leave_forms_out_of_log_files() -> None:
	"""Hook before_request: the framework's logger, of which each process has one, adds the request's form to every line."""
	for handler in frappe.logger(with_more_info=True).handlers:
		for one in [one for one in handler.filters if isinstance(one, SiteContextFilter)]:
			handler.removeFilter(one)
