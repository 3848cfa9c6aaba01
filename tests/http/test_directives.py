"""Directives over HTTP: from an upload to the public page, file and search; who reads what was sent to whom."""

import json
import secrets
import time
from collections.abc import Callable, Iterator

import pytest
import requests
from portal import DECIDE, Client, Portal, accepted, has_traceback, refused

AUTHOR, HEAD, PUBLISHER = "cdc.soanthao", "cdc.lanhdao", "cdc.congbo"
STATION, OTHER_STATION, DISTRICT = "tyt.tamchung", "tyt.hamrong", "ttyt.muonglat"
SEARCH = "/van-ban/tim"
SECONDS = 240  # behind whatever else waits for the worker
WORD = secrets.token_hex(5)  # stands in the text of this run's document alone
OBJECTS = (
	"<</Type/Catalog/Pages 2 0 R>>",
	"<</Type/Pages/Kids[3 0 R]/Count 1>>",
	"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
	"<</Length {length}>> stream\n{content}\nendstream",
	"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
)

Clients = Callable[[str], Client]


def pdf(text: str) -> bytes:
	content = f"BT /F 12 Tf 20 200 Td ({text}) Tj ET"
	file, places = "%PDF-1.4\n", []
	for number, body in enumerate(OBJECTS, 1):
		places.append(len(file))
		file += f"{number} 0 obj {body.format(content=content, length=len(content))} endobj\n"
	rows = "".join(f"{place:010} 00000 n \n" for place in places)
	end = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{rows}trailer <</Root 1 0 R/Size {len(places) + 1}>>\n"
	return f"{file}{end}startxref\n{len(file)}\n%%EOF\n".encode()


def upload(person: Client, name: str, content: bytes) -> str:
	sent = person.request(
		"POST", "/api/method/upload_file", files={"file": (name, content)}, data={"is_private": 1}
	)
	return accepted(sent)["file_url"]


def draft(person: Client, **values: object) -> requests.Response:
	sound = {"directive_type": "Thông báo", "subject": "Chốt kiểm soát", "summary": "Từ 6 giờ đến 22 giờ."}
	return person.post("/api/resource/Directive", **{**sound, **values})


def eventually(holds: Callable[[], object]) -> None:
	end = time.monotonic() + SECONDS
	while not holds():
		assert time.monotonic() < end, f"not so after {SECONDS} s"
		time.sleep(0.2)


@pytest.fixture(scope="module")
def approved(client: Clients) -> Iterator[dict]:
	"""A public directive with a file, sent to one station."""
	author = client(AUTHOR)
	url = upload(author, "thong-bao.pdf", pdf(f"Kiem soat ra vao {WORD} tai cac chot duong bo"))
	made = draft(author, files=[{"file": url}], recipients=[{"unit": "TYT-14848"}])
	name = made.json()["data"]["name"]
	for who, decision in ((AUTHOR, "Submit"), (HEAD, "Approve"), (PUBLISHER, "Approve")):
		accepted(client(who).call(DECIDE, doctype="Directive", name=name, decision=decision))
	yield author.document("Directive", name)


def found(guest: Client, query: str, prefix: str = "") -> str:
	answer = guest.get(f"{prefix}{SEARCH}", q=query)
	assert answer.status_code == 200, answer.text[:500]
	return answer.text


def test_it_is_at_its_address_in_both_languages_with_its_file(guest: Client, approved: dict) -> None:
	page = f"/van-ban/{approved['slug']}"
	eventually(lambda: guest.get(page).status_code == 200)
	for address in (page, f"/en{page}"):
		text = guest.get(address).text
		assert f'<meta name="DC.identifier" content="{approved["identifier"]}">' in text
	row = directive_row(guest, approved)
	file = guest.get(row["files"][0]["url"])
	assert (file.status_code, file.headers["Content-Type"]) == (200, "application/pdf")
	assert WORD.encode() in file.content
	for address in ("/van-ban", "/en/van-ban", "/van-ban.atom", f"/van-ban/nam/{approved['issued_on'][:4]}"):
		assert approved["slug"] in guest.get(address).text, address


def text_state(person: Client, name: str) -> str:
	return person.document("Directive", name)["files"][0]["text_state"]


def directive_row(guest: Client, approved: dict) -> dict:
	rows = guest.get("/du-lieu-mo/v1/directives.json").json()["directives"]
	return next(row for row in rows if row["slug"] == approved["slug"])


