"""Plays the script on the real paths: what a person does goes through the endpoint or document that the person would use,
as that person, at the time of the portal's clock; the clock ticks; what is queued is done at once.
"""

import shutil
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import frappe
from frappe.model.document import Document

from covid_portal.approval.decisions import decide
from covid_portal.organisation import jobs
from covid_portal.publishing import snapshot
from covid_portal.reporting import api, clock, contests
from covid_portal.reporting.doctype.report_excuse.report_excuse import revoke
from covid_portal.reporting.doctype.report_slot.report_slot import publish
from covid_portal.testing import lasting, province
from covid_portal.testing.case import REPORT, acting
from covid_portal.testing.stepped_time import stepped_time
from covid_portal.testing.ten_days import script
from covid_portal.testing.ten_days.script import COMMUNES, INDICATORS, MERGED, NEW, RETIRED, Act, Slot

TYPE, CODE = "ZZ Ten Days", "ZZT"
CONSOLIDATED = "Consolidated Report"
TICKS = ("06:00", "07:30", "08:00", "08:01", "12:00", "15:30", "16:00", "16:10", "17:05", "20:00")
WAY_OF_THE_QUEUE = ("queue", "job_id", "deduplicate", "enqueue_after_commit")
FIGURES = ("covid_portal.reporting.", "covid_portal.publishing.")


class Stage:
	"""Open until closed: the clock advances a report type of its own alone, figures are published into `folder`."""

	def __init__(self) -> None:
		self.stack, self.jobs = ExitStack(), {}
		self.folder = Path(tempfile.mkdtemp())
		self.stack.callback(shutil.rmtree, self.folder)

	def open(self) -> None:
		self.stack.callback(strike)
		strike()
		self.time = self.stack.enter_context(stepped_time(script.START))
		self.stack.enter_context(patch.object(snapshot, "root", return_value=self.folder))
		self.stack.enter_context(patch("frappe.enqueue", self.queue))
		self.stack.enter_context(patch.object(jobs, "free_id", str))
		self.take_the_place_of_others()
		province.create()
		# Of two types of one DocType, the newest is found.
		newest = dict.fromkeys(("creation", "modified"), "2099-12-31")
		rules = {"grace_minutes": 5, "longest_extension_hours": 72, "republish": 1}
		lasting.create_type(TYPE, CODE, indicator_rows(), active=1, **rules, **newest)
		give_duty("ward", "CHS-ZZ22")
		frappe.db.commit()

	def take_the_place_of_others(self) -> None:
		"""For this process alone: a test that is ended midway leaves the site's own report types and province as they were."""
		advance, setting = clock.advance_type, frappe.db.get_single_value

		def advance_ours(report_type: Document, now: datetime) -> list[Exception]:
			return advance(report_type, now) if report_type.name == TYPE else []

		def show_ours(doctype: str, field: str, *rest: object, **more: object) -> object:
			ours = (doctype, field) == ("Publishing Settings", "province")
			return "ZZ" if ours else setting(doctype, field, *rest, **more)

		self.stack.enter_context(patch.object(clock, "advance_type", advance_ours))
		self.stack.enter_context(patch.object(frappe.db, "get_single_value", show_ours))

	def close(self) -> None:
		self.stack.close()

	def play(self, acts: Iterable[Act], ticks: Iterable[datetime]) -> None:
		"""In the order of true time; a tick before what is done in the same minute."""
		happenings = [(at, 0, None) for at in ticks] + [(act.at, 1, act) for act in acts]
		for at, _order, act in sorted(happenings, key=lambda happening: happening[:2]):
			self.time.now = script.wall(at)
			if act:
				self.act(act)
			else:
				clock.advance_slots(self.time.now)

	def act(self, act: Act) -> None:
		with acting(act.who.replace("-", " ")):
			ACTS[act.does](act)
			frappe.db.commit()
			while self.jobs:
				method, arguments = self.jobs.pop(next(iter(self.jobs)))
				frappe.get_attr(method)(**arguments)
				frappe.db.commit()

	def queue(self, method: str, **arguments: object) -> None:
		"""In place of frappe.enqueue: what the framework queues of its own (mails, notices) is nobody's figure, and nobody in
		this province issues bulletins."""
		if str(method).startswith(FIGURES):
			key = arguments.get("job_id") or (method, str(arguments))
			own = {name: value for name, value in arguments.items() if name not in WAY_OF_THE_QUEUE}
			self.jobs[key] = (method, own)


def ticks_of(day: int) -> list[datetime]:
	times = [script.moment(day, time) for time in TICKS]
	return [at for at in times if not script.is_down(at)]


