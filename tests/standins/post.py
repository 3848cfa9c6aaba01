"""A mail server pair for the tests: pymap's IMAP mailbox in a process of its own, aiosmtpd's SMTP in a thread."""

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

USER, PASSWORD = "cong", "matkhau"
LONGEST_START = 60  # seconds


class Mailbox:
	"""The portal's mailbox as the post office sees it: puts letters in and looks at their marks."""

	def __init__(self, port: int) -> None:
		self.port = port

	@contextmanager
	def opened(self) -> Iterator[imaplib.IMAP4]:
		box = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
		try:
			box.login(USER, PASSWORD)
			box.select("INBOX")
			yield box
		finally:
			box.logout()

	def put(self, content: bytes) -> None:
		with self.opened() as box:
			assert box.append("INBOX", "", None, content)[0] == "OK"

	def unread(self) -> int:
		with self.opened() as box:
			return len(box.uid("SEARCH", None, "UNSEEN")[1][0].split())


class Sent:
	"""What the portal handed to the SMTP server."""

	def __init__(self) -> None:
		self.letters: list[bytes] = []

	async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
		self.letters.append(envelope.content)
		return "250 taken"


def letter(sender: str, subject: str, text: str, **headers: str) -> EmailMessage:
	message = EmailMessage()
	message["From"], message["To"], message["Subject"] = sender, "cong@portal.example", subject
	for name, value in headers.items():
		message[name.replace("_", "-")] = value
	message.set_content(text)
	return message


@contextmanager
def imap() -> Iterator[Mailbox]:
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		port = free.getsockname()[1]
	words = ["--host", "127.0.0.1", "--port", str(port), "--no-tls"]
	words += ["--no-service", "admin", "--no-service", "managesieve", "dict"]
	words += ["--demo-user", USER, "--demo-password", PASSWORD]
	program = Path(sys.executable).with_name("pymap")
	process = subprocess.Popen([program, *words], stderr=subprocess.DEVNULL)
	try:
		wait_for(port)
		yield Mailbox(port)
	finally:
		process.terminate()
		process.wait(20)


def wait_for(port: int) -> None:
	ends = time.monotonic() + LONGEST_START
	while time.monotonic() < ends:
		with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
			return
		time.sleep(0.1)
	raise AssertionError("the IMAP server did not start")


@contextmanager
def smtp() -> Iterator[tuple[Sent, int]]:
	sent = Sent()
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		port = free.getsockname()[1]
	controller = Controller(sent, hostname="127.0.0.1", port=port)
	controller.start()
	try:
		yield sent, port
	finally:
		controller.stop()
