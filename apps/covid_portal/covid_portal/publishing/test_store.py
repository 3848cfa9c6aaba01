"""The store of builds: every content once, builds of hard links, nothing written into what is live, nothing left over."""

import gzip
import os
import shutil
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path

import brotli

from covid_portal.publishing.compression import compressed, expanded
from covid_portal.publishing.store import KEPT_BUILDS, BrokenStore, Staged, Store

NOW = datetime(2021, 11, 20, 16)
LONG = b"<p>" + b"dai " * 200


class StoreCase(unittest.TestCase):
	def setUp(self) -> None:
		self.folder = Path(tempfile.mkdtemp())
		self.addCleanup(shutil.rmtree, self.folder)
		self.store = Store(self.folder)
		self.now = NOW

	def stage(self, files: dict[str, bytes | Path | None], afresh: bool = False) -> Staged:
		self.now += timedelta(seconds=1)
		staged = self.store.stage(self.now, "look", afresh)
		self.store.put(staged, files)
		return staged

	def build(self, files: dict[str, bytes | Path | None], afresh: bool = False) -> Staged:
		staged = self.stage(files, afresh)
		self.store.finish(staged)
		self.store.switch(staged.name)
		self.store.collect(staged.dropped)
		self.store.prune()
		return staged

	def files(self, name: str) -> Path:
		return self.store.builds / name / "files"

	def objects(self) -> list[Path]:
		return [path for path in self.store.objects.rglob("*") if path.is_file()]

	def live(self) -> dict[str, bytes]:
		files = self.store.live.resolve()
		return {
			str(path.relative_to(files)): path.read_bytes()
			for path in files.rglob("*")
			if path.is_file() and path.suffix not in (".gz", ".br")
		}


class TestBuilding(StoreCase):
	def test_a_build_is_not_live_before_it_is_switched_to(self) -> None:
		self.build({"index.html": b"now"})
		staged = self.stage({"index.html": b"next"})
		self.assertEqual(self.live(), {"index.html": b"now"})
		self.store.finish(staged)
		self.assertEqual(self.live(), {"index.html": b"now"})
		self.store.switch(staged.name)
		self.assertEqual(self.live(), {"index.html": b"next"})

	def test_a_file_on_the_disk_is_taken_in_as_it_lies(self) -> None:
		given = self.folder / "given.pdf"
		given.write_bytes(b"%PDF")
		self.build({"van-ban/a.pdf": given})
		given.unlink()
		self.assertEqual(self.live(), {"van-ban/a.pdf": b"%PDF"})

	def test_a_file_keeps_its_inode_until_its_content_changes(self) -> None:
		first = self.build({"a.json": b"1", "b.json": b"1b"})
		second = self.build({"a.json": b"2", "b.json": b"1b"})
		inode = {
			name: [(self.files(b.name) / name).stat().st_ino for b in (first, second)]
			for name in ("a.json", "b.json")
		}
		self.assertNotEqual(*inode["a.json"])
		self.assertEqual(*inode["b.json"])
		self.assertEqual((self.files(first.name) / "a.json").read_bytes(), b"1")
		self.assertEqual((second.changed, second.written), (1, 1))

	def test_a_file_that_is_no_more_goes_with_its_forms_and_its_folder(self) -> None:
		self.build({"index.html": b"page", "khu/a/index.html": LONG})
		self.build({"khu/a/index.html": None, "never.html": None})
		self.assertEqual(self.live(), {"index.html": b"page"})
		self.assertFalse((self.store.live / "khu").exists())

	def test_compressed_forms_lie_beside_a_file_and_say_the_same(self) -> None:
		self.build(
			{"index.html": LONG, "small.html": b"x", "noise.json": os.urandom(500), "a.pdf": LONG + b"."}
		)
		live = self.store.live
		self.assertEqual(gzip.decompress((live / "index.html.gz").read_bytes()), LONG)
		self.assertEqual(brotli.decompress((live / "index.html.br").read_bytes()), LONG)
		for name in ("small.html", "noise.json", "a.pdf"):
			self.assertFalse(list(live.glob(f"{name}.*")), name)

	def test_a_quick_store_packs_pages_less_tightly(self) -> None:
		page = "".join(f"<td>{number * 7919 % 1009}" for number in range(3000)).encode()
		tight, quick = (compressed("index.html", page, quickly) for quickly in (False, True))
		for ending in (".gz", ".br"):
			self.assertEqual(expanded(ending, quick[ending]), page)
		self.assertLess(len(tight[".br"]), len(quick[".br"]))

	def test_a_path_may_turn_from_a_file_into_a_folder(self) -> None:
		self.build({"a": b"file"})
		self.build({"a": None, "a/b.json": b"below"})
		self.assertEqual(self.live(), {"a/b.json": b"below"})

	def test_no_two_builds_give_a_file_the_same_time(self) -> None:
		times = set()
		for number in range(4):
			self.build({"a.json": b"%d" % number})
			times.add(int((self.store.live / "a.json").stat().st_mtime))
		self.assertEqual(len(times), 4)

	def test_a_build_made_afresh_has_its_own_files_alone_and_mends_objects(self) -> None:
		self.build({"a.html": LONG, "b.json": b"2"})
		(self.store.live / "a.html").write_bytes(b"damaged")  # the object too: it is the same file
		self.assertEqual(len(list(self.store.problems())), 3)
		self.build({"a.html": LONG}, afresh=True)
		self.assertEqual(self.live(), {"a.html": LONG})
		self.assertEqual(list(self.store.problems()), [])


