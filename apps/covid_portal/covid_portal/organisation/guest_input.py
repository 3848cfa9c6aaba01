"""What strangers send to an endpoint that is open to everybody: where it does not fit they are told so in a sentence.

The framework answers a wrong type with 417 and no word, and a value that is missing, or JSON that cannot be read, with 500.
"""

import functools
import inspect
import json
from collections.abc import Callable

import frappe
from frappe import _
from frappe.exceptions import FrappeTypeError
from frappe.utils.typing_validations import transform_parameter_types
from werkzeug.wrappers import Request, Response

from covid_portal.organisation.post import default_language, language

SERVER_ERROR, BAD_REQUEST = 500, 400


class NotUnderstood(frappe.ValidationError):
	"""A value is missing or of another type than the endpoint's signature says; the message names it."""

	http_status_code = 400


def checked(function: Callable) -> Callable:
	"""Decorator of an endpoint, below @frappe.whitelist (and @rate_limit): its arguments are held against its signature here.
	Raises NotUnderstood."""
	signature = inspect.signature(function)

	@functools.wraps(function)
	def wrapper(*args: object, **kwargs: object) -> object:
		given = signature.bind_partial(*args, **kwargs).arguments
		for name, parameter in signature.parameters.items():
			if name not in given and parameter.default is inspect.Parameter.empty:
				refuse(name)
		return function(**{name: fitting(function, name, value) for name, value in given.items()})

	wrapper.__annotations__ = {}  # by these the framework would check first
	return wrapper


def fitting(function: Callable, name: str, value: object) -> object:
	try:
		return transform_parameter_types(function, (), {name: value})[1][name]
	except FrappeTypeError:
		refuse(name)


def refuse(name: str) -> None:
	frappe.throw(
		_("{0} is missing or not of the kind expected. Reload the page and send it again.").format(name),
		NotUnderstood,
	)


# --- what the framework reads before any endpoint is asked


def leave_out_nameless() -> None:
	"""Hook before_request: a field of a form whose name cannot be read is none. The framework would hand it on as an argument,
	and then stumble over it once more where it writes down that it has stumbled."""
	for name in [name for name in frappe.form_dict if not isinstance(name, str)]:
		del frappe.form_dict[name]


def answer_unreadable(response: Response | None, request: Request) -> None:
	"""Hook after_request: whoever sends JSON that cannot be read is at fault, and is told so; nothing of the inside."""
	if response is None or response.status_code != SERVER_ERROR or is_readable(request):
		return
	with language(default_language()):
		sentence = _("What was sent is no JSON that can be read.")
	response.status_code, response.mimetype = BAD_REQUEST, "application/json"
	response.set_data(json.dumps({"problem": sentence}, ensure_ascii=False))


def is_readable(request: Request) -> bool:
	if not request.is_json:
		return True
	try:
		json.loads(request.get_data(as_text=True) or "null")
	except (ValueError, RecursionError):
		return False
	return True
