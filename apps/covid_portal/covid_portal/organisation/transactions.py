"""A request whose transaction the database has undone begins again."""

from collections.abc import Callable
from typing import Any

import frappe

ATTEMPTS = 3


def begin_again_on(
	errors: type[Exception] | tuple[type[Exception], ...], act: Callable, *arguments: Any
) -> Any:
	"""What act(*arguments) gives back; after one of the errors it is done anew, up to three times in all.

	Only for an act that is the whole of its request: everything done before is rolled back with it.
	"""
	for _attempt in range(ATTEMPTS - 1):
		try:
			return act(*arguments)
		except errors:
			frappe.db.rollback()
			frappe.clear_messages()
	return act(*arguments)