class TestKeeping(StoreCase):
	def test_only_the_last_builds_are_kept_and_each_stays_as_it_was(self) -> None:
		built = [
			self.build({"a.json": b"%d" % number, f"{number}.html": LONG})
			for number in range(KEPT_BUILDS + 4)
		]
		self.assertEqual(self.store.kept(), [staged.name for staged in built[-KEPT_BUILDS:]])
		for number, staged in list(enumerate(built))[-KEPT_BUILDS:]:
			names = {
				path.name for path in self.files(staged.name).iterdir() if path.suffix not in (".gz", ".br")
			}
			self.assertEqual(names, {"a.json", *(f"{n}.html" for n in range(number + 1))})
			self.assertEqual((self.files(staged.name) / "a.json").read_bytes(), b"%d" % number)
		self.assertEqual(list(self.store.problems()), [])

	def test_what_no_kept_build_holds_is_no_object_any_more(self) -> None:
		for number in range(KEPT_BUILDS + 6):
			self.build({"a.html": LONG + b"%d" % number})
		self.assertEqual(len(self.objects()), 3 * KEPT_BUILDS)
		self.assertTrue(all(path.stat().st_nlink == 2 for path in self.objects()))

	def test_after_a_roll_back_the_live_build_is_kept_and_built_upon(self) -> None:
		built = [self.build({"a.json": b"%d" % number}) for number in range(KEPT_BUILDS)]
		self.store.switch(built[0].name)
		for number in range(3):
			self.assertEqual(self.live()["a.json"], b"0")
			self.build({f"new{number}.json": b"new"})
		self.assertEqual(set(self.live()), {"a.json", "new0.json", "new1.json", "new2.json"})
		self.assertEqual(list(self.store.problems()), [])

	def test_a_clock_moved_back_makes_no_build_the_oldest(self) -> None:
		for number in range(KEPT_BUILDS):
			self.build({"a.json": b"%d" % number})
		self.now -= timedelta(days=1)
		latest = self.build({"a.json": b"after"})
		self.assertEqual(self.store.kept()[-1], latest.name)
		self.assertEqual(self.live(), {"a.json": b"after"})

	def test_a_build_that_was_ended_midway_leaves_nothing_behind(self) -> None:
		for number in range(KEPT_BUILDS):
			self.build({"a.json": b"%d" % number})
		self.stage({"a.json": b"half"})
		self.build({"a.json": b"whole"})
		self.assertEqual([path.name for path in self.store.builds.iterdir() if path.name.startswith(".")], [])
		self.assertEqual(self.live(), {"a.json": b"whole"})

	def test_folders_of_another_layout_are_removed_once_there_is_a_build(self) -> None:
		older = self.store.builds / "20200101000000000000"
		older.mkdir(parents=True)
		(older / "index.html").write_bytes(b"older")
		self.store.live.symlink_to(older)
		self.assertIsNone(self.store.live_name())
		built = self.build({"index.html": b"new"}, afresh=True)
		self.assertEqual([path.name for path in self.store.builds.iterdir()], [built.name])


class TestChecking(StoreCase):
	def test_a_file_that_was_changed_lost_or_added_is_named(self) -> None:
		self.build({"a.json": b"1", "b.json": b"2", "c.html": LONG})
		live = self.store.live
		(live / "a.json").write_bytes(b"forged")
		(live / "b.json").unlink()
		(live / "c.html.gz").write_bytes(gzip.compress(b"forged"))
		(live / "d.json").write_bytes(b"smuggled in")
		found = list(self.store.problems())
		self.assertEqual([line.split(":")[0] for line in found], ["a.json", "b.json", "c.html.gz", "d.json"])

	def test_an_object_that_is_gone_is_a_broken_store_and_no_build(self) -> None:
		self.build({"a.json": b"1"})
		for path in self.objects():
			path.unlink()
		with self.assertRaises(BrokenStore):
			self.stage({})
		self.assertEqual(self.live(), {"a.json": b"1"})
