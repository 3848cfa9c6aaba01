"""A petition over HTTP as anybody sends one: taken in, held, refused, followed; and what strangers try."""

import base64
import hashlib
import io
import re
import secrets
import zipfile

import pytest
import requests
from portal import Client, accepted, has_traceback, wait_until

pytestmark = pytest.mark.usefixtures("many_from_here")

FORMS = "covid_portal.citizens.forms.send_petition"
FOLLOW = "covid_portal.citizens.follow_up."
SENT = {
	"category": "transport",
	"content": "Chốt kiểm soát đầu xã không cho xe chở rau đi qua từ sáng nay.",
	"full_name": "Lường Văn Thử",
	"phone": "0912 000 111",
	"address": "Thôn 5",
}
SECRETS = ("Lường Văn Thử", "0912 000 111")


def proof(guest: Client) -> str:
	"""The work that the page's script does."""
	puzzle = accepted(guest.ask("covid_portal.citizens.protection.challenge"))
	number = next(
		number
		for number in range(puzzle["maxNumber"] + 1)
		if hashlib.sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() == puzzle["challenge"]
	)
	parts = {key: puzzle[key] for key in ("algorithm", "challenge", "salt", "signature")}
	return base64.b64encode(str({**parts, "number": number}).replace("'", '"').encode()).decode()


def send(guest: Client, files: list[tuple] | None = None, **changes: object) -> requests.Response:
	form = {**SENT, "submission_key": f"test:{secrets.token_hex(16)}", **changes}
	parts = [(name, (None, str(value))) for name, value in form.items()] + (files or [])
	return guest.request("POST", f"/api/method/{FORMS}", files=parts)


def look(guest: Client, code: str) -> requests.Response:
	return guest.call(f"{FOLLOW}look", code=code)


def made(guest: Client, code: str) -> dict:
	"""The view, once the worker has made a petition of it."""

	def view() -> dict | None:
		found = accepted(look(guest, code))
		return found if "stage" in found else None

	return wait_until(view, lambda: accepted(look(guest, code))["state"])


@pytest.fixture(scope="module")
def guest_of_module(portal) -> Client:
	return portal.guest()


@pytest.fixture(scope="module")
def code(guest_of_module: Client) -> str:
	taken = accepted(send(guest_of_module, altcha=proof(guest_of_module)))
	assert not taken["held"]
	return taken["code"]


def test_the_form_is_a_plain_page_of_the_snapshot(guest: Client):
	for address in ("/phan-anh", "/en/phan-anh", "/tra-cuu", "/phan-anh-da-tra-loi"):
		answer = guest.get(address)
		assert answer.ok, address
		assert "public" in answer.headers["Cache-Control"]
	assert f'action="/api/method/{FORMS}"' in guest.get("/phan-anh").text


def test_a_worker_makes_it_and_the_code_tells_how_it_stands(guest: Client, code: str):
	view = made(guest, code)
	assert view["stage"] in ("Received", "Assigned")
	assert view["next"]["reference"]
	assert not [secret for secret in SECRETS if secret in str(view)]


def test_the_sender_writes_to_the_unit_by_the_page_alone(guest: Client, code: str):
	assert "write" in made(guest, code)["may"]
	text = f"Xe vẫn chưa đi được <script>alert({secrets.randbelow(99)})</script>"
	form = {"code": code.lower().replace("-", " "), "text": text, "page": "1", "lang": "vi"}
	page = guest.request("POST", f"/api/method/{FOLLOW}write", data=form)
	assert page.ok
	assert "Xe vẫn chưa đi được" in page.text
	assert "<script>alert(" not in page.text
	assert page.headers["Cache-Control"] == "no-store"


def test_without_a_script_it_is_taken_in_and_held(guest: Client):
	page = guest.request(
		"POST", f"/api/method/{FORMS}", data={**SENT, "content": "Gửi không có JavaScript nhé", "page": "1"}
	)
	assert page.ok
	code = re.search(r"PA-[0-9A-Z-]{20,}", page.text)[0]
	assert "kiểm tra tự động" in page.text
	assert "kiểm tra tự động" in accepted(look(guest, code))["state"]


@pytest.mark.parametrize(
	"field, value",
	[
		("content", "x" * 6000),
		("content", "\0\0\u202e"),
		("full_name", ""),
		("phone", "'; drop table"),
		("email", "a@b"),
		("category", "../../etc"),
		("area", "x" * 300),
		("payload", '{"content": {"a": [1]}, "phone": 7}'),
		("payload", "[" * 90_000),
	],
)
def test_what_is_wrong_is_said_in_words_and_nothing_of_the_inside(guest: Client, field: str, value: str):
	answer = send(guest, altcha=proof(guest), **{field: value})
	assert 400 <= answer.status_code < 500
	assert answer.json()["message"]["problems"]
	assert not has_traceback(answer)


def test_what_was_typed_is_still_there_and_harmless(guest: Client):
	form = {**SENT, "phone": "?", "full_name": '"><script>alert(1)</script>', "page": "1", "lang": "vi"}
	page = guest.request("POST", f"/api/method/{FORMS}", data=form)
	assert page.status_code == 417
	assert SENT["content"] in page.text
	assert "<script>alert(1)" not in page.text


def test_files_that_are_not_what_they_say_are_refused(guest: Client):
	packed = io.BytesIO()
	with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
		archive.writestr("zeros", b"\0" * 5_000_000)
	drawing = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
	for content in (packed.getvalue(), drawing, b"GIF89a<script>alert(1)</script>"):
		answer = send(guest, [("files", ("photo.jpg", content))], altcha=proof(guest))
		assert 400 <= answer.status_code < 500, content[:10]
		assert not has_traceback(answer)
	answer = send(guest, [("files", (f"{n}.jpg", b"\xff\xd8\xff")) for n in range(50)], altcha=proof(guest))
	assert "5" in str(answer.json()["message"]["problems"])


def test_the_same_form_twice_is_one_petition(guest: Client):
	key = f"test:{secrets.token_hex(16)}"
	codes = {accepted(send(guest, submission_key=key, altcha=proof(guest)))["code"] for _time in range(2)}
	assert len(codes) == 1
	assert (
		send(
			guest, submission_key=key, altcha=proof(guest), content="Một nội dung hoàn toàn khác"
		).status_code
		== 409
	)


def test_a_guessed_code_is_told_nothing(guest: Client, code: str):
	mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
	answer = look(guest, mistyped)
	assert answer.status_code == 417
	assert not has_traceback(answer)
	page = guest.request(
		"POST", f"/api/method/{FOLLOW}look", data={"code": "<b>PA</b>", "page": "1", "lang": "en"}
	)
	assert page.status_code == 417
	assert "<b>PA" not in page.text


def test_nobody_reads_what_was_sent_past_the_code(guest: Client):
	for doctype in (
		"Intake",
		"Intake Outcome",
		"Petition",
		"Petition Message",
		"Data Subject",
		"Personal Access",
	):
		assert guest.get(f"/api/resource/{doctype}").status_code in (401, 403), doctype
