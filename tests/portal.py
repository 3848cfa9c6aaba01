"""A running portal as the tests drive it: over HTTP, as one of its accounts, and nothing that a user could not do."""

import csv
import html
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import mariadb
import requests

REPORT = "Situation Report"
API = "covid_portal.reporting.api"
DECIDE = "covid_portal.approval.decisions.decide"
LATEST = "/du-lieu-mo/v1/slots/latest.json"
SECONDS = 120  # longest wait for one answer
# Longest wait for what the worker has to do: the accounts of a new demo alone are a hundred jobs.
SECONDS_OF_JOBS = 600
NEEDED = ("BASE_URL", "SITE", "BENCH_ROOT", "ACCOUNTS_CSV")
# The figures that every report must give, as a quiet commune gives them.
QUIET = dict.fromkeys(
	[
		"new_cases",
		"community_cases",
		"quarantine_cases",
		"imported_cases",
		"under_treatment",
		"recovered",
		"deaths",
		"new_f1",
		"followed_f1",
		"samples_taken",
		"quarantine_site_current",
		"quarantine_home_current",
		"doses_given",
	],
	0,
)


@dataclass(frozen=True)
class Place:
	"""A commune, the unit that reports for it and the unit that decides first."""

	area: str
	name: str
	unit: str
	district_unit: str


class Client:
	"""One person's session; a guest's before login()."""

	def __init__(self, base_url: str) -> None:
		self.base_url = base_url
		self.session = requests.Session()
		self.user, self.password = "Guest", ""

	def login(self, user: str, password: str) -> "Client":
		answer = self.post("/api/method/login", usr=user, pwd=password)
		assert answer.ok, f"{user} cannot log in: {answer.status_code} {sentence(answer)}"
		# The Desk's page has it too, and takes the server ten times as long.
		token = re.search(r'"csrf_token":"(\w+)"', self.get("/bao-cao").text)
		assert token, f"{user} has no page for staff"
		self.session.headers["X-Frappe-CSRF-Token"] = token[1]
		self.user, self.password = user, password
		return self

	def request(self, verb: str, path: str, **options: Any) -> requests.Response:
		return self.session.request(verb, self.base_url + path, timeout=SECONDS, **options)

	def get(self, path: str, **params: Any) -> requests.Response:
		texts = {
			key: json.dumps(value) if isinstance(value, list | dict) else value
			for key, value in params.items()
		}
		return self.request("GET", path, params=texts)

	def post(self, path: str, **values: Any) -> requests.Response:
		return self.request("POST", path, json=values)

	def put(self, path: str, **values: Any) -> requests.Response:
		return self.request("PUT", path, json=values)

	def delete(self, path: str) -> requests.Response:
		return self.request("DELETE", path)

	def ask(self, method: str, /, **params: Any) -> requests.Response:
		"""GET of a whitelisted method."""
		return self.get(f"/api/method/{method}", **params)

	def call(self, method: str, /, **values: Any) -> requests.Response:
		"""POST to a whitelisted method."""
		return self.post(f"/api/method/{method}", **values)

	def rows(
		self, doctype: str, filters: Any = None, fields: list[str] | None = None, **more: Any
	) -> list[dict]:
		"""The list as this person gets it; an empty one where it is refused."""
		more = {"limit_page_length": 0, **more}
		answer = self.get(
			f"/api/resource/{doctype}", filters=filters or [], fields=fields or ["name"], **more
		)
		assert answer.status_code in (200, 403), f"{doctype}: {answer.status_code} {sentence(answer)}"
		return answer.json().get("data", [])

	def document(self, doctype: str, name: str) -> dict | None:
		"""The document, or None where this person does not get it."""
		answer = self.get(f"/api/resource/{doctype}/{name}")
		return answer.json()["data"] if answer.ok else None

	# --- what the portal does on its own

	def settled(self) -> None:
		"""Wait until nothing is left to be done of all that was asked for: no job waits or runs, and the public pages show
		every change. For an administrator. Looked at twice: on its way to the worker a job is nowhere for a moment."""
		wait_until(lambda: not (self.under_way() or self.under_way()), self.under_way, SECONDS_OF_JOBS)
		left = self.rows("Snapshot Change", fields=["slots", "makers", "why"])
		assert not left, f"nobody builds the pages of what has changed: {left}"

	def under_way(self) -> str:
		"""What jobs there are, in words; empty where there is none."""
		alive = [["RQ Job", "status", "in", ["queued", "started"]]]
		count = accepted(self.ask("frappe.desk.reportview.get_count", doctype="RQ Job", filters=alive))
		if count:
			return f"{count} jobs wait or run"
		workers = self.rows("RQ Worker", fields=["name", "status"])
		busy = [row["name"] for row in workers if row["status"] == "busy"]
		return f"at work: {busy}" if busy else ""

	# --- reports

	def form(self, slot: str, area: str) -> dict:
		return accepted(self.ask(f"{API}.form", slot=slot, area=area))

	def save(self, slot: str, area: str, **values: Any) -> requests.Response:
		"""Save a report as the field page does: figures, explanations, submit, idempotency_key, modified."""
		return self.call(f"{API}.save", **{"slot": slot, "area": area, "explanations": {}, **values})

	def send(self, slot: str, area: str, **figures: int | None) -> str:
		"""Send a report of a quiet commune with these figures; its name."""
		answer = self.save(slot, area, figures=QUIET | figures, submit=True)
		return accepted(answer)["report"]

	def decide(self, name: str, decision: str, reason: str | None = None) -> requests.Response:
		return self.call(DECIDE, doctype=REPORT, name=name, decision=decision, reason=reason)


