"""How the public files are served: by nginx and by Frappe's page renderer alike, and what is answered to bad addresses."""

import http.client
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from portal import LATEST, Portal

TOPS = (Path("."), Path("en"))  # of their pages there is one of each kind
ENCODINGS = (None, "identity", "gzip", "br", "gzip, deflate, br", "br;q=0, gzip", "*")
# What a proxy or the moment of the answer decides.
OF_THE_CONNECTION = {"server", "date", "connection", "keep-alive", "transfer-encoding"}
GUESTS_AT_ONCE = 130
SENT = b"POST /api/method/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
PAGES = ("/", "/en/", "/dinh-chinh", "/en/du-lieu-mo")


class UnixConnection(http.client.HTTPConnection):
	"""HTTP over the socket that nginx reaches the web process by."""

	def __init__(self, path: Path) -> None:
		super().__init__("portal.localhost", timeout=60)
		self.path = path

	def connect(self) -> None:
		self.sock = socket.socket(socket.AF_UNIX)
		self.sock.settimeout(self.timeout)
		self.sock.connect(str(self.path))


Answer = tuple[int, dict[str, str], bytes]


def ask(
	connection: http.client.HTTPConnection, path: str, verb: str = "GET", **headers: str | None
) -> Answer:
	"""Status, headers in lower case, body as it was sent."""
	given = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
	connection.putrequest(verb, path, skip_host="Host" in given, skip_accept_encoding=True)
	for name, value in given.items():
		connection.putheader(name, value)
	connection.endheaders()
	answer = connection.getresponse()
	body = answer.read()
	return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def shown(answer: Answer) -> Answer:
	status, headers, body = answer
	left_out = OF_THE_CONNECTION | ({"last-modified"} if status == 304 else set())
	return status, {name: value for name, value in headers.items() if name not in left_out}, body


@pytest.fixture
def front(portal: Portal) -> Iterator[http.client.HTTPConnection]:
	address = urlsplit(portal.base_url)
	connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
	yield connection
	connection.close()


@pytest.fixture
def behind() -> Iterator[UnixConnection]:
	"""The web process without the nginx before it."""
	path = os.environ.get("WEB_SOCKET")
	if not path:
		pytest.skip("there is no nginx on this machine: the page renderer is all there is")
	connection = UnixConnection(Path(path))
	yield connection
	connection.close()


@pytest.fixture(scope="module")
def addresses(portal: Portal) -> list[str]:
	"""A page or file of every kind: of pages beside each other three, of the data one file of each folder and form."""
	live = (portal.root / "sites" / portal.site / "snapshots" / "live").resolve()
	found: dict[tuple[str, str], str] = {}
	beside: Counter[Path] = Counter()
	for file in sorted(live.rglob("*")):
		path = file.relative_to(live)
		if file.is_dir() or file.suffix in (".gz", ".br") or path.parts[0] == "errors":
			continue
		if path.name == "index.html":
			folder = path.parent.parent
			beside[folder] += 1
			if folder in TOPS or beside[folder] <= 3:
				found[str(path), ""] = "/" + str(path.parent).strip(".")
		else:
			found[str(path.parent.parent), path.suffix] = f"/{path}"
	return list(found.values())


# --- nginx and the page renderer


def test_every_page_has_the_same_bytes_and_headers_with_and_without_nginx(
	addresses: list[str], front: http.client.HTTPConnection, behind: UnixConnection
) -> None:
	assert len(addresses) >= 10
	for number, path in enumerate(addresses):
		for encoding in ENCODINGS if number < 8 else ENCODINGS[-3:-2]:
			by_nginx, by_frappe = (
				shown(ask(side, path, Accept_Encoding=encoding)) for side in (front, behind)
			)
			assert by_nginx == by_frappe, (path, encoding)
			assert by_nginx[0] == 200 and len(by_nginx[2]) == int(by_nginx[1]["content-length"])


@pytest.mark.parametrize("path", ["/", LATEST])
def test_conditions_heads_and_ranges_are_answered_alike(
	path: str, front: http.client.HTTPConnection, behind: UnixConnection
) -> None:
	_status, headers, body = ask(front, path)
	tag, time = headers["etag"], headers["last-modified"]
	long_ago = "Mon, 01 Jan 2001 00:00:00 GMT"
	cases = [
		(304, {"If_None_Match": tag}),
		(304, {"If_None_Match": f'"other", W/{tag}'}),
		(304, {"If_Modified_Since": time}),
		(304, {"If_None_Match": tag, "If_Modified_Since": time}),
		(200, {"If_None_Match": '"other"'}),
		(200, {"If_Modified_Since": long_ago}),
		(200, {"If_None_Match": tag, "If_Modified_Since": long_ago}),
		(206, {"Range": "bytes=0-99"}),
		(206, {"Range": "bytes=-50", "If_Range": tag}),
		(200, {"Range": "bytes=0-99", "If_Range": '"other"'}),
		(416, {"Range": f"bytes={len(body)}-"}),
	]
	for status, asked in cases:
		by_nginx, by_frappe = (shown(ask(side, path, **asked)) for side in (front, behind))
		assert by_nginx[0] == by_frappe[0] == status, (asked, by_nginx[0], by_frappe[0])
		if status != 416:  # who refuses says it in words of its own
			assert by_nginx == by_frappe, asked
	assert ask(front, path, Range="bytes=0-99")[2] == body[:100]
	assert shown(ask(front, path, "HEAD")) == shown(ask(behind, path, "HEAD"))


def test_without_nginx_the_file_of_another_form_is_no_match(
	front: http.client.HTTPConnection, addresses: list[str]
) -> None:
	"""The validator of the plain form says nothing about the compressed one."""
	tags = [ask(front, "/", Accept_Encoding=encoding)[1]["etag"] for encoding in (None, "gzip", "br")]
	assert len(set(tags)) == 3
	assert ask(front, "/", Accept_Encoding="br", If_None_Match=tags[0])[0] == 200


