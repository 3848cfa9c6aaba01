"""Whatever a stranger sends to whatever is open to everybody: a clear sentence, nothing of the inside, nothing half stored.

Schemathesis goes through the description that is made of the app's inventory of guest endpoints; hypothesis puts together the
forms of people with what no person types. Both take the same examples in every run.
"""

import html
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

import guest_api
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal import Portal, has_traceback
from strangers import send_once

from covid_portal.guest_endpoints import BY_PATH, GUEST_ENDPOINTS, GuestEndpoint

SAME_EACH_TIME = settings(
	max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
VIETNAMESE = re.compile(
	r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
SERVER_ERROR = 500
PETITION, RETURN = "covid_portal.citizens.forms.send_petition", "covid_portal.citizens.return_form.send"
VERIFY = "covid_portal.bulletins.verifying.check"

schema = schemathesis.openapi.from_dict(guest_api.description())
schema.config.phases.coverage.enabled = False  # field by field, which is done below with worse values


def sentences(answer: requests.Response) -> str:
	"""What a person reads of it: the page, or the sentences of the data."""
	try:
		body = answer.json()
	except ValueError:
		return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
	messages = [json.loads(row) for row in json.loads(body.pop("_server_messages", "[]"))]
	return " ".join(texts_in([body, messages]))


def texts_in(value: object) -> Iterator[str]:
	if isinstance(value, str):
		yield value
	elif isinstance(value, dict | list):
		for part in value.values() if isinstance(value, dict) else value:
			yield from texts_in(part)


def check(answer: requests.Response, in_words: bool = True) -> None:
	asked = answer.request
	said = f"{answer.status_code}: {answer.text[:500]!r} to {asked.method} {asked.url[:300]} {(asked.body or b'')[:300]!r}"
	assert answer.status_code < SERVER_ERROR, said
	assert not has_traceback(answer), said
	assert answer.ok or not in_words or VIETNAMESE.search(sentences(answer)), said


# --- by the description


@schema.parametrize()
@settings(SAME_EACH_TIME, max_examples=8)
def test_whatever_the_description_allows_or_forbids(case: schemathesis.Case, portal: Portal) -> None:
	parts = case.as_transport_kwargs(base_url=portal.base_url)
	answer = send_once("", parts.pop("method"), parts.pop("url"), **parts)
	# JSON that is no object is refused by the framework, before it knows the visitor's language.
	check(answer, in_words=not isinstance(case.body, list | str | int | float | None))


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 20_000, b'{"content": "Le Thi Hong Gam"'])
def test_json_that_cannot_be_read(body: bytes, portal: Portal) -> None:
	for path in (PETITION, RETURN, "covid_portal.channels.zalo_webhook.receive"):
		answer = send_once(
			portal.base_url,
			"POST",
			guest_api.address(BY_PATH[path]),
			data=body,
			headers={"Content-Type": "application/json"},
		)
		check(answer)
		assert answer.status_code == 400


@pytest.mark.parametrize("path", [PETITION, RETURN, VERIFY])
def test_a_field_of_a_form_whose_name_cannot_be_read(path: str, portal: Portal) -> None:
	body = b'--x\r\nContent-Disposition: form-data; name="\\"\r\n\r\nnull\r\n--x--\r\n'
	headers = {"Content-Type": "multipart/form-data; boundary=x"}
	check(send_once(portal.base_url, "POST", guest_api.address(BY_PATH[path]), data=body, headers=headers))


def test_what_is_nested_deep_in_an_address(portal: Portal) -> None:
	endpoint = BY_PATH["covid_portal.approval.desk.apply_action"]
	answer = send_once(
		portal.base_url, "GET", guest_api.address(endpoint), params=dict.fromkeys(endpoint.takes, "[" * 2000)
	)
	check(answer)


# --- by what people fill in

