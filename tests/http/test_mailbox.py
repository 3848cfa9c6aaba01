"""E-mail in and out with real servers: letters of people are taken once, letters of machines are answered by nobody."""

import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from portal import Client, Portal, wait_until

sys.path.insert(0, str(Path(__file__).parents[1] / "standins"))
import post

SETTINGS = "/api/resource/Channel Settings/Channel Settings"
PICTURE = b"\xff\xd8\xff\xe0" + b"0" * 200
OURS = "cong@portal.example"


@pytest.fixture(scope="module")
def mailbox(administrator: Client) -> Iterator[post.Mailbox]:
	with post.imap() as box:
		values = {"imap_host": "127.0.0.1", "imap_port": box.port, "imap_plain": 1}
		answer = administrator.put(SETTINGS, **values, imap_user=post.USER, imap_password=post.PASSWORD)
		assert answer.ok, answer.text
		yield box
		administrator.put(SETTINGS, imap_host="")


@pytest.fixture
def read(portal: Portal) -> Callable[[], int]:
	return lambda: int(
		portal.inside("from covid_portal.channels import mailbox\nprint(mailbox.read())\n").split()[-1]
	)


@pytest.fixture
def states(administrator: Client) -> Callable[[], list[str]]:
	"""Of the e-mails that came since the test began, oldest first."""

	def rows() -> list[dict]:
		return administrator.rows("Inbound Event", {"channel": "E-mail"}, ["name", "state"], order_by="name")

	before = len(rows())
	return lambda: [row["state"] for row in rows()[before:]]


def test_a_letter_is_taken_once_with_what_hangs_on_it(mailbox, read, states, administrator) -> None:
	letter = post.letter(
		"Lê Thị Hạnh <hanh@example.com>",
		"Phản ánh",
		"Chợ xã đóng cửa.\n\n> câu cũ",
		Message_ID=f"<{secrets.token_hex(8)}@x>",
	)
	letter.add_attachment(PICTURE, maintype="image", subtype="jpeg", filename="../../cho.jpg")
	mailbox.put(letter.as_bytes())
	assert read() == 1
	mailbox.put(letter.as_bytes())
	assert (read(), mailbox.unread()) == (0, 0)
	wait_until(lambda: states() == ["Done"])
	assert "hanh@" not in str(administrator.rows("Conversation", {"channel": "E-mail"}, ["*"]))


def test_letters_of_machines_are_answered_by_nobody(mailbox, read, states, administrator) -> None:
	before = len(administrator.rows("Outbox Message", {"channel": "E-mail"}))
	letters = [
		post.letter("a@example.com", "Vắng mặt", "Tôi đi nghỉ.", Auto_Submitted="auto-replied"),
		post.letter("a@example.com", "Danh sách", "Tin", List_Id="<tin.example.com>"),
		post.letter("a@example.com", "Quảng cáo", "Tin", Precedence="bulk"),
		post.letter("MAILER-DAEMON@example.com", "Undelivered", "Không gửi được."),
		post.letter("no-reply@example.com", "Tự động", "Tin"),
	]
	for letter in letters:
		mailbox.put(letter.as_bytes())
	assert read() == len(letters)
	wait_until(lambda: states() == ["Ignored"] * len(letters))
	assert len(administrator.rows("Outbox Message", {"channel": "E-mail"})) == before


def test_broken_letters_stop_nobody(mailbox, read, states) -> None:
	for content in (
		b"\xff\xfe\x00nothing",
		b"From: =?x?y?z?= <>\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xff\xff",
		b"From: b@example.com\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n",
		b"From: b@example.com\r\nMessage-ID: <nul@x>\r\nContent-Type: text/html\r\n\r\n<script>x</script><p>Xin ch\xc3\xa0o</p>",
	):
		mailbox.put(content)
	assert read() == 4
	wait_until(lambda: len(states()) == 4 and set(states()) <= {"Done", "Ignored"})


def test_the_portals_own_letter_that_comes_back_is_not_answered(
	mailbox, read, states, portal, administrator
) -> None:
	with post.smtp() as (sent, port), outgoing(administrator, port):
		# Without an outgoing account earlier answers have failed: the channel rests, and her letters wait in their order.
		portal.inside(
			"from covid_portal.channels import outbox\n"
			"frappe.db.set_value('Channel State', 'E-mail', {'paused_until': None, 'failures': 0})\n"
			"outbox.post('E-mail', 'lan@example.com', 'Đã nhận\\nMã của bạn: PA-1', key=frappe.generate_hash())\n"
			"frappe.db.commit()\n"
		)
		wait_until(lambda: sent.letters)
	assert b"Auto-Submitted: auto-replied" in sent.letters[0]
	# What was told lies in no queue in clear.
	assert "PA-1" not in str(administrator.rows("Email Queue", fields=["name", "message"]))
	mailbox.put(sent.letters[0])
	assert read() == 1
	wait_until(lambda: states() == ["Ignored"])


class outgoing:
	"""The site's outgoing account, for as long as the test needs one."""

	def __init__(self, administrator: Client, port: int) -> None:
		self.administrator, self.port = administrator, port

	def __enter__(self) -> None:
		values = {"email_account_name": "Test", "email_id": OURS, "enable_outgoing": 1, "default_outgoing": 1}
		values |= {"smtp_server": "127.0.0.1", "smtp_port": self.port, "no_smtp_authentication": 1}
		answer = self.administrator.post("/api/resource/Email Account", **values)
		assert answer.ok, answer.text

	def __exit__(self, *_error: object) -> None:
		self.administrator.delete("/api/resource/Email Account/Test")
