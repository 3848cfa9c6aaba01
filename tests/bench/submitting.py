"""A petition sent by a guest, taken in and answered with its code, beside plain Frappe's POST of a DocType of the same texts; and
its look-up by code."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from measuring import Result, compared, in_turn
from portal import Client, Portal, accepted
from posting import made

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
TARGET = 1 / 3
LIMIT, FOLLOW_LIMIT = 50, 100  # milliseconds


def run(portal: Portal) -> list[Result]:
	administrator, guest = portal.client("Administrator"), portal.guest()
	proofs = iter([proof(guest) for _round in range(ROUNDS + 2)])
	codes: list[str] = []
	with plain_doctype(administrator):

		def ours() -> None:
			codes.append(send(guest, next(proofs)))

		def theirs() -> None:
			made(administrator, PLAIN, **SENT)

		def followed() -> None:
			accepted(guest.call("covid_portal.citizens.follow_up.look", code=codes[0]))

		sending = in_turn(ours, theirs, ROUNDS, SECONDS)
		looking = in_turn(followed, theirs, ROUNDS, SECONDS)
	note = f"plain DocType, {len(SENT)} texts"
	return [
		compared("POST of a petition by a guest", *sending, TARGET, note, LIMIT),
		compared("a petition followed by its code", *looking, 1, note, FOLLOW_LIMIT),
	]


def send(guest: Client, solved: str) -> str:
	form = {**SENT, "submission_key": f"bench:{secrets.token_hex(16)}", "altcha": solved}
	return accepted(guest.request("POST", FORM, data=form))["code"]


def proof(guest: Client) -> str:
	"""The work of the visitor's device, done before anything is timed."""
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
	rights = [{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}]
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