class Portal:
	"""What the environment says about the portal under test."""

	def __init__(self, environment: dict[str, str]) -> None:
		self.base_url, self.site, bench_root, accounts = (environment[name] for name in NEEDED)
		self.root = Path(bench_root)
		with open(accounts, encoding="utf-8", newline="") as lines:
			self.accounts = {row["email"].partition("@")[0]: row for row in csv.DictReader(lines)}

	@classmethod
	def of_environment(cls) -> "Portal":
		return cls(dict(os.environ))

	@property
	def domain(self) -> str:
		"""The mail domain of the demo accounts."""
		return next(row["email"].partition("@")[2] for row in self.accounts.values() if "@" in row["email"])

	def guest(self) -> Client:
		return Client(self.base_url)

	def client(self, mailbox: str) -> Client:
		account = self.accounts[mailbox]
		return self.guest().login(account["email"], account["password"])

	def bench(self, *words: str) -> str:
		"""Run a bench command on the site; its output."""
		command = [
			self.root / "env/bin/python",
			"-m",
			"frappe.utils.bench_helper",
			"frappe",
			"--site",
			self.site,
		]
		done = subprocess.run(
			[*command, *words], cwd=self.root / "sites", capture_output=True, text=True, check=False
		)
		assert done.returncode == 0, f"bench {' '.join(words)}: {done.stderr[-2000:]}"
		return done.stdout

	def inside(self, program: str) -> str:
		"""Run a Python program in the bench's environment, connected to the site; what it prints."""
		start = f"import frappe\nfrappe.init(site={self.site!r}, sites_path='.')\nfrappe.connect()\n"
		command = [self.root / "env/bin/python", "-c", start + program]
		done = subprocess.run(command, cwd=self.root / "sites", capture_output=True, text=True, check=False)
		assert done.returncode == 0, done.stderr[-2000:]
		return done.stdout

	def stored(self, doctype: str, order_by: str = "name", **where: Iterable[str]) -> list[dict]:
		"""All rows whose fields have one of these values each, as they stand: past the server, so at next to no cost."""
		given = {field: tuple(values) for field, values in where.items()}
		marks = {field: ", ".join("?" * len(values)) for field, values in given.items()}
		condition = " and ".join(f"`{field}` in ({listed})" for field, listed in marks.items())
		values = tuple(value for values in given.values() for value in values)
		with closing(self.connection.cursor(dictionary=True)) as cursor:
			cursor.execute(f"select * from `tab{doctype}` where {condition} order by {order_by}", values)
			return cursor.fetchall()

	@cached_property
	def connection(self) -> mariadb.Connection:
		return mariadb.connect(**self.database(), autocommit=True)

	def config(self) -> dict[str, Any]:
		"""The site's config over the common one: where its database is."""
		sites = self.root / "sites"
		files = (sites / "common_site_config.json", sites / self.site / "site_config.json")
		return {key: value for file in files for key, value in json.loads(file.read_text()).items()}

	def database(self) -> dict[str, Any]:
		"""What a connector needs to reach the site's database."""
		config = self.config()
		login = {"user": config["db_name"], "password": config["db_password"], "database": config["db_name"]}
		if socket := config.get("db_socket"):
			return {**login, "unix_socket": socket}
		return {
			**login,
			"host": config.get("db_host") or "127.0.0.1",
			"port": int(config.get("db_port") or 3306),
		}