def indicator_rows() -> list[dict]:
	return [
		{
			"fieldname": name,
			"kind": kind,
			"aggregation": how,
			"cumulative": int(cumulative),
			"mandatory": int(name == "new_cases"),
			"position": position,
		}
		for position, (name, (kind, how, cumulative, _first, _last)) in enumerate(INDICATORS.items(), 1)
		if name != NEW
	]


def give_duty(who: str, unit: str) -> None:
	province.create_user(who)
	province.assign(who, "Reporter", unit)


def strike() -> None:
	"""Take everything down that was committed, the column of the new indicator too."""
	frappe.set_user("Administrator")
	lasting.remove(TYPE, CODE)
	frappe.db.delete("Custom Field", {"fieldname": ("like", f"%{NEW}"), "dt": ("in", (REPORT, CONSOLIDATED))})
	frappe.db.commit()
	for doctype, column in ((REPORT, NEW), (CONSOLIDATED, NEW), (CONSOLIDATED, f"total_{NEW}")):
		frappe.db.sql_ddl(f"alter table `tab{doctype}` drop column if exists `{column}`")
		frappe.clear_cache(doctype=doctype)


# --- what people do


def name_of(slot: Slot) -> str:
	return f"{CODE}-{slot.at:%Y-%m-%d-%H%M}"


def report_of(act: Act) -> str:
	return f"{name_of(act.slot)}-{act.area}"


def send(act: Act) -> None:
	enter(act, submit=True)


def draft(act: Act) -> None:
	enter(act, submit=False)


def enter(act: Act, submit: bool) -> None:
	opened = api.form(name_of(act.slot), act.area)
	api.save(name_of(act.slot), act.area, act.figures, submit=submit, modified=opened["modified"])


def approve(act: Act) -> None:
	decide(REPORT, report_of(act), "Approve")


def send_back(act: Act) -> None:
	decide(REPORT, report_of(act), "Return", "Please look again")


def contest(act: Act) -> None:
	((name, proposed),) = act.figures.items()
	contests.contest(report_of(act), name, proposed, "Three of them live elsewhere")


def settle(act: Act) -> None:
	((_name, value),) = act.figures.items()
	contests.settle(frappe.db.get_value("Figure Contest", {"report": report_of(act)}), "They do", value)


def excuse(act: Act) -> None:
	frappe.get_doc(
		doctype="Report Excuse",
		report_type=TYPE,
		area=act.area,
		from_time=act.slot.at,
		to_time=act.slot.at,
		reason="Flood",
	).insert()


def take_excuse_back(act: Act) -> None:
	revoke(
		frappe.db.get_value("Report Excuse", {"area": act.area, "from_time": act.slot.at}), "It was no flood"
	)


def extend(act: Act) -> None:
	times = {"due_at": act.times["due"], "locks_at": act.times.get("lock")}
	frappe.get_doc(
		doctype="Deadline Extension", slot=name_of(act.slot), area=act.area, reason="No power", **times
	).insert()


def correct(act: Act) -> None:
	rows = [{"fieldname": name, "new_value": value} for name, value in act.figures.items()]
	values = {"slot": name_of(act.slot), "area": act.area, "reason": "Counted twice", "figures": rows}
	correction = frappe.get_doc(doctype="Correction", **values).insert()
	decide("Correction", correction.name, "Submit")


def agree(act: Act) -> None:
	name = frappe.db.get_value("Correction", {"slot": name_of(act.slot), "area": act.area})
	decide("Correction", name, "Approve")


def publish_slot(act: Act) -> None:
	publish(name_of(act.slot))


def add_indicator(act: Act) -> None:
	kind, how, cumulative, *_days = INDICATORS[NEW]
	frappe.get_doc(
		doctype="Indicator",
		report_type=TYPE,
		label="ZZ khẩu trang",
		indicator_group="cases",
		kind=kind,
		aggregation=how,
		cumulative=int(cumulative),
	).insert()


def retire_indicator(act: Act) -> None:
	document = frappe.get_doc("Indicator", f"{TYPE}-{RETIRED}")
	document.valid_to = act.slot.at.date()
	document.save()


def merge(act: Act) -> None:
	district, reporter = COMMUNES[act.area][:2]
	first = act.slot.at.date()
	province.found_commune(act.area, district, lasting.UNIT_TYPE, valid_from=first)
	for former in MERGED[act.area]:
		province.merge(former, script.day_of(COMMUNES[former][3]), **{act.area: 100})
	give_duty(reporter, f"CHS-{act.area}")


def close(act: Act) -> None:
	province.merge(act.area, act.slot.at.date())


ACTS = {"send": send, "draft": draft, "approve": approve, "return": send_back, "contest": contest}
ACTS |= {"settle": settle, "excuse": excuse, "revoke": take_excuse_back, "extend": extend, "correct": correct}
ACTS |= {"agree": agree, "publish": publish_slot, "add": add_indicator, "retire": retire_indicator}
ACTS |= {"merge": merge, "close": close}
