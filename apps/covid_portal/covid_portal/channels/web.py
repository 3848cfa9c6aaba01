"""Requests to the outside. Whatever the address (an administrator's, or one that stands in a stranger's message): https, no
redirects, a host whose addresses are all public, and the connection goes to the very address that was looked at.

Hosts within the authority's own network are named in the site's configuration (`channel_private_hosts`), where only the operator
writes. `channel_test_server` (http://127.0.0.1:PORT) sends all that would go to Zalo to a stand-in; for tests and the demo.
"""

import ipaddress
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import frappe
import urllib3
from frappe import _

TEST_SERVER = "channel_test_server"
PRIVATE_HOSTS = "channel_private_hosts"
CONNECT, READ = 5, 10  # seconds
LONGEST = 20  # seconds for one answer as a whole
LARGEST_ANSWER = 100_000
CHUNK = 16_384


class AddressRefused(Exception):
	"""The portal asks nothing of this address."""


class NoAnswer(Exception):
	"""The host did not answer, not in time, or with more than was asked for."""


class AnswerTooLarge(NoAnswer):
	"""The answer is longer than the caller takes."""


@dataclass(frozen=True)
class Answer:
	status: int
	content: bytes
	retry_after: int  # seconds, 0 where nothing was said
	content_type: str = ""

	def json(self) -> dict:
		"""An empty one where the answer is no JSON object."""
		try:
			found = json.loads(self.content)
		except (ValueError, RecursionError):
			return {}
		return found if isinstance(found, dict) else {}


def test_server() -> str:
	return (frappe.conf.get(TEST_SERVER) or "").rstrip("/")


def of_zalo(address: str) -> str:
	"""The address, or the same path at the stand-in where the site's configuration names one."""
	server = test_server()
	return server + (urlsplit(address).path or "/") if server else address


def request(
	verb: str,
	address: str,
	headers: Mapping[str, str] | None = None,
	body: bytes | None = None,
	largest: int = LARGEST_ANSWER,
) -> Answer:
	"""Raises AddressRefused, NoAnswer. Neither says the address: it may hold a phone number."""
	parts = split(address)
	reached = address_of(parts)
	try:
		return ask(parts, reached, verb, dict(headers or {}), body, largest)
	except (urllib3.exceptions.HTTPError, OSError) as error:
		raise NoAnswer(type(error).__name__) from None


def ask(
	parts: SplitResult, reached: str, verb: str, headers: dict, body: bytes | None, largest: int
) -> Answer:
	"""The connection goes to `reached`; certificate and Host are those of the name."""
	path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
	deadline = monotonic() + LONGEST
	with pool(parts, reached) as connections:
		answer = connections.urlopen(
			verb,
			path,
			body=body,
			headers={"Host": parts.netloc, "User-Agent": "covid-portal", **headers},
			redirect=False,
			retries=False,
			preload_content=False,
			decode_content=False,
		)
		try:
			content = read(answer, largest, deadline)
		finally:
			answer.close()
	return Answer(
		answer.status,
		content,
		seconds(answer.headers.get("Retry-After")),
		answer.headers.get("Content-Type", ""),
	)


def pool(parts: SplitResult, reached: str) -> urllib3.HTTPConnectionPool:
	timeout = urllib3.Timeout(connect=CONNECT, read=READ)
	port = parts.port or (443 if parts.scheme == "https" else 80)
	if parts.scheme == "http":  # the stand-in alone, see split()
		return urllib3.HTTPConnectionPool(reached, port, timeout=timeout)
	return urllib3.HTTPSConnectionPool(
		reached, port, timeout=timeout, server_hostname=parts.hostname, assert_hostname=parts.hostname
	)


def read(answer: urllib3.HTTPResponse, largest: int, deadline: float) -> bytes:
	"""No more than that, and no longer: a host that sends a byte a second is left."""
	content = b""
	while chunk := answer.read(CHUNK):
		content += chunk
		if len(content) > largest:
			raise AnswerTooLarge(_("The answer is larger than {0} bytes.").format(largest))
		if monotonic() > deadline:
			raise NoAnswer(_("The answer took longer than {0} seconds.").format(LONGEST))
	return content


def seconds(text: str | None) -> int:
	return min(int(text), 86_400) if (text or "").isascii() and (text or "").isdigit() else 0


# --- what is asked at all


def split(address: str) -> SplitResult:
	"""The parts of an address that may be asked. Raises AddressRefused."""
	try:
		parts = urlsplit(address)
		_port = parts.port
	except ValueError:
		raise AddressRefused(_("It is no web address.")) from None
	if is_test_server(parts):
		return parts
	if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
		raise AddressRefused(_("Only addresses that begin with https:// and a host are asked."))
	return parts


def is_test_server(parts: SplitResult) -> bool:
	own = urlsplit(test_server())
	return bool(own.netloc) and (parts.scheme, parts.netloc) == (own.scheme, own.netloc)


def address_of(parts: SplitResult) -> str:
	"""One of the host's addresses. All must be public: which of them a second look-up gave is not ours to choose."""
	try:
		found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
	except (OSError, UnicodeError):
		raise NoAnswer(_("The host is not known.")) from None
	addresses = [row[4][0] for row in found]
	allowed = is_test_server(parts) or parts.hostname in (frappe.conf.get(PRIVATE_HOSTS) or [])
	if not allowed and not all(is_public(address) for address in addresses):
		raise AddressRefused(_("The host is not a public one."))
	return addresses[0]


def is_public(address: str) -> bool:
	"""Public, and no IPv6 form of something else (mapped, translated, tunnelled)."""
	found = ipaddress.ip_address(address.partition("%")[0])
	if isinstance(found, ipaddress.IPv6Address):
		inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
		if inner or found in ipaddress.ip_network("64:ff9b::/96"):
			return False
	return found.is_global and not found.is_multicast
