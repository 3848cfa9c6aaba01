"""How a message leaves. A driver is a function (Message) -> the provider's number of it, named in the hook `outbox_drivers`
by channel. It raises one of the errors below, in words without a name, number or text of anybody."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
from frappe import _


@dataclass(frozen=True, repr=False)  # no repr: it would stand in tracebacks
class Message:
	"""What is to be sent, in clear, only in memory. `number` is the portal's own, the same at each attempt."""

	number: str
	channel: str
	recipient: str
	text: str
	now: datetime
	template: str | None = None
	parameters: dict[str, str] = field(default_factory=dict)


class SendingFailed(Exception):
	"""Base of what a driver raises."""


class Transient(SendingFailed):
	"""Nobody's fault, or everybody's: to be tried again, not before `wait` where the provider said so."""

	def __init__(self, problem: str, wait: timedelta | None = None) -> None:
		super().__init__(problem)
		self.wait = wait


class Refused(SendingFailed):
	"""It will not go out however often it is tried: a dead letter at once."""


class Unreachable(Refused):
	"""This person cannot be reached by this channel; another one may."""


class NotSetUp(Transient):
	"""Settings are missing. What waits goes out once they are there: saving them ends the pause."""

	def __init__(self, problem: str) -> None:
		super().__init__(problem, timedelta(minutes=15))


def driver_of(channel: str) -> object:
	paths = frappe.get_hooks("outbox_drivers").get(channel)
	if not paths:
		raise NotSetUp(_("No driver sends messages by {0}.").format(channel))
	return frappe.get_attr(paths[-1])
