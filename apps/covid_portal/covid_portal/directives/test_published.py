"""What the public gets of a directive and the one that replaces it; what the search finds; and the import of a folder."""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import frappe
from frappe.model.document import Document
from frappe.utils import today
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from covid_portal.approval.decisions import decide
from covid_portal.directives import errors, importing, public_rows, published, reading, searching, takedown
from covid_portal.publishing import snapshot
from covid_portal.publishing.publication import files_of, publication_of
from covid_portal.testing import directives as made
from covid_portal.testing.bulletins import BulletinCase
from covid_portal.testing.case import acting

LIKE_HTML = "Nới lỏng: <b>5</b> & <10 người"
HEADS = "file,directive_type,number,symbol,subject,issued_on\n"


def approved(**values: object) -> Document:
	with acting("drafter"):
		doc = made.new_directive(**values).insert()
	for who, decision in (("drafter", "Submit"), ("head", "Approve"), ("publisher", "Approve")):
		with acting(who):
			decide("Directive", doc.name, decision)
	return frappe.get_doc("Directive", doc.name)


class TestPublished(BulletinCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		frappe.db.delete("Directive")
		with acting("drafter"):
			texts = made.pdf("Người dân ở nhà, cách ly người với người")
			rows = [{"file": made.stored_file("chi-thi.pdf", texts)}]
			rows.append(
				{"file": made.stored_file("quet.pdf", made.written(made.blank(3))), "title": "Bản quét"}
			)
		cls.old = approved(files=rows, number=16, issued_on=today(), subject="Giãn cách & xã hội")
		cls.new = approved(subject=LIKE_HTML, relations=[{"kind": "Replaces", "directive": cls.old.name}])
		cls.hidden = approved(subject="Mật", is_public=0)
		for doc in (cls.old, cls.new, cls.hidden):
			reading.read(doc.name)
		frappe.set_user("Administrator")
		cls.build()
		cls.old.reload()

	def page(self, address: str) -> str:
		return (snapshot.live() / address / "index.html").read_text(encoding="utf-8")

	def test_the_page_tells_what_it_is_in_dublin_core_and_what_replaced_it(self) -> None:
		for prefix in ("", "en/"):
			page = self.page(f"{prefix}van-ban/{self.old.slug}")
			for words in (
				'<meta name="DC.title" lang="vi" content="Giãn cách &amp; xã hội">',
				f'<meta name="DC.identifier" content="{self.old.identifier}">',
				f'<meta name="DCTERMS.issued" content="{today()}">',
				f'<meta name="DCTERMS.isReplacedBy" content="{self.new.identifier}">',
				f'<a href="/{prefix}van-ban/{self.new.slug}">',
			):
				self.assertIn(words, page)
		self.assertIn("This is a scan without a text", self.page(f"en/van-ban/{self.old.slug}"))

	def test_what_looks_like_html_in_a_subject_is_read_as_text_everywhere(self) -> None:
		subject = "Nới lỏng: < b>5< /b> & <10 người"
		self.assertEqual(frappe.db.get_value("Directive", self.new.name, "subject"), subject)
		escaped = subject.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
		year = today()[:4]
		for address in (
			f"van-ban/{self.new.slug}",
			f"van-ban/{self.old.slug}",
			"van-ban",
			f"van-ban/nam/{year}",
		):
			page = self.page(address)
			self.assertIn(escaped, page)
			self.assertNotIn("&amp;lt;", page)
		feed = ElementTree.fromstring((snapshot.live() / "van-ban.atom").read_bytes())
		self.assertTrue(any(subject in title.text for title in feed.iterfind("{*}entry/{*}title")))
		rows = json.loads((snapshot.live() / published.FOLDER / f"{year}.json").read_bytes())["directives"]
		self.assertIn(subject, [row["subject"] for row in rows])
		self.assertIn(subject, [row.subject for row in searching.described([self.new.name], "nới lỏng")])

	def test_the_files_are_those_that_were_checked(self) -> None:
		data = json.loads((snapshot.live() / published.INDEX).read_bytes())
		row = next(row for row in data["directives"] if row["slug"] == self.old.slug)
		self.assertEqual([file["scan"] for file in row["files"]], [False, True])
		for file, own in zip(row["files"], self.old.files, strict=True):
			content = (snapshot.live() / file["url"].lstrip("/")).read_bytes()
			self.assertEqual(published.stored.digest(content), own.sha256)

	def test_lists_feed_and_open_data_have_the_public_ones_alone(self) -> None:
		feed = ElementTree.fromstring((snapshot.live() / "van-ban.atom").read_bytes())
		self.assertEqual(len(feed.findall("{*}entry")), 2)
		year = json.loads((snapshot.live() / published.FOLDER / f"{today()[:4]}.json").read_bytes())
		self.assertEqual({row["slug"] for row in year["directives"]}, {self.old.slug, self.new.slug})
		for address in ("van-ban", f"van-ban/nam/{today()[:4]}", f"van-ban/nam/{today()[:4]}/loai/chi-thi"):
			page = self.page(address)
			self.assertIn(self.new.identifier, page)
			self.assertNotIn("Mật", page)
		urls = {entry.url for entry in published.search_entries(None, "vi")}
		self.assertEqual(urls, {f"/van-ban/{doc.slug}" for doc in (self.old, self.new)})

	def test_a_build_with_nothing_new_makes_none_of_it_again(self) -> None:
		publication = publication_of([], snapshot.live())
		self.assertEqual(files_of(publication, [reading.MAKER]), {})

	def test_a_change_makes_the_pages_it_touches_and_no_others(self) -> None:
		frappe.db.set_value("Directive", self.new.name, "subject_en", "Loosened")
		made_now = files_of(publication_of([], snapshot.live()), [reading.MAKER])
		self.assertIn(f"van-ban/{self.new.slug}/index.html", made_now)
		self.assertIn(f"van-ban/{self.old.slug}/index.html", made_now)  # it names the new one
		self.assertFalse([path for path in made_now if path.endswith(".pdf")])  # those are there

	def test_what_is_taken_down_is_gone_with_its_files_and_lists_and_only_its_unit_may(self) -> None:
		row = next(row for row in public_rows.public_rows() if row["slug"] == self.old.slug)
		for who in ("outsider", "head", "auditor", "disabled", "Guest"):
			with acting(who), self.assertRaises(frappe.PermissionError):
				takedown.take_down(self.old.name, "x")
		with acting("drafter"):
			self.assertRaises(errors.DirectiveRefused, takedown.take_down, self.old.name, " ")
			takedown.take_down(self.old.name, "Nhầm tệp")
			self.assertRaises(errors.DirectiveRefused, takedown.take_down, self.old.name, "Nữa")
		made_now = files_of(publication_of([], snapshot.live()), [reading.MAKER])
		gone = {path for path, content in made_now.items() if content is None}
		self.assertEqual(gone, published.paths_of([row]))
		self.assertNotIn(self.old.slug, made_now["van-ban/index.html"].decode())
		self.assertEqual(searching.found("16/CT-CDC", searching.PUBLIC), [])
		self.assertEqual(frappe.db.get_value("Directive", self.old.name, "taken_down_reason"), "Nhầm tệp")

	# --- import

	def load(self, table: str, **files: bytes) -> list[str]:
		with tempfile.TemporaryDirectory() as folder:
			for name, content in {"bang.csv": table.encode(), **files}.items():
				(Path(folder) / name).write_bytes(content)
			return importing.load_folder(Path(folder), "CDC-ZZ")

	def test_a_folder_becomes_drafts(self) -> None:
		table = (
			HEADS
			+ f"a.pdf,{made.TYPE},3,CT-UBND,Một,20/11/2021\nb.pdf,{made.TYPE},4,CT-UBND,Hai,2021-11-21\n"
		)
		names = self.load(table, **{"a.pdf": made.pdf("Một"), "b.pdf": made.pdf("Hai")})
		docs = [frappe.get_doc("Directive", name) for name in names]
		self.assertEqual([doc.identifier for doc in docs], ["03/CT-UBND", "04/CT-UBND"])
		self.assertEqual([str(doc.issued_on) for doc in docs], ["2021-11-20", "2021-11-21"])

	def test_what_is_wrong_is_told_by_row_and_nothing_is_stored(self) -> None:
		rows = (
			f"a.pdf,{made.TYPE},3,,Một,2021-11-20",
			f"b.pdf,{made.TYPE},3,,Hai,2021-11-21",
			f"c.pdf,{made.TYPE},x,,Ba,32/13/2021",
			"a.pdf,Không có,5,,Bốn,2021-11-21",
		)
		before = [frappe.db.count(doctype) for doctype in ("Directive", "Directive File", "File")]
		with self.assertRaises(importing.ImportRefused) as caught:
			self.load(
				HEADS + "\n".join(rows),
				**{"a.pdf": made.pdf("x"), "b.pdf": made.with_script(), "d.pdf": made.pdf("x")},
			)
		after = [frappe.db.count(doctype) for doctype in ("Directive", "Directive File", "File")]
		self.assertEqual(after, before)
		told = str(caught.exception)
		for words in (
			"Row 3 (b.pdf): b.pdf: it holds a script",
			"no file c.pdf",
			"Row 5",
			"d.pdf",
			"is taken by",
		):
			self.assertIn(words, told)
		self.assertRaises(importing.ImportRefused, self.load, "file,subject\n")

	def test_an_archive_is_read_by_the_names_of_its_files_and_what_programs_leave_in_it_is_not(self) -> None:
		parts = {"thu-muc/a.pdf": b"x", "__MACOSX/thu-muc/._a.pdf": b"x", "thu-muc/.DS_Store": b"x"}
		with zipfile.ZipFile(io.BytesIO(made.archive(parts))) as archive:
			self.assertEqual(list(importing.unpacked(archive)), ["a.pdf"])
		twice = made.archive({"1/a.pdf": b"x", "2/a.pdf": b"y"})
		with zipfile.ZipFile(io.BytesIO(twice)) as archive, self.assertRaises(importing.ImportRefused):
			importing.unpacked(archive)

	# --- search: what the database's full-text index does not know before a commit is asked for over HTTP

	def test_numbers_are_found_however_they_are_written(self) -> None:
		for query in ("16/CT-CDC", "16 ct cdc", "Số 16/CT"):
			self.assertEqual(searching.found(query, searching.PUBLIC), [self.old.name], query)
		self.assertEqual(searching.found("99/CT", searching.PUBLIC), [])
		self.assertEqual(searching.found("!", searching.PUBLIC), [])

	def test_the_search_is_a_page_in_both_languages_at_an_address_of_its_own(self) -> None:
		frappe.local.request_ip = "203.0.113.9"
		frappe.local.form_dict = frappe._dict(q=self.old.identifier, lang="xx")
		for path, lang in searching.SearchPage.ADDRESSES.items():
			page = searching.SearchPage(path)
			self.assertTrue(page.can_render())
			text = page.render().get_data(as_text=True)
			self.assertIn(f'<html lang="{lang}">', text)
			self.assertIn(f"/van-ban/{self.old.slug}", text)
			self.assertNotIn("Mật", text)
		self.assertFalse(searching.SearchPage("van-ban/tim/x").can_render())

	def test_more_searches_than_the_limit_get_a_page_that_says_so(self) -> None:
		# Without a request nothing is limited.
		frappe.local.request = Request(EnvironBuilder("/van-ban/tim").get_environ())
		self.addCleanup(delattr, frappe.local, "request")
		frappe.local.request_ip = "203.0.113.10"
		frappe.local.form_dict = frappe._dict(q="")
		for _time in range(searching.SEARCHES):
			searching.public_answer()
		answer = searching.SearchPage("van-ban/tim").render()
		self.assertEqual(answer.status_code, 429)
		self.assertIn('role="alert"', answer.get_data(as_text=True))

	def test_what_is_not_public_is_found_by_those_who_may_read_it(self) -> None:
		number = self.hidden.identifier
		self.assertEqual(searching.found(number, searching.PUBLIC), [])
		with acting("head"):
			self.assertEqual([row.name for row in searching.find(number)], [self.hidden.name])
		with acting("outsider"):
			self.assertEqual(searching.find(number), [])
