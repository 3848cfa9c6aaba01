"""What leaves the portal beside the Desk's bell: e-mail through the framework's queue, and channels that modules register."""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import frappe

# (messages: list of Message as dicts) -> None, writing to an outbox of theirs; see hooks.py.
HOOK = "report_notice_channels"


@dataclass(kw_only=True)
class Message:
	"""One notice for one user, in his language. `subject` says it all; `lines` name what it is about; `mail_subject` is the
	same for many. `slot`: the one it is about, where it is about one."""

	kind: str
	user: str
	language: str
	subject: str
	mail_subject: str
	lines: list[str]
	link: str
	document_type: str
	document_name: str
	slot: str | None = None


def default_language() -> str:
	"""The site's, for those who have chosen none."""
	return frappe.db.get_default("lang") or "vi"


@contextmanager
def language(code: str) -> Iterator[None]:
	before = frappe.local.lang
	frappe.local.lang = code
	try:
		yield
	finally:
		frappe.local.lang = before


def in_the_sites_language(job: Callable) -> Callable:
	"""Decorator of a job, or of what the scheduler calls: neither has a language, and what they write would be English."""

	@functools.wraps(job)
	def wrapper(*args: object, **kwargs: object) -> object:
		with language(default_language()):
			return job(*args, **kwargs)

	return wrapper


def has_outgoing_account() -> bool:
	return bool(frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}))


def mail_body(subject: str, lines: Iterable[str], page: str) -> str:
	escape = frappe.utils.escape_html
	listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
	address = escape(frappe.utils.get_url(page))
	return (
		f"<p>{escape(subject)}</p>"
		+ (f"<ul>{listed}</ul>" if listed else "")
		+ f'<p><a href="{address}">{address}</a></p>'
	)


def hand_over(messages: Iterable[Message]) -> None:
	"""To the channels that modules above have registered. They write to an outbox of theirs, in this transaction; what
	fails there is undone and logged, and stops nobody else."""
	rows = [asdict(message) for message in messages]
	for path in frappe.get_hooks(HOOK):
		frappe.db.savepoint("notice_channel")
		try:
			frappe.get_attr(path)(rows)
		except Exception:
			frappe.db.rollback(save_point="notice_channel")
			frappe.log_error(f"Notices: {path}")
