"""Stores slots behind the reading of the next ones, in their order: a thread writes the rows, a process of its own
consolidates them. The database then works while the next slot is read and checked.

What was begun is finished before anything is raised or the loading ends, so that what a person is told is so. Where the
loading itself is killed, the process ends with it, and its slots are loaded again by the next run (history.py).
"""

import gc
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

import frappe

from covid_portal.reporting.consolidation import consolidate
from covid_portal.reporting.spreadsheet.quick_writer import QuickWriter, Rows

MOST_UNDER_WAY = 4  # slots; more would only take memory


@contextmanager
def storing(writer: QuickWriter) -> Iterator["Storing"]:
	"""Behind the reading, where the writer has a connection of its own to write by."""
	found = StoringBehind(writer) if writer.connection else Storing(writer)
	try:
		yield found
	finally:
		found.close()


class Storing:
	"""Each slot is stored before the next one is read, by the caller's connection."""

	def __init__(self, writer: QuickWriter) -> None:
		self.writer = writer

	def store(self, rows: Rows, slot: str, owed_before: bool) -> None:
		"""Write the slot's rows and consolidate it. `owed_before`: its obligations are not among the rows."""
		self.writer.write(rows)
		settle(slot, owed_before)

	def wait(self) -> None:
		"""Until all slots are stored. Raises what went wrong with the first that is not."""

	def close(self) -> None:
		"""The same; no more are given."""
		self.wait()


class StoringBehind(Storing):
	"""Each slot is stored while the next ones are read; what goes wrong is raised with one of these, or by wait().

	After a slot that failed none is stored: totals are carried on from slot to slot.
	"""

	def __init__(self, writer: QuickWriter) -> None:
		super().__init__(writer)
		here = (frappe.local.site, frappe.local.sites_path, frappe.session.user)
		# Forked, so that it starts at once, and before there is a thread whose locks it would copy.
		fork = get_context("fork")
		self.ours, theirs = fork.Pipe()
		self.process = fork.Process(target=settle_all, args=(theirs, self.ours, writer, here), daemon=True)
		self.process.start()
		theirs.close()
		self.thread = ThreadPoolExecutor(1, initializer=connect, initargs=here)
		self.under_way: deque[Future] = deque()
		self.failed = False

	def store(self, rows: Rows, slot: str, owed_before: bool) -> None:
		while len(self.under_way) >= MOST_UNDER_WAY:
			self.wait_for_one()
		self.under_way.append(self.thread.submit(self.write, rows, slot, owed_before))

	def write(self, rows: Rows, slot: str, owed_before: bool) -> bool:
		"""In the thread: whether the rows were written, and the process will answer."""
		if self.failed:
			return False
		try:
			self.writer.write(rows)
			self.ours.send((slot, owed_before))
			return True
		except BaseException:
			self.failed = True
			raise

	def wait_for_one(self) -> None:
		if self.under_way.popleft().result() and (error := self.ours.recv()):
			raise error

	def wait(self) -> None:
		while self.under_way:
			self.wait_for_one()

	def close(self) -> None:
		try:
			self.wait()
		finally:
			self.thread.submit(frappe.destroy)
			self.thread.shutdown()
			self.ours.close()
			self.process.join()


def settle_all(requests: Connection, parents_end: Connection, writer: QuickWriter, here: tuple) -> None:
	"""The process: settles each slot it is told of and answers with None, or with what went wrong; after that, with None
	alone. Ends when nobody is there to tell it more."""
	signal.signal(
		signal.SIGINT, signal.SIG_IGN
	)  # Ctrl-C reaches both: who loads has this one finish what was begun
	parents_end.close()
	writer.connection = None  # a connection that lives on here would keep its locks when who loads is killed
	connect(*here)
	gc.collect()
	failed = False
	with suppress(EOFError, BrokenPipeError):
		while True:
			slot, owed_before = requests.recv()
			answer = None if failed else settled(slot, owed_before)
			failed = failed or answer is not None
			requests.send(answer)


def settled(slot: str, owed_before: bool) -> Exception | None:
	try:
		settle(slot, owed_before)
	except Exception as error:
		frappe.db.rollback()
		return error
	return None


def connect(site: str, sites_path: str, user: str) -> None:
	"""A connection of its own: what the process has copied of its parent's is let go."""
	frappe.init(site=site, sites_path=sites_path, force=True)
	frappe.connect()
	frappe.set_user(user)


def settle(slot_name: str, owed_before: bool) -> None:
	"""Obligations that were there before follow their reports; figures are consolidated."""
	if owed_before:
		update_obligations(slot_name)
	consolidate(slot_name)
	frappe.db.commit()  # the unit of work: what was loaded stays, whatever comes of the next slot


def update_obligations(slot_name: str) -> None:
	report_type = frappe.get_cached_doc(
		"Report Type", frappe.db.get_value("Report Slot", slot_name, "report_type")
	)
	frappe.db.sql(
		f"""update `tabReport Obligation` owed join `tab{report_type.document_type}` report
			on report.slot = owed.slot and report.area = owed.area
		set owed.state = 'Accepted', owed.report = report.name, owed.submitted_at = report.submitted_at,
			owed.accepted_at = report.submitted_at,
			owed.on_time = report.submitted_at <= date_add(owed.due_at, interval %(grace)s minute)
		where owed.slot = %(slot)s""",
		{"slot": slot_name, "grace": report_type.grace_minutes or 0},
	)