WORDS = st.sampled_from(
	[
		*(
			"",
			" ",
			"\0",
			"a\0b",
			"\r\nSet-Cookie: a=b",
			"x" * 6000,
			"9" * 5000,
			"-1",
			"1e999",
			"NaN",
			"null",
			"[]",
			"{}",
		),
		*(
			"<script>alert(1)</script>",
			"'\"><img src=x onerror=alert(1)>",
			"javascript:alert(1)",
			"{{ 7 * 7 }}",
			"{% raw %}",
		),
		*(
			"'; drop table tabIntake; --",
			"\\",
			"%s%n%d",
			"{0}",
			"../../../etc/passwd",
			"\u202e\u200f\u2066",
			"🙂" * 300,
		),
		*(
			"A" + "\u0301" * 2000,
			"ﷺ" * 500,
			"\ufeff",
			"\ufffe\uffff",
			"０９１２３４５６７８",
			"PA-7K2M-Q4XT-9D3F-W6H8R",
		),
		*("VQ-0000-0000-0000-00000", "2021-02-30", "0001-01-01", "9999-12-31", "31/12/99999", "[" * 20_000),
	]
)
# In JSON everything can be anything; half a letter is what neither the database nor a page can hold.
THINGS = st.one_of(
	WORDS,
	st.text(max_size=60),
	st.sampled_from(
		["\ud800", None, True, 0, -1, 10**30, 1.5, 1e308, [], {}, ["a"], {"a": {"b": []}}, [[[[1]]]]]
	),
)
SOUND = {
	PETITION: {
		"category": "transport",
		"content": "Chốt đầu xã không cho xe chở rau đi qua từ sáng.",
		"full_name": "Lường Văn Thử",
		"phone": "0912 000 111",
		"address": "Thôn 5",
	},
	RETURN: {
		"area": "14848",
		"origin": "79",
		"wanted_on": "2021-11-30",
		"reason": "illness",
		"contact_name": "Lê Thị Kiểm Thử",
		"contact_phone": "0912 000 987",
		"contact_address": "Bản Thử",
		"persons.1.full_name": "Lê Thị Kiểm Thử",
		"persons.1.birth_year": "1990",
	},
}
POSTS = [endpoint for endpoint in GUEST_ENDPOINTS if "POST" in endpoint.methods]


def odd(endpoint: GuestEndpoint, values: st.SearchStrategy) -> st.SearchStrategy[dict]:
	"""What somebody would send, with some of it replaced."""
	fields = st.sampled_from([*endpoint.takes, *endpoint.form] or ["event_name"])
	return st.dictionaries(fields, values, min_size=1, max_size=4).map(
		lambda some: SOUND.get(endpoint.path, {}) | some
	)


@pytest.mark.parametrize("endpoint", POSTS, ids=lambda endpoint: endpoint.path.removeprefix("covid_portal."))
def test_whatever_stands_in_the_fields_of_a_form(endpoint: GuestEndpoint, portal: Portal) -> None:
	@SAME_EACH_TIME
	@given(odd(endpoint, WORDS), st.booleans())
	def attack(form: dict, as_page: bool) -> None:
		sent = form | ({"page": "1"} if as_page else {})
		answer = send_once(portal.base_url, "POST", guest_api.address(endpoint), data=sent)
		check(answer)
		assert "<script>alert(1)" not in answer.text or "text/html" not in answer.headers["Content-Type"]

	attack()


@pytest.mark.parametrize("endpoint", POSTS, ids=lambda endpoint: endpoint.path.removeprefix("covid_portal."))
def test_whatever_stands_in_the_data_of_a_program(endpoint: GuestEndpoint, portal: Portal) -> None:
	@SAME_EACH_TIME
	@given(odd(endpoint, THINGS), st.booleans())
	def attack(data: dict, packed: bool) -> None:
		sent = {"payload": json.dumps(data)} if packed and endpoint.form else data
		answer = send_once(portal.base_url, "POST", guest_api.address(endpoint), json=sent)
		check(answer)

	attack()


# --- files


def packed_zeros() -> bytes:
	stream = io.BytesIO()
	with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
		archive.writestr("zeros", b"\0" * 5_000_000)
	return stream.getvalue()


def picture(width: int = 1, height: int = 1) -> bytes:
	"""A PNG of so many black points by what it says; its content is of one."""

	def part(kind: bytes, content: bytes) -> bytes:
		return (
			struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
		)

	head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
	parts = part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")
	return b"\x89PNG\r\n\x1a\n" + parts


