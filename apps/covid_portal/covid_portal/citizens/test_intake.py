"""Intake: stored as it came, answered with a code, made into a document exactly once, or seen by the operator."""

import threading
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import AppendOnly
from covid_portal.citizens import codes, intake, review
from covid_portal.privacy import keys

CLEAR = "Nguyễn Thị Bí Mật"


class Notes:
	"""A maker whose documents are the framework's own tasks: what is tested here is the way to them."""

	fails = False

	def check(self, payload: dict) -> dict:
		if not payload.get("text"):
			raise intake.InvalidSubmission({"text": "Say something."})
		return {"text": payload["text"]}

	def make(self, intake: frappe.model.document.Document, payload: dict) -> frappe.model.document.Document:
		if Notes.fails:
			raise RuntimeError(f"broke over {payload['text']}")
		return frappe.get_doc(doctype="ToDo", description=f"zz {intake.name}").insert()


class TestIntake(FrappeTestCase):
	def setUp(self) -> None:
		keys.ensure()
		frappe.set_user("Administrator")
		Notes.fails = False
		# The kinds have makers of their own; here it is the way to them that is tried.
		maker = patch.object(intake, "maker_of", lambda kind: Notes())
		maker.start()
		self.addCleanup(self.remove, now_datetime().replace(microsecond=0))
		self.addCleanup(maker.stop)

	def remove(self, since) -> None:
		"""The worker commits."""
		frappe.db.rollback()
		rows = frappe.get_all(
			"Intake", {"received_at": (">=", since), "submission_key": ("like", "zz-%")}, ["name", "subject"]
		)
		for doctype, field, values in (
			("Intake Outcome", "name", [row.name for row in rows]),
			("Data Subject", "name", [row.subject for row in rows]),
			("Personal Access", "subject", [row.subject for row in rows]),
			("Intake", "name", [row.name for row in rows]),
		):
			frappe.db.delete(doctype, {field: ("in", [*values, ""])})
		frappe.db.delete("ToDo", {"description": ("like", "zz %")})
		frappe.db.delete("Error Log", {"method": ("like", "intake %")})
		frappe.db.delete("Notification Log", {"document_type": "Intake Outcome"})
		frappe.db.commit()

	def send(self, text: str = CLEAR, key: str | None = None, **values) -> str:
		key = key or f"zz-{frappe.generate_hash(length=30)}"
		return intake.receive("Petition", "Web", {"text": text}, key, **values)

	def outcome(self, code: str) -> frappe._dict:
		return frappe.db.get_value("Intake Outcome", codes.find(code), "*", as_dict=True)

	def test_it_is_stored_sealed_and_found_by_its_code(self):
		code = self.send()
		stored = frappe.db.sql("select * from tabIntake where name = %s", codes.find(code), as_dict=True)[0]
		self.assertNotIn("Bí Mật", str(stored))
		self.assertNotIn(code, str(stored))
		document = frappe.get_doc("Intake", stored.name)
		self.assertEqual(intake.payload_of(document)["form"], {"text": CLEAR})
		self.assertEqual(intake.code_of(document), code)
		self.assertIsNone(codes.find(codes.new_code("Petition")))

	def test_the_same_key_gives_the_same_code_and_other_content_is_refused(self):
		key = f"zz-{frappe.generate_hash(length=30)}"
		code = self.send(key=key)
		subjects = frappe.db.count("Data Subject")
		self.assertEqual(self.send(key=key), code)
		self.assertEqual(frappe.db.count("Data Subject"), subjects, "a subject of nothing")
		self.assertEqual(frappe.db.count("Intake", {"submission_key": key}), 1)
		self.assertRaises(intake.SubmissionKeyReused, self.send, "Something else", key)
		self.assertRaises(intake.InvalidSubmissionKey, self.send, CLEAR, "short")

	def test_a_form_pressed_twice_at_once_has_one_code(self):
		frappe.db.commit()
		frappe.db.count("Intake")  # from now on this transaction sees what has been there before
		key, given = f"zz-{frappe.generate_hash(length=30)}", []
		other = threading.Thread(target=send_in_a_thread, args=(frappe.local.site, key, given))
		other.start()
		other.join()
		self.assertEqual([self.send(key=key)], given)

	def test_what_lacks_something_is_not_stored(self):
		before = frappe.db.count("Intake")
		with self.assertRaises(intake.InvalidSubmission) as caught:
			self.send("")
		self.assertEqual(caught.exception.problems, {"text": "Say something."})
		self.assertEqual(frappe.db.count("Intake"), before)

	def test_it_is_written_once(self):
		document = frappe.get_doc("Intake", codes.find(self.send()))
		self.assertRaises(AppendOnly, document.save)
		self.assertRaises(AppendOnly, document.delete)

	def test_the_worker_makes_it_once_however_often_it_runs(self):
		code = self.send()
		frappe.db.commit()
		intake.work(now_datetime())
		intake.work(now_datetime())
		outcome = self.outcome(code)
		self.assertEqual((outcome.state, outcome.reference_doctype), (intake.MADE, "ToDo"))
		self.assertEqual(frappe.db.count("ToDo", {"description": f"zz {outcome.name}"}), 1)

	def test_two_workers_at_once_make_each_once(self):
		names = [codes.find(self.send(f"{CLEAR} {number}")) for number in range(6)]
		frappe.db.commit()
		site = frappe.local.site
		workers = [threading.Thread(target=work_in_a_thread, args=(site,)) for _worker in range(2)]
		for worker in workers:
			worker.start()
		for worker in workers:
			worker.join()
		frappe.db.rollback()
		for name in names:
			self.assertEqual(frappe.db.get_value("Intake Outcome", name, "state"), intake.MADE)
			self.assertEqual(frappe.db.count("ToDo", {"description": f"zz {name}"}), 1)

	def test_a_job_lets_others_pass_and_has_another_one_go_on(self):
		names = [codes.find(self.send(f"{CLEAR} {number}")) for number in range(3)]
		frappe.db.commit()
		called = []
		with (
			patch.object(intake, "JOB_SECONDS", -1),
			patch.object(intake, "kick", lambda: called.append("again")),
		):
			intake.tick()
			self.assertEqual(called, ["again"])
			self.assertFalse(frappe.db.count("Intake Outcome", {"name": ("in", names), "state": intake.MADE}))
		with patch.object(intake, "kick", lambda: called.append("again")):
			intake.tick()
		self.assertEqual(frappe.db.count("Intake Outcome", {"name": ("in", names), "state": intake.MADE}), 3)
		self.assertEqual(called, ["again"])

	def test_a_failure_is_tried_again_and_says_nothing_of_what_was_written(self):
		code, now = self.send(), now_datetime()
		frappe.db.commit()
		Notes.fails = True
		intake.work(now)
		outcome = self.outcome(code)
		self.assertEqual((outcome.state, outcome.attempts), (intake.FAILED, 1))
		logged = frappe.get_all(
			"Error Log", {"method": ("like", f"intake {outcome.name}%")}, ["method", "error"]
		)
		self.assertTrue(logged)
		for text in (outcome.error, str(logged)):
			self.assertNotIn("Bí Mật", text)
		Notes.fails = False
		intake.work(now)
		self.assertEqual(self.outcome(code).state, intake.FAILED, "not before its time")
		intake.work(now + timedelta(minutes=intake.PAUSES[0], seconds=1))
		self.assertEqual(self.outcome(code).state, intake.MADE)

	def test_a_dead_end_is_seen_and_can_be_tried_again(self):
		code, now = self.send(), now_datetime()
		frappe.db.commit()
		Notes.fails = True
		for pause in (0, *intake.PAUSES):
			now += timedelta(minutes=pause, seconds=1)
			intake.work(now)
		self.assertEqual(self.outcome(code).state, intake.DEAD)
		Notes.fails = False
		review.release([self.outcome(code).name])
		intake.work(now_datetime())
		self.assertEqual(self.outcome(code).state, intake.MADE)

	def test_documents_are_the_portals_own_and_in_the_sites_language(self):
		seen = []

		def make(self, intake, payload):
			seen.append((frappe.session.user, frappe.local.lang))
			return frappe.get_doc(doctype="ToDo", description=f"zz {intake.name}").insert()

		self.send()
		frappe.db.commit()
		self.addCleanup(setattr, frappe.local, "lang", frappe.local.lang)
		with patch.object(Notes, "make", make), patch.object(intake, "default_language", lambda: "vi"):
			frappe.set_user("Guest")
			frappe.local.lang = "en"
			intake.called()
		self.assertEqual(seen, [("Administrator", "vi")])

	def test_a_job_stays_for_what_comes_next_and_no_other_is_called(self):
		sent, calls = [], []

		def send_and_commit(*_seconds) -> None:
			sent.append(self.send())
			frappe.db.commit()

		self.leave_unmarked()
		with (
			patch.object(intake.frappe, "enqueue", calls.append),
			patch.object(intake.time, "sleep", lambda _seconds: len(sent) < 2 and send_and_commit()),
		):
			send_and_commit()
			intake.called()
			self.assertEqual([self.outcome(code).state for code in sent], [intake.MADE] * 2)
			self.assertEqual(len(calls), 1)
			send_and_commit()
			self.assertEqual(len(calls), 2)

	def test_what_is_stored_as_a_job_ends_is_made_by_it(self):
		sent = []

		def send_and_commit() -> None:
			sent.append(self.send())
			frappe.db.commit()

		self.leave_unmarked()
		with patch.object(intake.frappe, "enqueue"), patch.object(intake, "stay", send_and_commit):
			intake.called()
		self.assertEqual(self.outcome(sent[0]).state, intake.MADE)

	def test_where_many_wait_another_job_may_be_called_at_once(self):
		self.leave_unmarked()
		with patch.object(intake.frappe, "enqueue") as enqueue, patch.object(intake, "BATCH", 2):
			for _number in range(2):
				self.send()
			frappe.db.commit()
			with patch.object(intake, "tick", lambda: (self.send(), frappe.db.commit())):
				intake.called()
			self.assertEqual(enqueue.call_count, 2)

	def leave_unmarked(self) -> None:
		"""As if no job were called."""
		frappe.cache.delete(frappe.cache.make_key(intake.KICK))
		self.addCleanup(frappe.cache.delete, frappe.cache.make_key(intake.KICK))

	def test_what_is_held_waits_for_the_operator(self):
		code = self.send(held="Without a proof of work")
		frappe.db.commit()
		intake.work(now_datetime())
		name = self.outcome(code).name
		self.assertEqual(self.outcome(code).state, intake.HELD)
		self.assertEqual(review.look(name, "Is it a petition?")["told"], [("text", CLEAR)])
		self.assertEqual(frappe.get_last_doc("Personal Access", {"reference_name": name}).channel, "Review")
		review.refuse([name], "An advertisement")
		intake.work(now_datetime())
		self.assertEqual(self.outcome(code).state, intake.REFUSED)
		review.release([name])
		intake.work(now_datetime())
		self.assertEqual(self.outcome(code).state, intake.MADE)
		self.assertRaises(review.NotForReview, review.release, [name])

	def test_nobody_but_an_operator_reviews(self):
		name = codes.find(self.send(held="Held"))
		frappe.set_user("Guest")
		self.addCleanup(frappe.set_user, "Administrator")
		self.assertRaises(frappe.PermissionError, review.release, [name])
		self.assertRaises(frappe.PermissionError, review.refuse, [name], "For no reason")


def send_in_a_thread(site: str, key: str, given: list[str]) -> None:
	frappe.init(site=site)
	frappe.connect()
	try:
		given.append(intake.receive("Petition", "Web", {"text": CLEAR}, key))
		frappe.db.commit()
	finally:
		frappe.destroy()


def work_in_a_thread(site: str) -> None:
	frappe.init(site=site)
	frappe.connect()
	try:
		intake.work(now_datetime())
	finally:
		frappe.destroy()
