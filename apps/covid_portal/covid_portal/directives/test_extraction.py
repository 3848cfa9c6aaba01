"""What is read from files, and which are refused: made as people, scanners and attackers make them."""

import unicodedata
import unittest

from covid_portal.directives import extraction, plain
from covid_portal.testing import directives as made

RELATIONS = b'<R><Relationship Type="x/%s" TargetMode="External" Target="https://example.com/"/></R>'


class TestExtraction(unittest.TestCase):
	def test_the_text_of_a_pdf_and_of_a_docx_is_read_with_its_marks(self) -> None:
		found = extraction.examine(made.pdf("Giãn cách xã hội", "Trang hai"), with_text=True)
		self.assertEqual((found.problem, found.kind, found.pages, found.has_text), (None, "pdf", 2, True))
		self.assertIn("Giãn cách xã hội", found.text)
		found = extraction.examine(made.docx("Cách ly y tế", "tại nhà & nơi khác"), with_text=True)
		self.assertEqual((found.problem, found.text), (None, "Cách ly y tế\ntại nhà & nơi khác"))

	def test_a_scan_is_no_problem_and_has_no_text(self) -> None:
		found = extraction.examine(made.written(made.blank(2)), with_text=True)
		self.assertEqual((found.problem, found.pages, found.has_text), (None, 2, False))

	def test_what_is_not_fit_to_be_published_is_refused_by_what_it_holds(self) -> None:
		types = b"<Types/>"
		bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
		cases = {
			"script": made.with_script(),
			"script in other letters": made.with_hidden_script(),
			"password": made.with_password(),
			"embedded": made.with_attachment(),
			"pages": made.written(made.blank(2000)),
			"pages of a scan that is too large as well": made.scanned(501),
			"pages not told": made.lying_about_pages(2000),
			"bomb": made.unpacking_for_ever(),
			"bomb in a zip": made.docx("x", parts={"word/media/a.bin": bytes(101_000_000)}),
			"bomb of entities": made.archive({"[Content_Types].xml": types, "word/document.xml": bomb}),
			"macro": made.docx("x", parts={"word/vbaProject.bin": b"x"}),
			"outside": made.docx(
				"x", parts={"word/_rels/settings.xml.rels": RELATIONS % b"attachedTemplate"}
			),
			"unknown": b"MZ" * 50,
			"unknown zip": made.archive({"a.txt": b"x"}),
			"damaged": made.pdf("x")[:300],
			"password of old": b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
		}
		for name, content in cases.items():
			with self.subTest(name):
				self.assertEqual(extraction.examine(content).problem, name.partition(" ")[0])

	def test_a_link_to_click_on_is_no_part_from_outside(self) -> None:
		parts = {"word/_rels/document.xml.rels": RELATIONS % b"hyperlink"}
		self.assertIsNone(extraction.examine(made.docx("x", parts=parts)).problem)

	def test_words_are_compared_without_marks_and_asked_for_with_their_neighbours(self) -> None:
		self.assertEqual(plain.words("Đường Thanh Hóa, 16/CT"), ["duong", "thanh", "hoa", "16", "ct"])
		self.assertEqual(plain.indexed("cách ly, cách ly").split(), ["cach__", "ly__", "cach_ly", "ly_cach"])
		self.assertEqual(plain.all_of(plain.pairs("cách ly y tế")), "+cach_ly +ly_y +y_te")
		self.assertEqual(plain.all_of(plain.singles("y tế y")), "+y__ +te__")
		self.assertEqual(plain.pairs("tế"), [])

	def test_numbers_are_compared_by_letters_and_digits(self) -> None:
		self.assertEqual(plain.number("Số 05/CT-UBND"), "5ctubnd")
		self.assertEqual(plain.number("5 ct ubnd"), plain.number("05/CT-UBND"))

	def test_the_passage_is_where_the_words_stand(self) -> None:
		text = "Đầu " * 100 + "giãn cách xã hội" + " cuối" * 100
		self.assertIn("giãn cách", plain.passage(text, "GIAN CACH"))
		found = plain.passage(text, "XÃ HỘI")
		self.assertEqual((found[:6], found[-6:]), ("… Đầu ", "cuối …"))
		self.assertEqual(plain.passage("Ngắn", "khác"), "Ngắn")
		self.assertEqual(
			plain.passage(unicodedata.normalize("NFD", "Cách ly\ny tế"), "cach"), "Cách ly y tế"
		)  # marks apart from their letters
