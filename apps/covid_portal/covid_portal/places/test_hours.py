"""Opening hours as people write them."""

from unittest import TestCase

from covid_portal.places.hours import DAY, WEEK, in_english, is_open, spans

MONDAY, SATURDAY, SUNDAY = 0, 5 * DAY, 6 * DAY


def at(hour: int, minute: int = 0) -> int:
	return hour * 60 + minute


class TestHours(TestCase):
	def test_days_and_several_spans(self) -> None:
		found = spans("T2-T6 07:00-11:30, 13h30-17:00; T7-CN 08:00-11:00")
		self.assertEqual(len(found), 12)
		self.assertTrue(is_open(found, MONDAY + at(11, 29)))
		self.assertFalse(is_open(found, MONDAY + at(11, 30)))
		self.assertTrue(is_open(found, SUNDAY + at(10)))
		self.assertFalse(is_open(found, SATURDAY + at(14)))

	def test_without_days_it_is_every_day_and_blank_is_never(self) -> None:
		self.assertEqual(len(spans("6:00-20:00")), 7)
		self.assertEqual(spans("24/7"), [(0, WEEK)])
		self.assertEqual(spans(""), [])

	def test_a_night_runs_into_the_next_day_and_from_sunday_into_monday(self) -> None:
		found = spans("CN 22:00-05:00")
		self.assertTrue(is_open(found, SUNDAY + at(23)))
		self.assertTrue(is_open(found, MONDAY + at(4, 59)))
		self.assertFalse(is_open(found, MONDAY + at(5)))

	def test_english_names_of_the_days(self) -> None:
		self.assertEqual(in_english("T2-t6 07:00-11:30; CN 24/7"), "Mon-Fri 07:00-11:30; Sun 24/7")

	def test_what_cannot_be_read_is_named(self) -> None:
		for text in ("all day", "T8 07:00-08:00", "07:00-25:00", "07:61-08:00", "T2 07:00", "07:00-08:00,"):
			with self.subTest(text), self.assertRaises(ValueError):
				spans(text)
