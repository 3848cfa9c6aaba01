"""Issued bulletins over HTTP: pages and files, who may do what, and the check that tells the forged from the true."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from portal import Client, Portal, has_traceback, refused

V1 = "/du-lieu-mo/v1"
CHECK = "/api/method/covid_portal.bulletins.verifying.check"
LIMIT = 60  # checks in a minute


@pytest.fixture(scope="module")
def index(portal: Portal) -> dict:
	return portal.guest().get(f"{V1}/bulletins/index.json").json()


@pytest.fixture(scope="module")
def newest(index: dict) -> dict:
	return index["bulletins"][0]


@pytest.fixture(scope="module")
def true(portal: Portal, newest: dict) -> dict:
	return portal.guest().get(newest["json"]).json()


@pytest.fixture
def networks(request: pytest.FixtureRequest) -> Iterator[int]:
	"""A network for each test: the limit counts by network."""
	return abs(hash(request.node.name)) % 250


@pytest.fixture
def check(guest: Client, networks: int):
	def ask(content: bytes | None = None, **values: str) -> requests.Response:
		files = {"file": ("x.bin", content)} if content is not None else None
		headers = {"X-Forwarded-For": f"203.0.113.{networks}"}
		return guest.request("POST", CHECK, data=values, files=files, headers=headers)

	return ask


# --- pages and files


def test_every_listed_bulletin_has_its_pages_and_files(guest: Client, index: dict) -> None:
	assert index["count"] == len(index["bulletins"]) or len(index["months"]) > 1
	for row in index["bulletins"]:
		for path in (row["page"], f"/en{row['page']}", row["json"], row["pdf"], row["txt"]):
			assert guest.get(path).status_code == 200, path
		assert guest.get(row["pdf"]).headers["Content-Type"] == "application/pdf"
	for path in ("/ban-tin", "/en/ban-tin", "/xac-minh", "/en/xac-minh", f"/ban-tin/{row['slot']}"):
		assert guest.get(path).status_code == 200, path
	assert guest.get(f"/ban-tin/thang/{index['months'][0]['month']}").status_code == 200


@pytest.mark.parametrize(
	"path",
	[
		"/ban-tin/999999",
		"/ban-tin/khong-co",
		"/ban-tin/thang/1999-01",
		"/ban-tin/../../site_config.json",
		"/ban-tin/%2e%2e/bulletin-keys",
		f"{V1}/bulletins/999999.json",
		f"{V1}/bulletins/codes/AAAA-AAAA-AAAA-AAAA.json",
	],
)
def test_what_was_not_issued_is_not_there(guest: Client, path: str) -> None:
	answer = guest.get(path)
	assert answer.status_code in (403, 404) and not has_traceback(answer)
	assert "PRIVATE KEY" not in answer.text


def test_no_private_key_is_among_the_files(portal: Portal, guest: Client) -> None:
	keys = guest.get(f"{V1}/keys.json").json()["keys"]
	folder = portal.root / "sites" / portal.site / "bulletin-keys"
	for key in keys:
		assert (folder / f"{key['key_id']}.pem").stat().st_mode & 0o777 == 0o600
		for path in (f"/bulletin-keys/{key['key_id']}.pem", f"/private/bulletin-keys/{key['key_id']}.pem"):
			answer = guest.get(path)
			assert answer.status_code in (403, 404) and "PRIVATE" not in answer.text


# --- the program for the press


def test_the_program_and_the_files_it_needs_are_all_a_journalist_has_to_fetch(
	portal: Portal, guest: Client, index: dict, tmp_path: Path
) -> None:
	names = ["keys.json", "xac_minh.py", "bulletins/index.json"]
	names += [f"bulletins/{number}.json" for number in range(1, index["count"] + 1)]
	for name in names:
		(tmp_path / Path(name).name).write_bytes(guest.get(f"{V1}/{name}").content)
	bulletins = [f"{number}.json" for number in range(1, index["count"] + 1)]

	def run(*files: str) -> tuple[int, str]:
		command = [
			portal.root / "env/bin/python",
			"xac_minh.py",
			"--index",
			"index.json",
			"keys.json",
			*files,
		]
		done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
		return done.returncode, done.stdout

	assert run(*bulletins)[0] == 0
	assert run(*bulletins[:-2], bulletins[-1])[0] == 1  # one taken out
	changed = json.loads((tmp_path / bulletins[0]).read_text())
	changed["bulletin"]["figures"]["figures"][0]["value"] = 0
	(tmp_path / bulletins[0]).write_text(json.dumps(changed))
	status, said = run(*bulletins)
	assert status == 1 and said.startswith("1.json: hash")


# --- the check


def test_a_code_and_the_issued_files_are_genuine(check, guest: Client, newest: dict) -> None:
	for answer in (
		check(code=newest["code"].lower()),
		check(guest.get(newest["json"]).content),
		check(guest.get(newest["pdf"]).content),
	):
		assert answer.json()["message"] == {"result": "genuine", "bulletin": newest, "parts": []}


def test_a_forged_file_is_told_with_what_differs(check, true: dict, newest: dict) -> None:
	forged = json.loads(json.dumps(true))
	row = next(row for row in forged["bulletin"]["figures"]["figures"] if row["field"] == "new_cases")
	row["value"] += 100
	said = check(json.dumps(forged).encode()).json()["message"]
	assert (said["result"], said["bulletin"]["number"]) == ("forged", newest["number"])
	assert f"figures.figures.new_cases.value: {row['value']} ≠ {row['value'] - 100}" in said["parts"]


def test_without_a_script_the_answer_is_a_page_in_the_language_of_the_form(check, newest: dict) -> None:
	for lang, word in (("vi", "Thật: bản tin số"), ("en", "Genuine: bulletin no.")):
		answer = check(code=newest["code"], page="1", lang=lang)
		assert answer.headers["Content-Type"].startswith("text/html")
		assert f'<html lang="{lang}"' in answer.text and word in answer.text
		assert "<script>" not in answer.text
	for values, status in (({"code": ""}, 400), ({"content": b"x" * 3_100_000}, 413)):
		answer = check(page="1", lang="en", **values)
		assert answer.status_code == status and "<html" in answer.text and not has_traceback(answer)
	assert "&lt;script&gt;" not in check(code="<script>", page="1", lang="<script>").text


def test_rubbish_is_refused_in_a_sentence_and_nothing_is_kept(check, administrator: Client) -> None:
	files = len(administrator.rows("File"))
	for content in (b"", b"\0\1\2", b"%PDF-1.4 stream", b"{", b'{"bulletin":' + b"[" * 50_000, b"<?xml"):
		answer = check(content)
		assert not has_traceback(answer)
		assert answer.status_code == 400 if not content else answer.json()["message"]["result"] == "unknown"
	refused(check(b"x" * 3_100_000), 413)
	assert check(code="A" * 100_000).json()["message"]["result"] == "unknown"
	assert len(administrator.rows("File")) == files


def test_it_is_no_get_and_it_is_limited(check, guest: Client) -> None:
	assert guest.get(CHECK).status_code == 403
	# Behind nginx, which names the network itself, the checks of the tests before count too.
	answers = [check(code="AAAA") for _time in range(LIMIT + 1)]
	answered = [answer.ok for answer in answers]
	assert answered == sorted(answered, reverse=True)
	assert not answered[-1]
	assert not has_traceback(answers[-1])


# --- who


def test_a_guest_reads_no_record_and_all_staff_do(guest: Client, client, newest: dict) -> None:
	filters = {"number": newest["number"]}
	assert guest.get("/api/resource/Bulletin").status_code == 403
	for mailbox in ("tyt.hamrong", "ttyt.muonglat", "kiemtra", "quantri", "cdc.soanthao"):
		assert len(client(mailbox).rows("Bulletin", filters)) == 1, mailbox


@pytest.mark.parametrize(
	"mailbox", ["cdc.soanthao", "cdc.lanhdao", "cdc.congbo", "quantri", "hethong", "Administrator"]
)
def test_nobody_changes_an_issued_bulletin(client, mailbox: str, administrator: Client, newest: dict) -> None:
	person = client(mailbox)
	name = administrator.rows("Bulletin", {"number": newest["number"]})[0]["name"]
	before = administrator.document("Bulletin", name)
	values = {"doctype": "Bulletin", "name": name, "fieldname": "title", "value": "x"}
	for answer in (
		person.put(f"/api/resource/Bulletin/{name}", title="x"),
		person.delete(f"/api/resource/Bulletin/{name}"),
		person.call("frappe.client.set_value", **values),
		person.call("frappe.client.rename_doc", doctype="Bulletin", old_name=name, new_name="x"),
	):
		assert answer.status_code in (403, 404, 417) and not has_traceback(answer), answer.text[:300]
	assert administrator.document("Bulletin", name) == before


def test_keys_are_made_by_no_request(administrator: Client) -> None:
	values = {"key_id": "x", "public_key": "y", "valid_from": "2021-01-01 00:00:00"}
	refused(administrator.post("/api/resource/Bulletin Key", **values), 403, "bulletin-key-new")


def test_a_second_key_is_refused_by_the_command_in_a_sentence(portal: Portal) -> None:
	command = [
		portal.root / "env/bin/python",
		"-m",
		"frappe.utils.bench_helper",
		"frappe",
		"--site",
		portal.site,
	]
	done = subprocess.run(
		[*command, "bulletin-key-new"], cwd=portal.root / "sites", capture_output=True, text=True, check=False
	)
	assert done.returncode == 1 and "Traceback" not in done.stderr
	listed = portal.bench("bulletin-key-list")
	assert "in use" in listed and "private key here" in listed
