"""A registration to come home as the tests make it: sent from the public form, made by the worker, decided on by its two units."""

import re
import secrets
from datetime import date, timedelta

from portal import Client, Portal, accepted

FORM = "/api/method/covid_portal.citizens.return_form.send"
KIND = "Home Return"
AREA, UNIT, DISTRICT_UNIT = "14848", "UBND-14848", "UBND-384"
NAME, PHONE = "Lê Thị Kiểm Thử", "0912 000 987"


def fields(**values: str) -> dict[str, str]:
	"""As a page without a script sends them."""
	return {
		"area": AREA,
		"origin": "79",
		"origin_level": "4",
		"wanted_on": str(date.today() + timedelta(days=2)),
		"reason": "illness",
		"contact_name": NAME,
		"contact_phone": PHONE,
		"contact_address": "Bản Thử",
		"persons.1.full_name": NAME,
		"persons.1.birth_year": "1990",
		"persons.1.doses": "2",
		"persons.1.last_dose_on": str(date.today() - timedelta(days=90)),
		"persons.2.full_name": "",
		"persons.2.doses": "0",
		"submission_key": secrets.token_hex(16),
		**values,
	}


def widen_limits(administrator: Client) -> None:
	"""All that the tests send comes from one network."""
	names = ("per_network", "per_network_without_proof", "refused_beyond", "per_form")
	names += ("lookups_per_network", "wrong_codes_per_network")
	for doctype, values in (
		("Intake Settings", dict.fromkeys(names, 5000)),
		("Home Return Settings", {"deciding_unit_type": "CPC"}),
	):
		assert administrator.put(f"/api/resource/{doctype}/{doctype}", **values).ok


def send(client: Client, **values: str) -> dict:
	answer = client.request("POST", FORM, data=fields(**values))
	assert answer.ok, answer.text[:500]
	return answer.json()["message"]


def made(portal: Portal, administrator: Client, codes: list[str]) -> list[str]:
	"""Names of the registrations, released from the review and made by the worker."""
	waiting = [row["name"] for row in administrator.rows("Intake Outcome", {"kind": KIND, "state": "Held"})]
	portal.inside(
		"frappe.set_user('Administrator')\n"
		f"for name in {waiting!r}: frappe.db.set_value('Intake Outcome', name, {{'state': 'Waiting', 'next_try_at': '2000-01-01'}})\n"
		"frappe.db.commit()\n"
		"from covid_portal.citizens import intake\n"
		"intake.work(frappe.utils.now_datetime())\n"
	)
	found = portal.inside(
		"from covid_portal.citizens import codes\n"
		f"for code in {codes!r}: print(frappe.db.get_value('Home Return', {{'intake': codes.find(code)}}))"
	)
	return found.split()


def decide(client: Client, name: str) -> None:
	accepted(
		client.call("covid_portal.approval.decisions.decide", doctype=KIND, name=name, decision="Approve")
	)


def approved(portal: Portal, administrator: Client, commune: Client, district: Client) -> tuple[str, str]:
	"""(code, number) of a registration that has its day."""
	code = send(portal.guest())["code"]
	(name,) = made(portal, administrator, [code])
	decide(commune, name)
	decide(district, name)
	return code, name


def token(portal: Portal, number: str) -> str:
	"""What the QR code of its receipt holds."""
	said = portal.inside(
		"from covid_portal.citizens import receipts\n"
		f"print(receipts.token(frappe.get_doc('Home Return', {number!r})))"
	)
	return re.search(r"VQ1:[A-Z0-9:-]+", said)[0]
