"""Jobs of which one that has not begun is enough, however many changes ask for it.

The framework's own deduplication asks before the commit, and takes a job that runs for one that will see the change: what it
has read already may be of before, and the change would be forgotten. Here a job that runs is followed by another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import frappe
from frappe.utils.background_jobs import get_job_status
from rq.job import JobStatus


def once_after_commit(method: str, name: str, queue: str = "default", **arguments: object) -> None:
	"""As once(), when the change is stored: a job that has not begun by then will read it."""
	frappe.db.after_commit.add(lambda: once(method, name, queue, **arguments))


def once(method: str, name: str, queue: str = "default", **arguments: object) -> None:
	"""Queue a job, unless one of that name waits. For what is stored already."""
	if job_id := free_id(name):
		frappe.enqueue(method, queue=queue, job_id=job_id, deduplicate=True, **arguments)


def free_id(name: str) -> str | None:
	"""None where a job of that name waits. Each of those that run, of which there are as many as workers, keeps its id."""
	for number in count(1):
		job_id = f"{name}-{number}"
		status = get_job_status(job_id)
		if status == JobStatus.QUEUED:
			return None
		if status != JobStatus.STARTED:
			return job_id


@contextmanager
def as_the_portal() -> Iterator[None]:
	"""Inside, what is made and changed is nobody's work: whoever set the job off may still decide on it. In a request, its session
	and form are afterwards what they were, which set_user() by itself would empty."""
	user, session = frappe.session.user, frappe.local.session
	sid, data, form = session.sid, session.data, frappe.local.form_dict
	frappe.set_user("Administrator")
	try:
		yield
	finally:
		frappe.set_user(user)
		session.sid, session.data, frappe.local.form_dict = sid, data, form
