"""People who come home to the test province: rules, reasons, an origin, and registrations as the public form sends them."""

import secrets
from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime, today

from covid_portal.approval.decisions import decide
from covid_portal.citizens import intake
from covid_portal.citizens.home_return import HomeReturnMaker
from covid_portal.testing.case import acting
from covid_portal.testing.province import COMMUNE, assign

ORIGIN, HARD, EASY = "zz-far", "zz-hard", "zz-easy"
KIND = "Home Return"
NAME, PHONE, STREET = "Phạm Thị Thử Nghiệm", "0912 000 345", "Thôn Thử, số 7"


def prepare(persons_per_day: int = 20, approver: str = "stranger") -> None:
	"""Inside the caller's transaction."""
	frappe.get_doc(doctype="Return Origin", code=ORIGIN, origin_name="Nơi xa").insert()
	for code, weight in ((HARD, 90), (EASY, 10)):
		frappe.get_doc(
			doctype="Return Reason", code=code, reason_name=code, reason_name_en=code, weight=weight
		).insert()
	frappe.get_doc(doctype="Origin Level", origin=ORIGIN, level=4, valid_from="2021-01-01").insert()
	rule("zz-none", 0, "Home quarantine", 14, "1, 14")
	rule("zz-full", 2, "Self-monitoring", 7, "")
	settings = frappe.get_single("Home Return Settings")
	settings.update({"deciding_unit_type": "CPC", "persons_per_day": persons_per_day, "days_ahead": 5})
	settings.save()
	assign(approver, "Approver", "CPC-ZZ11")


def rule(state: str, doses: int, measure: str, days: int, tests: str) -> None:
	"""A state of immunity above all of the site's own, and what the level 4 asks of it."""
	frappe.get_doc(
		doctype="Immunity State",
		code=state,
		state_name=state,
		state_name_en=state,
		priority=900 + doses,
		min_doses=doses,
	).insert()
	texts = dict.fromkeys(("obligation", "obligation_en", "reason", "reason_en", "reference"), measure)
	frappe.get_doc(
		doctype="Arrival Rule",
		code=f"{state}-4",
		level=4,
		immunity=state,
		valid_from="2021-01-01",
		measure=measure,
		days=days,
		monitoring_days=7,
		test_days=tests,
		**texts,
	).insert()


def person(**values: object) -> dict:
	return {"full_name": NAME, "birth_year": "1980", "id_number": "038080001234", "doses": "0", **values}


def payload(count: int = 1, **values: object) -> dict:
	return {
		"area": COMMUNE,
		"origin": ORIGIN,
		"wanted_on": today(),
		"reason": EASY,
		"contact_name": NAME,
		"contact_phone": PHONE,
		"contact_address": STREET,
		"persons": [person() for _number in range(count)],
		**values,
	}


def receive(count: int = 1, **values: object) -> tuple[str, str]:
	"""(code, name of the outcome) of a registration that was sent and waits for the worker."""
	code = intake.receive(KIND, "Web", payload(count, **values), secrets.token_hex(16))
	return code, frappe.get_all("Intake Outcome", pluck="name", order_by="creation desc, name", limit=1)[0]


def register(count: int = 1, **values: object) -> Document:
	"""As the worker makes it; it waits at its first step."""
	_code, outcome = receive(count, **values)
	intake.make_locked(outcome)
	return frappe.get_doc(KIND, frappe.db.get_value("Intake Outcome", outcome, "reference_name"))


def draft() -> Document:
	"""One that nobody has sent."""
	_code, outcome = receive()
	sent = frappe.get_doc("Intake", frappe.db.get_value("Intake Outcome", outcome, "intake"))
	maker = HomeReturnMaker()
	return maker.insert(sent, maker.check(payload()))


def approve(doc: Document) -> Document:
	for who in ("stranger", "other line"):
		with acting(who):
			decide(KIND, doc.name, "Approve")
	return frappe.get_doc(KIND, doc.name)


def approved(count: int = 1, **values: object) -> Document:
	return approve(register(count, **values))


def day(days: int) -> str:
	return add_days(today(), days)


def later(days: int) -> datetime:
	return frappe.utils.add_to_date(now_datetime(), days=days)
