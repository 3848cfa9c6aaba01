"""What the public gets of two issued bulletins, and how a forged one is told from the true one: by the portal's own check and
by the program for the press, which runs here as it would run there."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import frappe
import pypdf
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from frappe.utils import now_datetime

from covid_portal import paper
from covid_portal.bulletins import printing, verifying
from covid_portal.bulletins.canonical import canonical, sha256
from covid_portal.bulletins.issuing import published
from covid_portal.bulletins.published import FOLDER
from covid_portal.bulletins.published import files as bulletin_files
from covid_portal.publishing import pages, snapshot
from covid_portal.publishing.pages import brand
from covid_portal.publishing.publication import Publication, files_of, publication_of
from covid_portal.publishing.test_rendering import Outline
from covid_portal.testing.bulletins import BulletinCase


def independent(content: object) -> str:
	"""Canonical JSON written without the portal's code or any package."""
	if isinstance(content, dict):
		return (
			"{" + ",".join(f"{independent(key)}:{independent(content[key])}" for key in sorted(content)) + "}"
		)
	if isinstance(content, list):
		return "[" + ",".join(map(independent, content)) + "]"
	return json.dumps(content, ensure_ascii=False)


class TestPublished(BulletinCase):
	drawn = True

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.first = cls.issued()
		cls.change_figures(new_cases=9)
		draft = cls.drafted()
		frappe.db.set_value("Bulletin", draft.name, "reason", "Tính trùng <một> ca")
		cls.second = cls.issued(frappe.get_doc("Bulletin", draft.name))
		frappe.set_user("Administrator")
		cls.build()

	def true(self) -> dict:
		return published(self.second)

	def page(self, address: str) -> str:
		return (snapshot.live() / address / "index.html").read_text(encoding="utf-8")

	# --- files

	def test_the_file_is_the_signed_content_and_can_be_recomputed_by_anybody(self) -> None:
		file = self.data("bulletins/2.json")
		text = independent(file["bulletin"]).encode()
		self.assertEqual(hashlib.sha256(text).hexdigest(), file["hash"])
		key = next(row for row in self.data("keys.json")["keys"] if row["key_id"] == file["key_id"])
		public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"]))
		public.verify(base64.b64decode(file["signature"]), text)
		self.assertEqual(self.file("bulletins/2.json"), independent(file).encode())

	def test_lists_lead_to_every_file_and_say_what_is_superseded(self) -> None:
		index = self.data("bulletins/index.json")
		self.assertEqual((index["count"], index["latest"]["hash"]), (2, self.second.hash))
		month = self.data(index["months"][0]["url"].removeprefix("/du-lieu-mo/v1/"))
		self.assertEqual(month["bulletins"], index["bulletins"])
		self.assertEqual([row["superseded_by"] for row in index["bulletins"]], [None, 2])
		for row in index["bulletins"]:
			for form in ("json", "pdf", "txt"):
				self.assertTrue((snapshot.live() / row[form].lstrip("/")).is_file())
			self.assertEqual(self.data(f"bulletins/codes/{row['code']}.json"), row)
			self.assertEqual(sha256(self.file(f"bulletins/{row['number']}.pdf")), row["pdf_sha256"])

	def test_a_build_with_nothing_new_writes_no_bulletin_again(self) -> None:
		files = files_of(publication_of([], snapshot.live()), snapshot.makers())
		self.assertEqual([path for path in files if path.startswith(FOLDER)], [f"{FOLDER}/index.json"])

	def test_a_new_brand_is_on_the_pages_of_all_bulletins_and_what_was_issued_stays(self) -> None:
		with patch.object(pages, "brand", lambda: {**brand(), "organisation": "Cơ quan mới"}):
			files = files_of(publication_of([], snapshot.live(), anew=True), snapshot.makers())
		for number in (1, 2):
			self.assertIn("Cơ quan mới", files[f"ban-tin/{number}/index.html"].decode())
		self.assertEqual(files[f"ban-tin/{self.slot}/index.html"], files["ban-tin/2/index.html"])
		self.assertIn(f"ban-tin/thang/{now_datetime():%Y-%m}/index.html", files)
		for path, content in files.items():
			if path.startswith(FOLDER) and path != f"{FOLDER}/index.json":
				self.assertEqual(content, (snapshot.live() / path).read_bytes(), path)

	def test_a_part_of_a_build_makes_the_bulletins_of_its_slots_alone(self) -> None:
		nothing = Path(self.enterContext(tempfile.TemporaryDirectory()))
		for slot, there in ((self.slot, True), (self.previous, False)):
			files = bulletin_files(Publication((slot,), self.slot, {}, nothing, more_follows=True))
			self.assertEqual(f"{FOLDER}/2.json" in files, there)
			self.assertNotIn("ban-tin/index.html", files)

	def test_a_draft_of_the_next_version_is_in_no_build(self) -> None:
		self.change_figures(new_cases=12)
		self.assertFalse(self.drafted().number)
		files = files_of(publication_of([], snapshot.live()), snapshot.makers())
		self.assertEqual([path for path in files if path.startswith(FOLDER)], [f"{FOLDER}/index.json"])

	def test_the_loudspeaker_file_begins_with_what_is_read_out(self) -> None:
		text = self.file("bulletins/2.txt").decode("utf-8-sig")
		self.assertTrue(text.startswith(self.second.loudspeaker))
		self.assertIn(self.second.code, text.partition("---")[2])

	# --- pages

	def test_the_pages_show_text_figures_history_and_signature_in_both_languages(self) -> None:
		for address, words in (("ban-tin/2", "9 ca mắc mới"), ("en/ban-tin/2", "9 new cases")):
			page = self.page(address)
			for word in (words, self.second.hash, self.second.code, "Tính trùng &lt;một&gt; ca", "6 → 9"):
				self.assertIn(word, page)
			self.assertEqual(page, self.page(address.replace("ban-tin/2", f"ban-tin/{self.slot}")))
			self.assertIn('href="' + ("/ban-tin/2" if address[:2] == "en" else "/en/ban-tin/2"), page)

	def test_the_superseded_one_leads_to_the_one_in_force(self) -> None:
		self.assertRegex(self.page("en/ban-tin/1"), r'superseded\..*<a href="/en/ban-tin/2">')
		self.assertNotIn("is superseded", self.page("en/ban-tin/2"))

	def test_every_page_is_whole_and_has_no_script_of_its_own(self) -> None:
		month = f"{now_datetime():%Y-%m}"
		addresses = ("ban-tin", "ban-tin/1", "ban-tin/2", f"ban-tin/thang/{month}", "xac-minh")
		for address in (*addresses, *(f"en/{address}" for address in addresses)):
			page, checker = self.page(address), Outline()
			checker.feed(page)
			self.assertEqual(checker.open, [], address)
			self.assertEqual(len(checker.ids), len(set(checker.ids)), address)
			self.assertNotRegex(page, r"<script(?! type=\"module\" src=)|<style| style=| on[a-z]+=", address)

	# --- print

	def test_the_same_bulletin_gives_the_same_bytes_and_the_issued_ones_are_kept(self) -> None:
		self.assertEqual(printing.render(self.true()), self.file("bulletins/2.pdf"))
		row = {"name": self.second.name, "pdf_sha256": self.second.pdf_sha256}
		with patch.object(printing, "render", side_effect=AssertionError):
			self.assertEqual(printing.kept(row, self.true()), self.file("bulletins/2.pdf"))
		with patch.object(printing, "render", return_value=b"by a later version"):
			self.assertRaises(printing.PrintLost, printing.kept, {**row, "name": "gone"}, self.true())

	def test_the_print_reads_as_an_official_document(self) -> None:
		pdf = pypdf.PdfReader(io.BytesIO(self.file("bulletins/2.pdf")))
		text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
		for words in (
			"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc",
			"CDC OF ZZ",
			"Số: 02/BT-CDC",
			printing.place_and_date("Test ZZ", self.second.issued_at),
			"BẢN TIN",
			"(Phiên bản 2)",
			"9 ca mắc mới",
			"Lý do có phiên bản mới: Tính trùng <một> ca",
			"Nơi nhận:",
			"GIÁM ĐỐC (Đã ký số) publisher",
			self.second.code,
			self.second.hash[:32],
		):
			self.assertIn(words, text)
		self.assertEqual(list(pdf.attachments), ["ban-tin-2.json"])
		self.assertEqual(pdf.attachments["ban-tin-2.json"][0], canonical(self.true()))

	def test_the_desk_prints_the_issued_one_and_a_draft_marked_as_such(self) -> None:
		issued = frappe.get_print("Bulletin", self.second.name, "Bulletin")
		for words in ("Số: 02/BT-CDC", "9 ca mắc mới", self.second.code, "(Đã ký số)"):
			self.assertIn(words, issued)
		self.change_figures(new_cases=8)
		draft = frappe.get_print("Bulletin", self.drafted().name, "Bulletin")
		self.assertIn("(DỰ THẢO)", draft)
		self.assertNotIn("Đã ký số", draft)

	def test_the_code_in_the_picture_leads_to_the_check(self) -> None:
		"""Redrawn from the dark modules as they were drawn."""
		said = self.true()["bulletin"]
		with patch.object(printing.Print, "rect", autospec=True) as drawn:
			printing.render(self.true())
		code = segno.make(f"{said['verify_at']}", error="m", micro=False)
		size = code.symbol_size(border=paper.QR_QUIET)[0]
		module = paper.QR_SIZE / size
		rows = sorted({round(call.args[2], 4) for call in drawn.call_args_list})
		dark = sum(round(call.args[3] / module) for call in drawn.call_args_list)
		self.assertEqual(dark, sum(sum(row) for row in code.matrix_iter(border=paper.QR_QUIET)))
		self.assertEqual(len(rows), code.symbol_size(border=0)[1])
		self.assertTrue(said["verify_at"].endswith(self.second.code))

	# --- the portal's own check

	def verdict(self, content: bytes | dict) -> tuple:
		content = json.dumps(content).encode() if isinstance(content, dict) else content
		verdict = verifying.verdict_of_file(content)
		return verdict["result"], " ".join(verdict["parts"])

	def test_true_files_and_codes_are_told_as_such(self) -> None:
		for name, result in (("1", "superseded"), ("2", "genuine")):
			for form in ("json", "pdf"):
				self.assertEqual(self.verdict(self.file(f"bulletins/{name}.{form}")), (result, ""))
		self.assertEqual(
			self.verdict(self.true()), ("genuine", "")
		)  # laid out otherwise, with the same content
		for bulletin, result in ((self.first, "superseded"), (self.second, "genuine")):
			code = bulletin.code.lower().replace("-", " ")
			self.assertEqual(verifying.verdict_of_code(code)["result"], result)
		self.assertEqual(verifying.verdict_of_code("AAAA-AAAA-AAAA-AAAA")["result"], "unknown")

	def test_a_changed_figure_is_named_with_both_values(self) -> None:
		forged = self.forged_figure()
		result, parts = self.verdict(forged)
		self.assertEqual(result, "forged")
		self.assertIn("figures.figures.new_cases.value: 1 ≠ 9", parts)
		forged["hash"] = sha256(canonical(forged["bulletin"]))
		self.assertEqual(self.verdict(forged)[0], "forged")

	def test_a_strangers_signature_and_a_strangers_bulletin_are_refused(self) -> None:
		self.assertEqual(self.verdict(self.signed_by_a_stranger())[0], "forged")
		forged = self.signed_by_a_stranger()
		forged["bulletin"]["code"] = "AAAA-AAAA-AAAA-AAAA"
		self.assertEqual(self.verdict(forged)[0], "forged")

	def test_a_changed_page_is_found_though_the_data_attached_are_true(self) -> None:
		pdf = self.file("bulletins/2.pdf")
		for changed in (pdf + b"\n", pdf.replace(b"/Title", b"/Titel", 1)):
			result, parts = self.verdict(changed)
			self.assertEqual(result, "forged")
			self.assertIn("not the file that was issued", parts)
		forged = pdf.replace(b'"field":"new_cases"', b'"field":"old_cases"')
		self.assertEqual(self.verdict(forged)[0], "forged")

	def test_a_name_that_stands_twice_does_not_pass(self) -> None:
		text = self.file("bulletins/2.json").replace(b'"number":2', b'"number":7,"number":2')
		self.assertEqual(self.verdict(text)[0], "unknown")

	def test_what_is_nested_too_deep_to_be_looked_through_is_unknown_and_never_an_error(self) -> None:
		for depth in (100, 300, 600, 900, 100_000):
			deep = "[" * depth + "]" * depth
			content = f'{{"bulletin":{{"code":"{self.second.code}","figures":{deep}}}}}'.encode()
			self.assertIn(verifying.verdict_of_file(content)["result"], ("forged", "unknown"), depth)

	def test_rubbish_is_unknown_and_never_an_error(self) -> None:
		deep = b'{"bulletin":' + b"[" * 100_000
		for content in (
			b"\0" * 50,
			b"%PDF-1.7",
			b"[]",
			b'{"bulletin":{}}',
			b'{"bulletin":5}',
			b"\xff",
			deep,
			b'{"bulletin":{"code":["x"]}}',
		):
			self.assertIn(self.verdict(content)[0], ("unknown", "forged"), content[:40])

	# --- the program for the press

	def forged_figure(self) -> dict:
		forged = json.loads(json.dumps(self.true()))
		row = next(row for row in forged["bulletin"]["figures"]["figures"] if row["field"] == "new_cases")
		row["value"] = 1
		return forged

	def signed_by_a_stranger(self) -> dict:
		forged = self.forged_figure()
		content = canonical(forged["bulletin"])
		signature = Ed25519PrivateKey.generate().sign(content)
		return {**forged, "hash": sha256(content), "signature": base64.b64encode(signature).decode()}

	def run_script(self, *files: str) -> tuple[int, str]:
		done = subprocess.run(
			[sys.executable, "-I", snapshot.live() / "du-lieu-mo/v1/xac_minh.py", *files],
			cwd=self.work,
			capture_output=True,
			text=True,
			check=False,
			env={"PYTHONIOENCODING": "utf-8"},
		)
		self.assertEqual(done.stderr, "")
		return done.returncode, done.stdout

	@property
	def work(self) -> Path:
		"""What a journalist has downloaded, and what somebody has sent them."""
		folder = self.folder / "press"
		if not folder.exists():
			folder.mkdir()
			for name in ("keys.json", "bulletins/index.json", "bulletins/1.json", "bulletins/2.json"):
				(folder / Path(name).name).write_bytes(self.file(name))
			stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
			keys = json.loads((folder / "keys.json").read_text())
			for key in keys["keys"]:
				key["public_key"] = base64.b64encode(stranger).decode()
			unsigned = {**self.true(), "signature": self.true()["signature"][::-1]}
			broken = self.forged_figure()
			broken["bulletin"]["prev_hash"] = "1" * 64
			broken["hash"] = sha256(canonical(broken["bulletin"]))
			for name, content in (
				("other_keys.json", keys),
				("figure.json", self.forged_figure()),
				("unsigned.json", unsigned),
				("stranger.json", self.signed_by_a_stranger()),
				("broken.json", broken),
			):
				(folder / name).write_text(json.dumps(content))
			(folder / "rubbish.json").write_bytes(b"{")
		return folder

	def test_the_program_says_genuine_of_the_true_ones_alone_and_together(self) -> None:
		for files in (["2.json"], ["2.json", "1.json"]):
			status, said = self.run_script("keys.json", *files)
			self.assertEqual((status, said.strip()), (0, f"THẬT · genuine: {len(files)}"))
		self.assertEqual(self.run_script("--index", "index.json", "keys.json", "1.json", "2.json")[0], 0)

	def test_the_program_tells_each_forgery_by_what_is_wrong(self) -> None:
		for files, words in (
			(("keys.json", "figure.json"), "hash"),
			(("keys.json", "unsigned.json"), "signature"),
			(("keys.json", "stranger.json"), "signature"),
			(("other_keys.json", "2.json"), "signature"),
			(("keys.json", "1.json", "broken.json"), "chain: broken"),
			(("keys.json", "2.json", "2.json"), "missing, or twice"),
			(("--index", "index.json", "keys.json", "1.json"), "newest"),
			(("--index", "index.json", "keys.json", "2.json"), "first is missing"),
			(("keys.json", "rubbish.json"), "cannot be read"),
		):
			status, said = self.run_script(*files)
			self.assertEqual(status, 1, files)
			self.assertIn(words, said)
