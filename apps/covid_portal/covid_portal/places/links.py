"""Addresses of other bodies: whether they answer. No request leaves for an address that is not public."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.publishing import snapshot

SOUND, FAILING, NOT_CHECKED = "Sound", "Failing", "Not Checked"
SERVICES_PAGE = "covid_portal.publishing.guidance.files"
SECONDS, MOST_REDIRECTS = 10, 3
PORTS = (80, 443)
MOVED = (301, 302, 303, 307, 308)
REFUSING_HEAD = (403, 405, 501)


class NotPublic(ValueError):
	"""The address leads to no public host."""


def is_https(text: str) -> bool:
	try:
		parts = urlsplit(text)
		return parts.scheme == "https" and bool(parts.hostname) and not parts.username
	except ValueError:
		return False


def check_all() -> None:
	"""Daily job: one service after the other, each stored at once. The page says which ones do not answer."""
	for row in frappe.get_all("Related Service", {"shown": 1}, ["name", "url", "title", "link_state"]):
		problem = problem_of(row.url)
		state = FAILING if problem else SOUND
		found = {"link_state": state, "link_problem": (problem or "")[:280], "checked_at": now_datetime()}
		frappe.db.set_value("Related Service", row.name, found)
		if FAILING in (state, row.link_state):
			snapshot.rebuild([SERVICES_PAGE], why=row.title[:60])
		frappe.db.commit()  # the next address may take its time


def problem_of(url: str) -> str | None:
	"""Why the address does not answer as a page does; None if it does."""
	try:
		for _step in range(MOST_REDIRECTS + 1):
			status, target = ask(url)
			if status not in MOVED or not target:
				return (
					None if status < 400 or status in REFUSING_HEAD else _("Answers with {0}.").format(status)
				)
			url = urljoin(url, target)
		return _("Leads on and on.")
	except NotPublic as error:
		return _("Not a public address: {0}.").format(error)
	except (OSError, http.client.HTTPException, ValueError) as error:
		return _("Does not answer: {0}.").format(type(error).__name__)


def ask(url: str) -> tuple[int, str | None]:
	"""(status, where it leads on) of a HEAD request. The very address that was looked at is connected to: between the look and the
	connection a name cannot change where it leads."""
	parts = urlsplit(url)
	if parts.scheme not in ("http", "https") or not parts.hostname:
		raise NotPublic(parts.scheme or "?")
	port = parts.port or (443 if parts.scheme == "https" else 80)
	if port not in PORTS:
		raise NotPublic(f"{parts.hostname}:{port}")
	connection = connect(parts.scheme, parts.hostname, public_address(parts.hostname, port), port)
	try:
		path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
		connection.request("HEAD", path, headers={"User-Agent": "covid-portal link check"})
		answer = connection.getresponse()
		return answer.status, answer.getheader("Location")
	finally:
		connection.close()


def public_address(host: str, port: int) -> str:
	"""The host's address. Raises NotPublic where any of its addresses is private, local or reserved."""
	found = {row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
	for address in found:
		if not is_public(address):
			raise NotPublic(host)
	return sorted(found, key=lambda text: ":" in text)[0]


def is_public(address: str) -> bool:
	parsed = ipaddress.ip_address(address.partition("%")[0])
	inner: Iterable = filter(None, (getattr(parsed, "ipv4_mapped", None), getattr(parsed, "sixtofour", None)))
	return all(one.is_global and not one.is_multicast for one in (parsed, *inner))


def connect(scheme: str, host: str, address: str, port: int) -> http.client.HTTPConnection:
	"""A connection to the address that speaks, and checks the certificate, by the host's name."""
	connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
	line = socket.create_connection((address, port), timeout=SECONDS)
	if scheme == "https":
		line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
	connection.sock = line
	return connection
