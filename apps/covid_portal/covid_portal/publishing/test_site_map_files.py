"""sitemap.xml and its files: which pages stand where, when each changed last, and what a build opens and writes of it."""

import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

from covid_portal.publishing import last_changes, pages, site_map_files
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.series_files import Begun

BASE = "https://covid.example.vn"
OLD = "2021-11-20T08:00:00+07:00"
MAIN, BULLETINS = "sitemap-trang-1.xml", "sitemap-ban-tin-1.xml"


class SiteMapCase(unittest.TestCase):
	"""A live build with an overview, a page of bulletins and two bulletins, in Vietnamese and English."""

	def setUp(self) -> None:
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.live = Path(folder.name)
		self.move_to(BASE)
		for address in ("/", "/en/", "/ban-tin", "/en/ban-tin", "/ban-tin/1", "/en/ban-tin/1", "/ban-tin/2"):
			self.write(pages.file_of(address), address)

	def move_to(self, base: str) -> None:
		patched = patch.object(pages, "public_address", return_value=base)
		patched.start()
		self.addCleanup(patched.stop)

	def write(self, path: str, text: str) -> None:
		(self.live / path).parent.mkdir(parents=True, exist_ok=True)
		(self.live / path).write_text(text, encoding="utf-8")

	def made(self, made: dict[str, bytes | None] | None = None, **more: object) -> dict[str, bytes | None]:
		"""The files of the site map that a build with these files makes."""
		return site_map_files.files(Publication((), "", {}, self.live, **more), made or {})

	def build(self, made: dict[str, bytes | None] | None = None, **more: object) -> set[str]:
		"""The same, and live from now on; names of the files of the site map that were written."""
		files = self.made(made, **more)
		for path, content in {**(made or {}), **files}.items():
			if content is None:
				(self.live / path).unlink(missing_ok=True)
			else:
				self.write(path, content.decode())
		return {path for path, content in files.items() if content is not None}

	def told(self) -> dict[str, dict[str, str]]:
		"""{file: {address: last change}} as a search engine reads the live build."""
		return {path: self.read(path, "url") for path in self.read(site_map_files.FILE, "sitemap")}

	def read(self, path: str, kind: str) -> dict[str, str]:
		rows = ElementTree.fromstring((self.live / path).read_bytes()).findall(f"{{*}}{kind}")
		texts = [(row.findtext("{*}loc"), row.findtext("{*}lastmod")) for row in rows]
		return {
			place.removeprefix(BASE).removeprefix("/" if kind == "sitemap" else ""): day
			for place, day in texts
		}

	def addresses(self) -> list[str]:
		return sorted(address for part in self.told().values() for address in part)

	def grow_old(self) -> None:
		"""As if all pages had changed long ago."""
		for path in (*self.told(), site_map_files.FILE):
			text = (self.live / path).read_text(encoding="utf-8")
			days = {day for _place, day in last_changes.ENTRY.findall(text)}
			for day in days:
				text = text.replace(day, OLD)
			self.write(path, text)