def test_its_text_is_found_once_the_job_has_read_it_and_by_number(
	guest: Client, client: Clients, approved: dict
) -> None:
	# Asked of the record: the search is limited.
	eventually(lambda: text_state(client(AUTHOR), approved["name"]) == "Read")
	assert approved["slug"] in found(guest, WORD)
	assert approved["slug"] in found(guest, f"kiểm soát ra vào {WORD}")
	assert approved["slug"] in found(guest, approved["identifier"], "/en")
	assert approved["slug"] not in found(guest, "khong ai viet")
	assert "&lt;b&gt;" in found(guest, "<b>") and "<b>" not in found(guest, "<b>")
	answer = guest.get(SEARCH, q="x" * 3000)
	assert answer.status_code == 200 and not has_traceback(answer)


def test_what_is_looked_through_and_what_the_index_says_is_the_same(portal: Portal, approved: dict) -> None:
	queries = [WORD, f"tai cac chot duong {WORD}", f"ra vao {WORD}", f"{WORD} nobody wrote"]
	program = f"""
import json
from covid_portal.directives import searching
def found(is_common):
	searching.are_common = lambda column, words: is_common
	return [searching.found(query, searching.PUBLIC) for query in {queries!r}]
searching.SHOWN = 1
print(json.dumps([found(True), found(False)]))
"""
	looked_through, by_index = json.loads(portal.inside(program))
	assert looked_through == by_index == [[approved["name"]], [approved["name"]], [approved["name"]], []]


def test_the_demos_scan_says_that_it_has_no_text(guest: Client) -> None:
	eventually(lambda: any(file["scan"] for file in all_files(guest)))
	assert any(not file["scan"] for file in all_files(guest))


def all_files(guest: Client) -> list[dict]:
	rows = guest.get("/du-lieu-mo/v1/directives.json").json()["directives"]
	return [file for row in rows for file in row["files"]]


def test_who_it_was_sent_to_answers_and_nobody_else(client: Clients, approved: dict) -> None:
	def own(mailbox: str) -> list[dict]:
		answer = accepted(client(mailbox).ask("covid_portal.directives.receipts.mine"))
		return [row for row in answer["open"] + answer["done"] if row["identifier"] == approved["identifier"]]

	row = own(STATION)[0]
	assert (row["state"], row["link"]) == ("Sent", f"/van-ban/{approved['slug']}")
	assert own(OTHER_STATION) == own(DISTRICT) == own("kiemtra") == []
	receive, finish = (f"covid_portal.directives.dispatch.{name}" for name in ("receive", "finish"))
	for mailbox in (OTHER_STATION, DISTRICT, "kiemtra"):
		refused(client(mailbox).call(receive, names=[row["name"]]), 403)
	assert accepted(client(STATION).call(receive, names=[row["name"]])) == 1
	refused(client(STATION).call(finish, name=row["name"], note=" "), 417, "đã")
	assert accepted(client(STATION).call(finish, name=row["name"], note="Đã làm"))["state"] == "Done"
	changed = client(STATION).put(f"/api/resource/Directive Receipt/{row['name']}", state="Sent")
	assert changed.status_code in (403, 417)


def test_a_guest_reads_no_record_and_no_draft(guest: Client, client: Clients) -> None:
	made = draft(client(AUTHOR), subject=f"Dự thảo {WORD}")
	name = made.json()["data"]["name"]
	for doctype in ("Directive", "Directive Text", "Directive Receipt", "Directive File"):
		assert guest.get(f"/api/resource/{doctype}").status_code == 403, doctype
	assert guest.get("/api/method/covid_portal.directives.searching.find", query=WORD).status_code == 403
	assert client(STATION).document("Directive", name) is None
	assert name not in found(guest, f"du thao {WORD}")


def test_a_file_that_is_none_is_refused_by_name_and_nothing_is_stored(client: Clients) -> None:
	author = client(AUTHOR)
	# Word, not PDF: of a PDF upstream looks for scripts in as it is sent, and takes none that it cannot read.
	url = upload(author, "gia.docx", b"PK\x03\x04 no document at all")
	before = len(author.rows("Directive"))
	refused(draft(author, files=[{"file": url}]), 417, "gia")
	assert len(author.rows("Directive")) == before