@pytest.mark.parametrize(
	"path", ["/du-lieu-mo/v1/none.json", "/en/du-lieu-mo/none", "/du-lieu-mo/index.html"]
)
def test_what_is_not_there_is_the_same_page_with_and_without_nginx(
	path: str, front: http.client.HTTPConnection, behind: UnixConnection
) -> None:
	by_nginx, by_frappe = ask(front, path), ask(behind, path)
	assert (by_nginx[0], by_nginx[2]) == (404, by_frappe[2])
	assert by_frappe[0] == 404
	assert ('lang="en"' if path.startswith("/en") else 'lang="vi"') in by_nginx[2].decode()


# --- what the answers say about themselves


@pytest.mark.parametrize("path", [*PAGES, LATEST])
def test_public_answers_are_strict_and_the_same_for_everybody(
	path: str, front: http.client.HTTPConnection
) -> None:
	_status, headers, _body = ask(front, path)
	assert "set-cookie" not in headers
	assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"]
	policy = headers["content-security-policy"]
	assert "default-src 'none'" in policy and "frame-ancestors" in policy
	assert "unsafe" not in policy
	assert "stale-while-revalidate" in headers["cache-control"]


def test_assets_with_a_digest_in_their_address_are_kept_for_good(front: http.client.HTTPConnection) -> None:
	page = ask(front, "/")[2].decode()
	style = next(word for word in page.split('"') if word.startswith("/assets/") and ".css?v=" in word)
	status, headers, _body = ask(front, style)
	assert status == 200
	if os.environ.get("WEB_SOCKET"):
		assert headers["cache-control"] == "public, max-age=31536000, immutable"
		assert "immutable" not in ask(front, style.partition("?")[0])[1]["cache-control"]


# --- bad addresses


def raw(portal: Portal, head: bytes) -> bytes:
	"""The whole answer to exactly these bytes."""
	address = urlsplit(portal.base_url)
	with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
		connection.sendall(head)
		return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
	"path",
	[
		"/%2e%2e/%2e%2e/site_config.json",
		"/..%2f..%2fsite_config.json",
		"/du-lieu-mo/v1/%2e%2e%2f%2e%2e%2f%2e%2e%2fmanifest.json",
		"/du-lieu-mo/../../manifest.json",
		"/manifest.json",
		"//manifest.json",
		"/errors/../../manifest.json",
		"/assets/../site_config.json",
		"/assets/..%2f..%2fcommon_site_config.json",
		"/assets../common_site_config.json",
		"/files/../../site_config.json",
		"/files../site_config.json",
		"/protected/site_config.json",
		"/protected/private/backups/",
		"/errors/404.vi.html",
		"/index.html.gz",
		"/du-lieu-mo/v1/slots/latest.json.br",
		"/du-lieu-mo/v1/slots/latest.json%00.html",
		"/%00",
		"/%c0%ae%c0%ae/site_config.json",
		"/en/" + "%2e%2e%2f" * 40 + "etc/passwd",
		"/" + "a/" * 2400,
		"/" + "x" * 7000,
	],
)
def test_no_trick_with_an_address_gets_another_file(path: str, portal: Portal) -> None:
	head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
	answer = raw(portal, head)
	status, body = int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]
	assert status in (400, 403, 404, 414), f"{path[:80]}: {status} {body[:200]!r}"
	for secret in (b"db_password", b"db_name", b"root:", b'"files":', b"Traceback"):
		assert secret not in body, path[:80]
	assert b"<h" in body


@pytest.mark.parametrize(("path", "lang"), [("/%00", "vi"), ("/en/%00", "en")])
def test_an_address_that_cannot_be_read_gets_a_page_in_its_language(
	path: str, lang: str, portal: Portal
) -> None:
	answer = raw(portal, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()).decode()
	assert answer.split(" ", 2)[1] == "400"
	assert f'<html lang="{lang}"' in answer and "<h1>" in answer


def test_odd_languages_and_hosts_get_the_page(front: http.client.HTTPConnection) -> None:
	plain = ask(front, "/")[2]
	for language in ("xx-YY;q=abc", "", "vi;q=9999999", "*", "é" * 200, "../../en"):
		assert ask(front, "/", Accept_Language=language.encode("utf-8").decode("latin-1"))[2] == plain
	if os.environ.get("WEB_SOCKET"):  # whose pages ask no site by its host
		for host in ("evil.example", "x" * 200, "127.0.0.1:1"):
			assert ask(front, "/", Host=host)[0] == 200


# --- those who send too much


def test_a_guest_who_sends_without_end_is_slowed_and_others_are_not(portal: Portal) -> None:
	if not os.environ.get("WEB_SOCKET"):
		pytest.skip("the limit by address is nginx's")

	with ExitStack() as opened:
		sockets = [opened.enter_context(sender(portal, "127.0.0.99")) for _each in range(GUESTS_AT_ONCE)]
		for connection in sockets:
			connection.sendall(SENT)
		other = opened.enter_context(sender(portal, "127.0.0.98"))
		other.sendall(SENT)
		answers = [status(connection) for connection in sockets]
		assert answers[0] == status(other) == 200
		assert 429 in answers and set(answers) == {200, 429}


def sender(portal: Portal, source: str) -> socket.socket:
	"""A connection from this address: another one than other tests come from, whose share of the limit is theirs."""
	address = urlsplit(portal.base_url)
	return socket.create_connection((address.hostname, address.port), 60, (source, 0))


def status(connection: socket.socket) -> int:
	return int(connection.recv(64).split()[1])
