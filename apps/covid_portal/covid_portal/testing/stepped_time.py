"""The portal's clock set by hand: inside stepped_time(), nothing of the app or of the framework's own stamps knows another."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe


class SteppedTime:
	"""`now` as it was set, a microsecond later each time it is asked: no two moments are the same, as with a real clock."""

	def __init__(self, now: datetime) -> None:
		self.now, self.asked = now, 0

	def __call__(self) -> datetime:
		self.asked = self.asked % 999_999 + 1
		return self.now + timedelta(microseconds=self.asked)


@contextmanager
def stepped_time(now: datetime) -> Iterator[SteppedTime]:
	"""now_datetime() gives what is set on the yielded object: wherever it has been imported to, today() and now() included."""
	clock, real = SteppedTime(now), frappe.utils.now_datetime
	modules = [
		module for module in list(sys.modules.values()) if getattr(module, "now_datetime", None) is real
	]
	with ExitStack() as stack:
		for module in modules:
			stack.enter_context(patch.object(module, "now_datetime", clock))
		yield clock
