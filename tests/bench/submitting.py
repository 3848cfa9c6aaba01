"""A petition sent by a guest, taken in and answered with its code, beside plain Frappe's POST of a DocType of Petition's fields by
a guest who may create it: the same site, workers and kind of session, each request of a connection that stays open. First one
after the other, then by several at once; and its look-up by code. The note says how it stands beside a DocType of these fields
under a plain workflow, as a petition's stages would need there, and beside one of nothing but the texts that are sent."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from measuring import Result, compared, in_turn
from plain import made, plain_doctype
from portal import Client, Portal, accepted
from strangers import Stranger

PLAIN, ROUTED, TEXTS = "Bench Plain Petition", "Bench Routed Petition", "Bench Plain Texts"
GUEST = {"role": "Guest", "read": 1, "create": 1}
LAYOUT = ("Section Break", "Column Break", "Tab Break", "HTML", "Button")
# Of each field what the framework stores and checks; that it must be filled in, is asked or is shown to some, a plain one does without.
COPIED = ("fieldname", "label", "fieldtype", "options", "search_index", "in_list_view")
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
	administrator = portal.client("Administrator")
	fields, texts = fields_of_petition(administrator), [text_field(name) for name in SENT]
	filled = {**SENT, **links_of(administrator), "channel": "Web", "received_at": "2021-11-20 09:00:00"}
	with ExitStack() as references:
		for name, kept in ((PLAIN, fields), (ROUTED, fields), (TEXTS, texts)):
			references.enter_context(
				plain_doctype(administrator, name, "Citizens", kept, (GUEST,), workflow=name == ROUTED)
			)
		return [*one_by_one(portal.guest(), filled), at_once(portal, filled)]


def fields_of_petition(administrator: Client) -> list[dict]:
	"""Petition's own, but for its names by a series: a plain DocType has random ones."""
	fields = administrator.document("DocType", "Petition")["fields"]
	return [
		{key: row.get(key) for key in COPIED}
		for row in fields
		if row["fieldtype"] not in LAYOUT and row["fieldname"] != "naming_series"
	]


def text_field(name: str) -> dict:
	return {"fieldname": name, "label": name, "fieldtype": "Text"}


def links_of(administrator: Client) -> dict[str, str]:
	"""What every petition leads to, which the framework looks up."""
	area, unit = (administrator.rows(doctype, limit_page_length=1)[0]["name"] for doctype in ("Area", "Unit"))
	return {"category": SENT["category"], "area": area, "unit": unit, "first_unit": unit}


def one_by_one(guest: Client, filled: dict[str, str]) -> list[Result]:
	proofs = proofs_of(guest, 3 * ROUNDS + 1)
	code = send(guest, proofs)

	def beside(doctype: str, values: dict[str, str]) -> tuple[list, list]:
		return in_turn(
			lambda: send(guest, proofs), lambda: made(guest, doctype, **values), ROUNDS - 1, SECONDS
		)

	others = [compared("", *beside(*pair), TARGET).ratio for pair in ((ROUTED, filled), (TEXTS, SENT))]
	note = f"plain DocType of Petition's fields; {others[0]:.2f} × under a workflow, {others[1]:.2f} × one of {len(SENT)} texts"
	looking = in_turn(lambda: follow(guest, code), lambda: made(guest, PLAIN, **filled), ROUNDS, SECONDS)
	return [
		compared("POST of a petition by a guest", *beside(PLAIN, filled), TARGET, note, LIMIT),
		compared("a petition followed by its code", *looking, FOLLOW_TARGET, "the same", FOLLOW_LIMIT),
	]


def at_once(portal: Portal, filled: dict[str, str]) -> Result:
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
			lambda: all_do(lambda visitor, _proofs: made(visitor, PLAIN, **filled)),
			BURSTS,
			SECONDS,
		)
	figures, references = ([round_ / (VISITORS * BURST) for round_ in side] for side in times)
	return compared(f"petitions by {VISITORS} guests at once, each", figures, references, TARGET, "the same")


def follow(guest: Client, code: str) -> None:
	accepted(guest.call("covid_portal.citizens.follow_up.look", code=code))


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