def wait_until(
	holds: Callable[[], Any], found: Callable[[], object] = lambda: "nothing", seconds: float = SECONDS
) -> Any:
	"""What `holds` gives as soon as it is something; fails with what is `found` instead at the end."""
	end = time.monotonic() + seconds
	while not (value := holds()):
		assert time.monotonic() < end, f"after {seconds:g} seconds: {found()}"
		time.sleep(0.5)  # each look is work for the server as well
	return value


def accepted(answer: requests.Response) -> Any:
	"""What a method gave back; fails with its own words where it refused."""
	assert answer.ok, f"{answer.status_code}: {sentence(answer) or answer.text[:500]}"
	return answer.json().get("message")


def sentence(answer: requests.Response) -> str:
	"""What the answer says to the person, without markup."""
	try:
		body = answer.json()
	except ValueError:
		return ""
	messages = [json.loads(row) for row in json.loads(body.get("_server_messages") or "[]")]
	texts = [row.get("message") or "" for row in messages] + [body.get("_error_message") or ""]
	plain = [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in texts]
	return " ".join(filter(None, plain))


def has_traceback(answer: requests.Response) -> bool:
	"""Whether the answer shows the server's inside."""
	return any(
		sign in answer.text for sign in ("Traceback (most recent call last)", 'File "', "/apps/frappe/")
	)


def site_map_of(client: Client) -> dict[str, ElementTree.Element]:
	"""{path of a page: its entry in the site map}, from all files that sitemap.xml names."""
	index = ElementTree.fromstring(client.get("/sitemap.xml").content)
	files = [urlsplit(row.findtext("{*}loc")).path for row in index]
	entries = (url for path in files for url in ElementTree.fromstring(client.get(path).content))
	return {urlsplit(url.findtext("{*}loc")).path: url for url in entries}


def one_of_each(paths: Iterable[str]) -> list[str]:
	"""Of pages that one template makes below another page (/ban-tin/76, /ban-tin/75) the first."""
	return sorted({kind(path): path for path in sorted(paths, reverse=True)}.values())


def kind(path: str) -> str:
	"""/ban-tin/76 → ban-tin/*"""
	parts = path.strip("/").split("/")
	depth = 2 if parts[0] == "en" else 1
	return "/".join([*parts[:depth], *("*" for _part in parts[depth:])])


def clock(at: str) -> str:
	"""'2021-11-20T16:00:00' as messages write it: '16:00 20/11/2021'."""
	day, time = re.split("[T ]", at)[:2]
	return f"{time[:5]} {'/'.join(reversed(day.split('-')))}"


def refused(answer: requests.Response, status: int, *words: str) -> str:
	"""Check that the answer refuses with this status, in a sentence that holds the words, and without a traceback."""
	said = sentence(answer)
	assert answer.status_code == status, (
		f"{answer.status_code} instead of {status}: {said or answer.text[:500]}"
	)
	assert not has_traceback(answer), answer.text[:2000]
	missing = [word for word in words if word not in said]
	assert said and not missing, f"{missing} not in: {said!r}"
	return said
