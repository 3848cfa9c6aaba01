"""A rush: petitions and registrations to come home from as many people as requests, all within a time, each from an address and
over a connection of their own. Some press the button twice. Then what the worker has made of it, and that nothing is lost or double.

BENCH_RUSH says how much of what the requirement speaks of, 5,000 and 2,000 within 120 seconds: 0.05 if not set, in 0.05 of the
time; 1 is all of it. People come at even distances and wait for nobody.
"""

import json
import os
import secrets
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta

import coming_home
import mariadb
import submitting
from measuring import Result, compared
from portal import Portal, accepted, wait_until
from strangers import Stranger

SHARE = float(os.environ.get("BENCH_RUSH") or 0.05)
PETITIONS, RETURNS, SECONDS = round(5000 * SHARE), round(2000 * SHARE), 120 * SHARE
TWICE = 20  # one in so many presses the button twice
AT_ONCE = 200  # who waits for an answer
LIMIT = 2000  # milliseconds
MAKING_LIMIT = 10 * 60 * 1000 / 7000  # of each; they are made while others still come
MAKING_SECONDS = 3600  # longest wait for the worker
PETITION, RETURN = submitting.FORM, coming_home.FORM
# What the visitors' devices work out before they send, in one go: as many puzzles as people, small ones.
PROOFS = """
import base64, json
from datetime import datetime, timedelta, timezone
import altcha
from covid_portal.citizens import protection
until = datetime.now(timezone.utc) + timedelta(hours=3)
def proof():
	puzzle = altcha.create_challenge_v1(max_number=1, hmac_key=protection.proof_key(), expires=until).to_dict()
	number = next(n for n in range(2) if altcha.hash_hex("SHA-256", f"{{puzzle['salt']}}{{n}}".encode()) == puzzle["challenge"])
	parts = {{key: puzzle[key] for key in ("algorithm", "challenge", "salt", "signature")}}
	return base64.b64encode(json.dumps({{**parts, "number": number}}).encode()).decode()
print(json.dumps([proof() for _number in range({count})]))
"""


@dataclass(frozen=True)
class Person:
	"""Comes `at` so many seconds after the beginning."""

	at: float
	address: str
	form: dict[str, str]
	presses: int


@dataclass(frozen=True)
class Answer:
	code: str
	milliseconds: float  # from the moment the person came


def run(portal: Portal) -> list[Result]:
	run_key = f"rush:{secrets.token_hex(6)}"
	people = crowd(portal, run_key)
	started = time.perf_counter()
	answers = all_send(portal, people)
	sent = time.perf_counter()
	wait_made(portal, run_key)
	finished = time.perf_counter()
	times = [answer.milliseconds for answer in answers]
	name = f"a rush of {len(people)} in {sent - started:.0f} s"
	making = (finished - started) * 1000 / len(people)
	return [
		compared(f"{name}: answered", times, [LIMIT], 1, f"{LIMIT} ms"),
		compared("  the slowest twentieth", [slowest(times)], [3 * LIMIT], 1, f"{3 * LIMIT} ms"),
		*(
			compared(
				f"  {what}", [count], [len(people)], 0, "how many were sent, each figure a number of them"
			)
			for what, count in looked_at(portal, run_key, answers).items()
		),
		compared(
			"  made by the worker, each",
			[making],
			[MAKING_LIMIT],
			1,
			f"7,000 in ten minutes; done {finished - sent:.0f} s after the last",
		),
	]


# --- sending


def crowd(portal: Portal, run_key: str) -> list[Person]:
	"""Who comes when, petitions and registrations mixed evenly."""
	count = PETITIONS + RETURNS
	proofs = json.loads(portal.inside(PROOFS.format(count=count)).splitlines()[-1])
	areas = [
		row["name"] for row in portal.client("Administrator").rows("Area", {"level": 3}, order_by="name")
	]
	people = []
	for number, proof in enumerate(proofs):
		is_return = number * RETURNS // count != (number + 1) * RETURNS // count
		area = areas[number % len(areas)]
		form = registration(area, number) if is_return else {**submitting.SENT, "area": area}
		own = {"submission_key": f"{run_key}:{number:06}", "altcha": proof}
		presses = 2 if number % TWICE == 0 else 1
		people.append(
			Person(SECONDS * number / count, RETURN if is_return else PETITION, {**form, **own}, presses)
		)
	return people


def registration(area: str, number: int) -> dict[str, str]:
	day = date.today() + timedelta(days=1 + number % 60)
	return coming_home.fields(area=area, wanted_on=str(day))


def all_send(portal: Portal, people: list[Person]) -> list[Answer]:
	beginning = time.perf_counter() + 0.5
	with ThreadPoolExecutor(AT_ONCE) as threads:
		return list(threads.map(lambda person: comes(portal, person, beginning), people))


def comes(portal: Portal, person: Person, beginning: float) -> Answer:
	at = beginning + person.at
	time.sleep(max(0, at - time.perf_counter()))
	if person.presses == 1:
		return sends(portal, person, at)
	with ThreadPoolExecutor(person.presses) as fingers:
		answers = list(fingers.map(lambda _press: sends(portal, person, at), range(person.presses)))
	assert len({answer.code for answer in answers}) == 1, "pressed twice, and two codes"
	return answers[0]


def sends(portal: Portal, person: Person, at: float) -> Answer:
	with Stranger(portal.base_url).session as session:
		answer = session.post(portal.base_url + person.address, data=person.form, timeout=120)
	taken = accepted(answer)
	return Answer(taken["code"], (time.perf_counter() - at) * 1000)


def slowest(times: list[float]) -> float:
	return sorted(times)[int(len(times) * 0.95)]


# --- what is there afterwards


def wait_made(portal: Portal, run_key: str) -> None:
	"""Until the worker has nothing left of it to do."""

	def states() -> dict[str, int]:
		with closing(mariadb.connect(**portal.database())) as connection, connection.cursor() as cursor:
			cursor.execute(STATES, (f"{run_key}%",))
			return dict(cursor.fetchall())

	wait_until(lambda: "Waiting" not in states(), states, MAKING_SECONDS)


def looked_at(portal: Portal, run_key: str, answers: list[Answer]) -> dict[str, int]:
	"""{"lost", "double", "held", "not made once"}: how many of each."""
	with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
		json.dump([answer.code for answer in answers], file)
		file.flush()
		return json.loads(portal.inside(LOOK.format(file=file.name, run_key=run_key)).splitlines()[-1])


STATES = """
select outcome.state, count(*) from `tabIntake Outcome` outcome join tabIntake on tabIntake.name = outcome.intake
where tabIntake.submission_key like ? group by outcome.state
"""
LOOK = """
import json
from collections import Counter
from covid_portal.citizens import codes
with open({file!r}) as file:
	given = json.load(file)
stored = frappe.get_all("Intake", {{"submission_key": ("like", {run_key!r} + "%")}}, ["name", "kind", "code_digest", "held"])
made = Counter()
for kind in ("Petition", "Home Return"):
	made.update((kind, name) for name in frappe.get_all(kind, {{"intake": ("in", [row.name for row in stored])}}, pluck="intake"))
kept = {{row.code_digest for row in stored}}
print(json.dumps({{
	"lost": sum(codes.digest(code) not in kept for code in given),
	"double": len(given) - len(set(given)) + abs(len(stored) - len(given)),
	"held": sum(row.held for row in stored),
	"not made once": sum(made[row.kind, row.name] != 1 for row in stored) + abs(sum(made.values()) - len(stored)),
}}))
"""
