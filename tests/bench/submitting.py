"""A petition sent by a guest, taken in and answered with its code, beside plain Frappe's POST of a DocType of the same texts by
a guest who may create it: the same site, workers and kind of session, each request of a connection that stays open. First one
after the other, then by several at once; and its look-up by code."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from measuring import Result, compared, in_turn
from portal import Client, Portal, accepted
from posting import made
from strangers import Stranger

PLAIN = "Bench Plain Petition"
FORM = "/api/method/covid_portal.citizens.forms.send_petition"
SENT = {
	"category": "general",
	"area": "",
	"content": "Đường vào thôn bị chắn từ hôm qua, xe cấp cứu không vào được. " * 8,
	"full_name": "Người Đo Tốc Độ",
	"phone": "0900 000 000",
	"address": "Thôn 1",
	"place": "Đầu cầu",
	"email": "",
}
ROUNDS, SECONDS = 30, 30
VISITORS, BURST, BURSTS = 4, 6, 6  # at once, requests of each, how often in turn
TARGET = 1 / 3
FOLLOW_TARGET = 2  # opened and put together of five tables
LIMIT, FOLLOW_LIMIT = 50, 100  # milliseconds


def run(portal: Portal) -> list[Result]:
	administrator, guest = portal.client("Administrator"), portal.guest()
	note = f"plain DocType, {len(SENT)} texts"
	with plain_doctype(administrator):
		return [*one_by_one(guest, note), at_once(portal, note)]


def one_by_one(guest: Client, note: str) -> list[Result]:
	proofs = proofs_of(guest, ROUNDS + 1)
	code = send(guest, proofs)
	sending = in_turn(lambda: send(guest, proofs), lambda: post_plain(guest), ROUNDS - 1, SECONDS)
	looking = in_turn(lambda: follow(guest, code), lambda: post_plain(guest), ROUNDS, SECONDS)
	return [
		compared("POST of a petition by a guest", *sending, TARGET, note, LIMIT),
		compared("a petition followed by its code", *looking, FOLLOW_TARGET, note, FOLLOW_LIMIT),
	]


def at_once(portal: Portal, note: str) -> Result:
	"""A round is so many requests of each visitor at the same time; its time is divided by how many that are: the rate."""
	visitors = [Stranger(portal.base_url) for _visitor in range(VISITORS)]
	proofs = [proofs_of(visitor, BURST * (BURSTS + 1)) for visitor in visitors]
	with ThreadPoolExecutor(VISITORS) as threads:

		def all_do(act: Callable[[Client, Iterator[str]], object]) -> None:
			list(
				threads.map(
					lambda pair: [act(*pair) for _request in range(BURST)], zip(visitors, proofs, strict=True)
				)
			)

		times = in_turn(
			lambda: all_do(send),
			lambda: all_do(lambda visitor, _proofs: post_plain(visitor)),
			BURSTS,
			SECONDS,
		)
	figures, references = ([round_ / (VISITORS * BURST) for round_ in side] for side in times)
	return compared(f"petitions by {VISITORS} guests at once, each", figures, references, TARGET, note)


def follow(guest: Client, code: str) -> None:
	accepted(guest.call("covid_portal.citizens.follow_up.look", code=code))


def post_plain(client: Client) -> None:
	made(client, PLAIN, **SENT)


def send(guest: Client, proofs: Iterator[str]) -> str:
	form = {**SENT, "submission_key": f"bench:{secrets.token_hex(16)}", "altcha": next(proofs)}
	return accepted(guest.request("POST", FORM, data=form))["code"]


def proofs_of(guest: Client, count: int) -> Iterator[str]:
	"""The work of the visitor's device, done before anything is timed."""
	return iter([proof(guest) for _number in range(count)])


def proof(guest: Client) -> str:
	puzzle = accepted(guest.ask("covid_portal.citizens.protection.challenge"))
	for number in range(puzzle["maxNumber"] + 1):
		if hashlib.sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() == puzzle["challenge"]:
			break
	parts = {key: puzzle[key] for key in ("algorithm", "challenge", "salt", "signature")}
	return base64.b64encode(json.dumps({**parts, "number": number}).encode()).decode()


@contextmanager
def plain_doctype(client: Client) -> Iterator[None]:
	"""The reference, made as an administrator makes it in the Desk, and taken away with all that was stored."""
	remove(client)
	fields = [{"fieldname": field, "label": field, "fieldtype": "Text"} for field in SENT]
	rights = [
		{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1},
		{"role": "Guest", "read": 1, "create": 1},
	]
	try:
		made(
			client,
			"DocType",
			name=PLAIN,
			module="Citizens",
			custom=1,
			track_changes=1,
			fields=fields,
			permissions=rights,
		)
		yield
	finally:
		remove(client)


def remove(client: Client) -> None:
	if client.document("DocType", PLAIN):
		for row in client.rows(PLAIN):
			client.delete(f"/api/resource/{PLAIN}/{row['name']}")
		client.delete(f"/api/resource/DocType/{PLAIN}")