class TestFiles(SiteMapCase):
	def test_the_first_index_is_made_of_all_pages_there_are(self) -> None:
		self.build()
		self.assertEqual(list(self.told()), [BULLETINS, MAIN])
		self.assertEqual(list(self.told()[MAIN]), ["/", "/ban-tin", "/en/", "/en/ban-tin"])
		self.assertEqual(list(self.told()[BULLETINS]), ["/ban-tin/1", "/ban-tin/2", "/en/ban-tin/1"])

	def test_a_build_opens_and_writes_the_files_of_what_it_makes_alone(self) -> None:
		self.build()
		self.grow_old()
		(self.live / MAIN).unlink()  # whoever opened it would find nothing
		with patch.object(last_changes, "is_copy", return_value=False) as looked_at:
			written = self.build({"ban-tin/3/index.html": b"new", "du-lieu-mo/v1/index.json": b"{}"})
		self.assertEqual(looked_at.call_count, 1)
		self.assertEqual(written, {BULLETINS, site_map_files.FILE})
		index = self.read(site_map_files.FILE, "sitemap")
		self.assertEqual(index[MAIN], OLD)
		self.assertGreater(index[BULLETINS], OLD)

	def test_a_section_that_grows_too_long_is_told_in_twice_as_many_files(self) -> None:
		with patch.object(site_map_files, "MOST", 40):
			self.build()
			for start in (3, 40, 80):
				self.build({f"ban-tin/{number}/index.html": b"" for number in range(start, start + 37)})
				parts = [part for path, part in self.told().items() if "ban-tin" in path]
				self.assertEqual(len(parts) & (len(parts) - 1), 0, "a power of two")
				self.assertTrue(all(0 < len(part) <= 40 for part in parts))
			self.assertEqual(len(parts), 4)
			wanted = {f"/ban-tin/{number}" for number in (1, 2, *range(3, 77), *range(80, 117))}
			self.assertEqual(wanted - set(self.addresses()), set())
			self.assertEqual(len(self.addresses()), len(set(self.addresses())))

	def test_of_several_files_a_build_writes_the_one_with_its_page(self) -> None:
		with patch.object(site_map_files, "MOST", 40):
			self.build({f"ban-tin/{number}/index.html": b"" for number in range(3, 100)})
			written = self.build({"ban-tin/7/index.html": b"other", "en/ban-tin/7/index.html": b"new"})
			number = site_map_files.number_of("/ban-tin/7", 4)
			self.assertEqual(written, {site_map_files.file_of("ban-tin", number), site_map_files.FILE})
			self.assertIn(
				'hreflang="en"', (self.live / site_map_files.file_of("ban-tin", number)).read_text()
			)

	def test_a_section_without_pages_is_told_no_more(self) -> None:
		self.build()
		paths = [pages.file_of(address) for address in ("/ban-tin/1", "/ban-tin/2", "/en/ban-tin/1")]
		self.assertIsNone(self.made(dict.fromkeys(paths))[BULLETINS])
		self.build(dict.fromkeys(paths))
		self.assertEqual(list(self.told()), [MAIN])


class TestLastChanges(SiteMapCase):
	def setUp(self) -> None:
		super().setUp()
		self.build()
		self.grow_old()

	def test_what_the_site_map_says_of_a_page_that_is_not_made_now_still_holds(self) -> None:
		self.build({"index.html": b"/", "ban-tin/index.html": b"new"})
		main = self.told()[MAIN]
		self.assertEqual({main[address] for address in ("/", "/en/", "/en/ban-tin")}, {OLD})
		self.assertGreater(main["/ban-tin"], "2022")

	def test_a_page_that_is_gone_is_listed_no_more(self) -> None:
		self.build({"ban-tin/1/index.html": None})
		self.assertEqual(list(self.told()[BULLETINS]), ["/ban-tin/2", "/en/ban-tin/1"])

	def test_a_page_that_stands_at_two_addresses_has_one_of_its_own(self) -> None:
		page = f'<link rel="canonical" href="{BASE}/ban-tin/76">'.encode()
		made = {"ban-tin/76/index.html": page, "ban-tin/SIT-1/index.html": page}
		for case in ("as they are made", "as they are found"):
			self.build(made)
			self.assertEqual(
				[row for row in self.addresses() if "7" in row or "S" in row], ["/ban-tin/76"], case
			)
			(self.live / site_map_files.FILE).unlink()
			made = {}

	def test_all_pages_are_looked_at_where_the_site_map_cannot_tell(self) -> None:
		cases = {
			"there is none": {},
			"one of an earlier version, without files": {},
			"the portal has moved": {},
			"earlier parts of the build have made pages": {"begun": Begun({}, set())},
		}
		for case, more in cases.items():
			self.grow_old()
			self.write("new/index.html", "made by an earlier part")
			if "none" in case:
				(self.live / site_map_files.FILE).unlink()
			elif "version" in case:
				self.write(site_map_files.FILE, (self.live / MAIN).read_text())
			elif "moved" in case:
				text = (self.live / site_map_files.FILE).read_text()
				self.write(site_map_files.FILE, text.replace(BASE, "https://old.example.vn"))
			self.build(**more)
			self.assertIn("/new", self.addresses(), case)
			self.assertGreater(self.told()[BULLETINS]["/ban-tin/2"], "2022", case)