SCRIPT = b"<script>alert(1)</script>"
FILES: dict[str, Callable[[], list[bytes]]] = {
	"fifty": lambda: [picture()] * 50,
	"drawing with a script": lambda: [b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
	"page": lambda: [b"<!doctype html>" + SCRIPT],
	"packed zeros": lambda: [packed_zeros()],
	"picture of 400 million points": lambda: [picture(20_000, 20_000)],
	"script that begins as a picture": lambda: [b"GIF89a/*" + SCRIPT],
	"nothing but a head": lambda: [b"\xff\xd8\xff", b"%PDF-1.7"],
	"empty": lambda: [b""],
	"nine megabytes": lambda: [b"%PDF-1.7" + b"\0" * 9_000_000],
	"twelve megabytes": lambda: [b"%PDF-1.7" + b"\0" * 12_000_000],
	"bulletin that is none": lambda: [b'{"bulletin": [], "hash": {}}', b'{"bulletin": {"code": {"a": NaN}}}'],
	"bulletin without an end": lambda: [b"[" * 200_000, b'{"bulletin":' * 50_000],
	"half a letter": lambda: [
		b'{"bulletin": {"code": "\\ud800", "figures": [{"field": "\\ud800"}]}}',
		b"\xff\xfe\x00",
	],
}


@pytest.mark.parametrize("path", [PETITION, RETURN, VERIFY])
@pytest.mark.parametrize("name", FILES)
def test_whatever_is_sent_as_a_file(path: str, name: str, portal: Portal) -> None:
	endpoint = BY_PATH[path]
	files = [
		(endpoint.files, (f"../{number}\0.jpg", content)) for number, content in enumerate(FILES[name]())
	]
	answer = send_once(
		portal.base_url,
		"POST",
		guest_api.address(endpoint),
		data=SOUND.get(path, {}) | {"page": "1"},
		files=files,
	)
	check(answer)


def test_a_picture_with_a_script_behind_it_is_made_anew(portal: Portal) -> None:
	"""It is a picture, and taken; what an officer opens holds the picture alone."""
	sent = {**SOUND[PETITION], "content": "Ảnh chụp chốt kiểm soát, xin xem kèm theo."}
	files = [("files", ("photo.jpg", picture() + SCRIPT))]
	answer = send_once(portal.base_url, "POST", guest_api.address(BY_PATH[PETITION]), data=sent, files=files)
	assert answer.ok, answer.text[:500]
	code = answer.json()["message"]["code"]
	kept = portal.inside(MADE_ANEW.format(code=code)).split()
	assert kept == ["JPEG", "True", "True"]


MADE_ANEW = """
import io
from PIL import Image
from covid_portal.citizens import attachments, codes, intake
frappe.set_user("Administrator")
document = frappe.get_doc("Intake", codes.find({code!r}))
(file,) = intake.payload_of(document)["files"]
sealed = (attachments.folder(document.name) / "0").read_bytes()
content = attachments.sealing.unseal_bytes(document.subject, sealed)
ending, made = attachments.clean(attachments.Attachment(file["kind"], content))
print(Image.open(io.BytesIO(made)).format, b"script" in content, b"script" not in made)
"""


# --- afterwards


@pytest.fixture(scope="module", autouse=True)
def nothing_half_stored(portal: Portal) -> Iterator[None]:
	"""Of all that was sent each thing is whole or not there, and the worker has broken over nothing."""
	yield
	assert json.loads(portal.inside(WHOLE).splitlines()[-1]) == {
		"without an outcome": 0,
		"without an intake": 0,
		"without a key": 0,
		"files of nothing": 0,
		"failed": 0,
	}


WHOLE = """
import json, os
from covid_portal.citizens import attachments
count = lambda condition: frappe.db.sql(f"select count(*) from {condition}")[0][0]
folder = attachments.folder("x").parent
spooled = os.listdir(folder) if folder.exists() else []
known = set(frappe.get_all("Intake", {"name": ("in", [*spooled, ""])}, pluck="name"))
print(json.dumps({
	"without an outcome": count("tabIntake left join `tabIntake Outcome` o on o.intake = tabIntake.name where o.name is null"),
	"without an intake": count("`tabIntake Outcome` o left join tabIntake on tabIntake.name = o.intake where tabIntake.name is null"),
	"without a key": count("tabIntake left join `tabData Subject` s on s.name = tabIntake.subject where s.name is null"),
	"files of nothing": len(set(spooled) - known),
	"failed": count("`tabIntake Outcome` where state in ('Failed', 'Dead')"),
}))
"""
