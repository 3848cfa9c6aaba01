"""What strangers send to an endpoint that is open to everybody: where it does not fit they are told so in a sentence.

The framework answers a wrong type with 417 and no word, and a value that is missing with 500.
"""

import functools
import inspect
from collections.abc import Callable

import frappe
from frappe import _
from frappe.exceptions import FrappeTypeError
from frappe.utils.typing_validations import transform_parameter_types


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
