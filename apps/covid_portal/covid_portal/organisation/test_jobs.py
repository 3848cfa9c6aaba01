"""Jobs that are queued once: in the bench's own queue, where no worker listens under this name."""

from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase
from frappe.utils.background_jobs import get_queue
from rq.job import JobStatus

from covid_portal.organisation import jobs

METHOD = "frappe.ping"


class TestJobs(FrappeTestCase):
	def setUp(self) -> None:
		self.enterContext(patch.dict(frappe.local.conf, bench_id=frappe.generate_hash(length=10)))
		self.queue = get_queue("default")
		self.addCleanup(self.queue.delete)

	def ask(self, name: str = "refresh") -> None:
		jobs.once(METHOD, name, slot="S1")

	def begin(self) -> None:
		"""As a worker does: the first one leaves the queue and runs."""
		job = self.queue.jobs[0]
		self.queue.remove(job)
		job.set_status(JobStatus.STARTED)
		self.addCleanup(job.delete)

	def test_one_that_waits_is_enough(self) -> None:
		self.ask()
		self.ask()
		[job] = self.queue.jobs
		self.assertEqual((job.kwargs["method"], job.kwargs["kwargs"]), (METHOD, {"slot": "S1"}))
		self.ask("another")
		self.assertEqual(len(self.queue.jobs), 2)

	def test_one_that_runs_has_read_before_the_change_and_is_followed_by_another(self) -> None:
		for _each in range(3):  # as many workers
			self.ask()
			self.ask()
			self.assertEqual(len(self.queue.jobs), 1)
			self.begin()

	def test_one_that_is_done_is_no_reason_to_queue_none(self) -> None:
		for status in (JobStatus.FINISHED, JobStatus.FAILED):
			self.ask()
			[job] = self.queue.jobs
			self.queue.remove(job)
			job.set_status(status)
		self.ask()
		self.assertEqual(len(self.queue.jobs), 1)

	def test_what_runs_is_looked_at_when_the_change_is_stored_not_when_it_is_asked_for(self) -> None:
		self.ask()
		with patch.object(frappe.db, "after_commit") as stored:
			jobs.once_after_commit(METHOD, "refresh", slot="S1")
		self.begin()
		self.assertEqual(self.queue.jobs, [])
		stored.add.call_args.args[0]()
		self.assertEqual(len(self.queue.jobs), 1)

	def test_what_is_done_as_the_portal_leaves_a_requests_session_and_form_as_they_were(self) -> None:
		session = frappe.local.session
		session.data["csrf_token"] = "zz"
		self.addCleanup(session.data.pop, "csrf_token")
		before = (session.user, session.sid, session.data, frappe.local.form_dict)
		with jobs.as_the_portal():
			self.assertEqual(frappe.session.user, "Administrator")
		self.assertEqual(before, (session.user, session.sid, session.data, frappe.local.form_dict))
		self.assertIs(session.data, before[2])
