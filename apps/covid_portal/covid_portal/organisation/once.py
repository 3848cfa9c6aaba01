"""What does not change while a batch is worked on, read once for all of it.

For jobs alone that make many documents within a minute: a rule that is changed meanwhile holds from the next job on.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe

FLAG = "covid_portal_read_once"


@contextmanager
def reading_once() -> Iterator[None]:
	"""Inside, functions decorated by read_once() are asked once for the same arguments."""
	frappe.flags[FLAG] = {}
	try:
		yield
	finally:
		frappe.flags[FLAG] = None


def read_once(function: Callable) -> Callable:
	"""Decorator of a function that reads: its arguments can be hashed, and nobody changes what it gives."""

	@functools.wraps(function)
	def wrapper(*arguments: object) -> object:
		read = frappe.flags.get(FLAG)
		if read is None:
			return function(*arguments)
		if (function, arguments) not in read:
			read[function, arguments] = function(*arguments)
		return read[function, arguments]

	return wrapper
