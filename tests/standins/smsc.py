"""A stand-in for an operator's SMPP 3.4 service: takes binds with the right password and single submit_sm, and refuses when asked.

Written from the specification, not with the library that the portal uses, so that the two check each other.
"""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

BIND, SUBMIT, UNBIND, RESPONSE = 0x02, 0x04, 0x06, 0x80000000
SYSTEM_ID, PASSWORD = "cong-covid", "matkhau"
BIND_REFUSED = 0x0D
UDHI = 0x40


class Handler(socketserver.StreamRequestHandler):
	"""One connection: PDUs of a header (length, command, status, number) and a body."""

	def handle(self) -> None:
		while len(header := self.rfile.read(16)) == 16:
			length, command, _status, number = struct.unpack(">IIII", header)
			body = self.rfile.read(length - 16)
			status, content = self.answer(command, body)
			self.wfile.write(
				struct.pack(">IIII", 16 + len(content), command | RESPONSE, status, number) + content
			)
			if command == UNBIND:
				return

	def answer(self, command: int, body: bytes) -> tuple[int, bytes]:
		service = self.server.service
		if command == BIND:
			system_id, password = body.split(b"\0")[:2]
			known = (system_id.decode(), password.decode()) == (SYSTEM_ID, PASSWORD)
			return (0 if known else BIND_REFUSED), b"SMSC\0"
		if command == SUBMIT:
			if service.refusals:
				return service.refusals.pop(0), b""
			service.taken.append(message_of(body))
			return 0, f"m{len(service.taken)}\0".encode()
		return 0, b""


def message_of(body: bytes) -> dict:
	"""Of submit_sm: recipient, coding and text without the header of its part."""
	_service, rest = body.split(b"\0", 1)
	_source, rest = rest[2:].split(b"\0", 1)
	to, rest = rest[2:].split(b"\0", 1)
	kind, rest = rest[0], rest[3:]
	_schedule, rest = rest.split(b"\0", 1)
	_validity, rest = rest.split(b"\0", 1)
	coding, length = rest[2], rest[4]
	text = rest[5 : 5 + length]
	part = text[1 + text[0] :] if kind & UDHI else text
	return {"to": to.decode(), "text": part.decode("utf-16-be" if coding == 8 else "latin-1")}


class Service:
	def __init__(self) -> None:
		self.taken: list[dict] = []
		self.refusals: list[int] = []

	def text(self, to: str) -> str:
		"""All parts that one number got, joined."""
		return "".join(row["text"] for row in self.taken if row["to"] == to)


@contextmanager
def running() -> Iterator[tuple[Service, int]]:
	"""(the service, its port on the loopback) while the body runs."""
	socketserver.ThreadingTCPServer.daemon_threads = True
	with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
		server.service = Service()
		threading.Thread(target=server.serve_forever, daemon=True).start()
		yield server.service, server.server_address[1]
		server.shutdown()
