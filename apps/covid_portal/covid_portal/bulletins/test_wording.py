"""Templates and spoken numbers: nothing of them needs a site."""

import unittest

from covid_portal.bulletins import wording
from covid_portal.bulletins.canonical import NotCanonical, canonical, sha256
from covid_portal.bulletins.verifying import normal_code

FIGURES = {
	"time": "2021-11-20T16:00:00+07:00",
	"province": {"code": "38", "name": "Tỉnh Thanh Hóa", "name_en": "Thanh Hoa Province"},
	"reporting": {"expected": 559, "reported": 553, "provisional": 0, "carried": 6, "missing": 6},
	"figures": [
		{"field": "new_cases", "value": 1015, "total": 12345},
		{"field": "deaths", "value": 0, "total": None},
		{"field": "sanctions", "value": None, "total": None},
	],
}


class TestTemplates(unittest.TestCase):
	def test_names_in_braces_become_figures_as_the_language_writes_them(self) -> None:
		template = "{province}: {new_cases} / {total_new_cases}, {time}"
		self.assertEqual(
			wording.fill(template, wording.written(FIGURES, "CDC", None, "vi")),
			"tỉnh Thanh Hóa: 1.015 / 12.345, 16 giờ, 20/11/2021",
		)
		self.assertEqual(
			wording.fill(template, wording.written(FIGURES, "CDC", None, "en")),
			"Thanh Hoa Province: 1,015 / 12,345, 16:00, 20 November 2021",
		)

	def test_a_line_with_a_figure_nobody_reported_is_left_out_and_one_with_nought_is_not(self) -> None:
		text = "{deaths} ca tử vong.\n{sanctions} vụ xử phạt, {deaths} ca.\nHết."
		self.assertEqual(
			wording.fill(text, wording.written(FIGURES, "CDC", None, "vi")), "0 ca tử vong.\nHết."
		)

	def test_only_a_new_version_says_what_it_supersedes(self) -> None:
		line = "Thay thế bản tin số {superseded_number}.\nHết."
		self.assertEqual(wording.fill(line, wording.spoken(FIGURES, "CDC", None)), "Hết.")
		self.assertEqual(
			wording.fill(line, wording.spoken(FIGURES, "CDC", 21)),
			"Thay thế bản tin số hai mươi mốt.\nHết.",
		)

	def test_braces_of_a_value_are_not_filled_in_again(self) -> None:
		values = {"issuer": "{new_cases}", "new_cases": "5"}
		self.assertEqual(wording.fill("{issuer}", values), "{new_cases}")

	def test_at_the_loudspeaker_times_and_figures_are_words(self) -> None:
		text = wording.fill("{time}: {new_cases} ca.", wording.spoken(FIGURES, "CDC", None))
		self.assertEqual(
			text,
			"mười sáu giờ, ngày hai mươi tháng mười một: một nghìn không trăm mười lăm ca.",
		)


class TestNumbersInWords(unittest.TestCase):
	def test_numbers_are_read_as_announcers_read_them(self) -> None:
		read = {
			0: "không",
			5: "năm",
			10: "mười",
			15: "mười lăm",
			21: "hai mươi mốt",
			55: "năm mươi lăm",
			100: "một trăm",
			105: "một trăm lẻ năm",
			111: "một trăm mười một",
			1001: "một nghìn không trăm lẻ một",
			2184: "hai nghìn một trăm tám mươi bốn",
			10010: "mười nghìn không trăm mười",
			105005: "một trăm lẻ năm nghìn không trăm lẻ năm",
			1000000: "một triệu",
			3640000: "ba triệu sáu trăm bốn mươi nghìn",
			10**12: "một nghìn tỷ",
		}
		self.assertEqual({number: wording.in_words(number) for number in read}, read)


class TestCanonicalJson(unittest.TestCase):
	def test_keys_are_sorted_letters_stay_and_nothing_stands_between(self) -> None:
		text = canonical({"b": [1, None, True], "a": 'Xã "Đông"\n\u20ac', "A": {}})
		self.assertEqual(text.decode(), '{"A":{},"a":"Xã \\"Đông\\"\\n€","b":[1,null,true]}')
		self.assertEqual(
			sha256(canonical({})), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
		)

	def test_a_fraction_is_refused_wherever_it_stands(self) -> None:
		for content in (1.5, [1.0], {"a": {"b": [2.5]}}):
			self.assertRaises(NotCanonical, canonical, content)


class TestCodes(unittest.TestCase):
	def test_a_code_is_found_however_it_is_typed(self) -> None:
		for typed in ("abcd-efgh-jklm-npqr", " ABCD EFGH JKLM NPQR ", "abcdefghjklmnpqr"):
			self.assertEqual(normal_code(typed), "ABCD-EFGH-JKLM-NPQR")
