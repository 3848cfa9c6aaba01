"""Zalo over HTTP: the portal's webhook, worker and outbox with a stand-in that checks what it is handed."""

import importlib.util
import json
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
import requests
from portal import DECIDE, Client, Portal, accepted, has_traceback, refused, wait_until

SETTINGS = "Channel Settings"
PERSON = "7000000000000000042"
ACTS = "covid_portal.citizens.petition_acts"
COMMUNE = "UBND-14848"
WEBHOOK = "/api/method/covid_portal.channels.zalo_webhook.receive"


def load_standin() -> ModuleType:
	file = Path(__file__).parents[1] / "standins" / "zalo.py"
	spec = importlib.util.spec_from_file_location("standin_zalo", file)
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module


@pytest.fixture(scope="module")
def zalo(portal: Portal, administrator: Client) -> Iterator:
	"""The stand-in, and the portal set up to know it as Zalo."""
	with load_standin().running(portal.base_url) as (standin, address):
		portal.bench("set-config", "channel_test_server", address)
		account = {f"zalo_{key}": value for key, value in standin.account.items() if key != "sms_secret"}
		answer = administrator.put(f"/api/resource/{SETTINGS}/{SETTINGS}", zalo_enabled=1, **account)
		assert answer.ok, answer.text
		yield standin
		administrator.put(f"/api/resource/{SETTINGS}/{SETTINGS}", zalo_enabled=0)
		portal.bench("set-config", "channel_test_server", "")


@pytest.fixture
def events(administrator: Client) -> Callable[[], list[dict]]:
	return lambda: administrator.rows("Inbound Event", [], ["name", "state", "kind"], order_by="name")


@pytest.fixture
def send(guest: Client) -> Callable[..., requests.Response]:
	def post(body: bytes, headers: dict[str, str]) -> requests.Response:
		return guest.request("POST", WEBHOOK, data=body, headers=headers)

	return post


def test_a_message_is_taken_once_and_worked_on(zalo, events) -> None:
	before = len(events())
	event = zalo.event(PERSON, "Xin chào")
	assert [zalo.deliver(event), zalo.deliver(event)] == [200, 200]
	wait_until(lambda: [row["state"] for row in events()[before:]] == ["Done"])


def test_what_zalo_did_not_sign_is_refused_and_not_kept(zalo, events, send) -> None:
	before = len(events())
	body, headers = zalo.signed(zalo.event(PERSON, "giả"))
	refused(send(body, {**headers, "X-ZEvent-Signature": "mac=" + "0" * 64}), 403)
	refused(send(body + b" ", headers), 403)
	refused(send(body, {"Content-Type": "application/json"}), 403)
	assert len(events()) == before


def test_a_replayed_event_is_refused(zalo, send) -> None:
	old = zalo.event(PERSON, "cũ", at=time.time() - timedelta(hours=3).total_seconds())
	refused(send(*zalo.signed(old)), 403)


def test_what_is_no_event_gets_a_clear_answer(zalo, guest, send) -> None:
	headers = {"Content-Type": "text/plain"}
	refused(send(b"no json", headers), 400)
	refused(send(b"x" * 70_000, headers), 413)
	for body in (b"[]", b"{", b"\xff\xfe\x00"):  # some of them the framework refuses before us
		answer = send(body, {"Content-Type": "application/json"})
		assert answer.status_code >= 400 and not has_traceback(answer), answer.text[:500]
	assert guest.get(WEBHOOK).status_code in (403, 405)


def test_an_answer_goes_out_by_the_worker(zalo, portal) -> None:
	zalo.say(PERSON, "Tôi cần giúp")
	post = f"from covid_portal.channels import outbox\nprint(outbox.post('Zalo', '{PERSON}', 'Đã nhận', key=frappe.generate_hash()))\n"
	wait_until(
		lambda: portal.inside(
			"print(frappe.db.exists('Conversation', {'last_received_at': ('is', 'set')}) or '')"
		).strip()
	)
	portal.inside(post + "frappe.db.commit()")
	wait_until(lambda: "Đã nhận" in zalo.texts(PERSON))
	assert zalo.renewals == 1


def test_from_a_message_to_the_published_answer(zalo, administrator, client, person) -> None:
	"""Message, photo and consent of a person; handed on to the commune; its answer, the head's approval; back by Zalo, and public."""
	citizen = f"70000{secrets.randbelow(10**12):012}"
	earlier = ["", *(row["name"] for row in administrator.rows("Petition"))]

	def agreed() -> list[dict]:
		filters = {"channel": "Zalo", "consent": 1, "name": ["not in", earlier]}
		return administrator.rows("Petition", filters, ["name", "unit", "assignment_reason"])

	zalo.say(citizen, "Nhà văn hóa thôn tập trung đông người, không ai đeo khẩu trang.")
	code = wait_until(lambda: zalo.texts(citizen))[0].splitlines()[0].split()[-1]
	assert code.startswith("PA-")
	zalo.say(citizen, picture=f"{zalo.address}/pictures/one.png")
	zalo.say(citizen, "Đồng ý")
	petition = wait_until(agreed)[0]
	assert petition["unit"] == "STTTT-38", petition["assignment_reason"]
	wait_until(lambda: administrator.rows("Sealed File", {"reference_name": petition["name"]}))
	officer, head = person("Petition Officer", COMMUNE), person("Head", COMMUNE)
	hand_on = {"name": petition["name"], "unit": COMMUNE, "reason": "Thuộc thẩm quyền của xã"}
	accepted(client("vanhanh").call(f"{ACTS}.transfer", **hand_on))
	answer = officer.post(
		"/api/resource/Petition Answer",
		petition=petition["name"],
		text="Ủy ban nhân dân xã đã nhắc nhở và lập biên bản.",
		publish=1,
		public_title="Tập trung đông người",
		public_question="Nhà văn hóa thôn tập trung đông người.",
		public_answer="Đã nhắc nhở và lập biên bản.",
	)
	assert answer.ok, answer.text
	act = {"doctype": "Petition Answer", "name": answer.json()["data"]["name"]}
	accepted(officer.call(DECIDE, **act, decision="Submit"))
	accepted(head.call(DECIDE, **act, decision="Approve"))
	wait_until(lambda: "Ủy ban nhân dân xã đã nhắc nhở và lập biên bản." in zalo.texts(citizen))
	assert administrator.document("Petition", petition["name"])["stage"] == "Answered"
	assert administrator.document("Petition Answer", act["name"])["published_at"]
	zalo.say(citizen, f"{code} cảm ơn, đã ổn")
	wait_until(lambda: len(zalo.texts(citizen)) == 3)


def test_records_and_secrets_are_for_those_who_run_the_portal(
	zalo, portal, administrator, guest, client
) -> None:
	zalo.say(PERSON, "riêng tư")
	name = wait_until(lambda: administrator.rows("Outbox Message"))[0]["name"]
	refused(administrator.put(f"/api/resource/Outbox Message/{name}", state="Sent"), 417)
	settings = administrator.get(f"/api/resource/{SETTINGS}/{SETTINGS}").text
	for secret in ("app_secret", "oa_secret"):
		assert zalo.account[secret] not in settings
	assert PERSON not in json.dumps(administrator.rows("Conversation", [], ["*"]))
	reporter = next(mailbox for mailbox, row in portal.accounts.items() if row["duty"] == "Reporter")
	for someone in (guest, client(reporter)):
		for path in ("Outbox Message", "Inbound Event", "Conversation", f"{SETTINGS}/{SETTINGS}"):
			assert someone.get(f"/api/resource/{path}").status_code == 403, path
