"""The public snapshot: built beside the live one, switched in one step, and nothing but its files is served."""

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from covid_portal.organisation import jobs
from covid_portal.publishing import changes, compression, feeds, figures, history, renderer, snapshot
from covid_portal.publishing.doctype.snapshot_build.snapshot_build import RecordIsKept
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.store import NoSuchBuild
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing.case import REPORT, PortalTestCase, accepted

# Publishes one file that says what was live when it was made, and is slow to switch.
PROCESS = """
import sys, time
from pathlib import Path
from unittest.mock import patch
import frappe
from covid_portal.organisation import jobs
from covid_portal.publishing import changes, compression, history, snapshot
site, sites, folder, name = sys.argv[1:]
frappe.init(site=site, sites_path=sites)
frappe.connect()
go_live = snapshot.go_live

def files_for(own, asked, made):
	there = sorted(path for path in own.read_manifest(own.live_name())["files"])
	return {asked.slots[0]: ",".join(there).encode()}

def slowly(own, staged):
	time.sleep(1)
	return go_live(own, staged)

asked = changes.Asked((name,), (name,), (), False, False, (), ())
with (
	patch.multiple(snapshot, root=lambda: Path(folder), files_for=files_for, go_live=slowly),
	patch.multiple(changes, waiting=lambda: asked, done=lambda asked: None),
	patch.object(history, "record"),
):
	snapshot.build_now()
"""


def start_publication(folder: Path, name: str) -> subprocess.Popen:
	return subprocess.Popen(
		[sys.executable, "-c", PROCESS, frappe.local.site, frappe.local.sites_path, str(folder), name],
		cwd=frappe.local.sites_path,
		stdout=subprocess.PIPE,
		stderr=subprocess.PIPE,
		text=True,
	)


def put_live(files: dict[str, bytes | None]) -> str:
	"""A build on the live one with these files besides, switched to; its name."""
	own = snapshot.store()
	staged = own.stage(now_datetime(), "look")
	own.put(staged, files)
	snapshot.go_live(own, staged)
	return staged.name


def live_files(below: str = "") -> dict[str, bytes]:
	own = snapshot.store()
	paths = own.read_manifest(own.live_name())["files"]
	return {path: (own.live / path).read_bytes() for path in paths if path.startswith(below)}


def no_files(_publication: Publication) -> dict[str, bytes | None]:
	return {}


def one_file(publication: Publication) -> dict[str, bytes | None]:
	return {"one.json": f"{len(publication.slots)} {publication.anew}".encode()}


def broken(_publication: Publication) -> dict[str, bytes | None]:
	raise ZeroDivisionError("no denominator")


class StoreCase(PortalTestCase):
	"""A store of its own, and `previous` as the newest published slot, of which no figures are asked."""

	def setUp(self) -> None:
		super().setUp()
		self.folder = Path(tempfile.mkdtemp())
		self.addCleanup(shutil.rmtree, self.folder)
		self.patch(patch.object(snapshot, "root", return_value=self.folder))
		self.patch(patch.multiple(compression, OF_PAGES=(1, 1), OF_DATA=(1, 1)))
		frappe.db.set_single_value("Publishing Settings", "province", "ZZ")
		frappe.db.set_value(
			"Report Slot", {"name": ("not in", (self.previous, self.slot))}, "published_at", None
		)
		frappe.db.delete(changes.DOCTYPE)

	def patch(self, patcher: object) -> None:
		patcher.start()
		self.addCleanup(patcher.stop)

	def without_figures(self) -> None:
		"""Builds are about nothing but the makers that are asked."""
		put_live({"index.html": b"page"})
		frappe.db.set_value("Report Slot", self.previous, "published_at", now_datetime())

		def plain(slots: list, live: Path, anew: bool = False, seen: Path | None = None) -> Publication:
			return Publication(tuple(slots), self.previous, {}, live, anew, seen)

		self.patch(patch.object(snapshot, "publication_of", plain))
		self.patch(patch.object(snapshot, "listers", list))


class SnapshotCase(StoreCase):
	"""Both slots have a report."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		accepted(cls.previous)
		accepted(cls.slot, new_f1=22)

	def publish(self, slot: str) -> None:
		"""As publishing does, with the switch that otherwise waits for the commit."""
		consolidate(slot)
		document = frappe.get_doc("Report Slot", slot)
		document.set_state(slots.CONSOLIDATED)
		with patch.object(snapshot, "try_out", return_value=None):  # the build makes the same files
			document.publish_figures("Administrator")
		self.assertTrue(snapshot.build_all())

	def data(self, name: str) -> dict:
		return json.loads(
			(snapshot.live() / "du-lieu-mo/v1/slots" / f"{name}.json").read_text(encoding="utf-8")
		)


class TestBuilding(SnapshotCase):
	def test_a_published_slot_is_there_as_pages_and_as_data(self) -> None:
		self.publish(self.slot)
		for path in ("index.html", "en/index.html"):
			self.assertIn("<html", (snapshot.live() / path).read_text(encoding="utf-8"))
		latest = self.data("latest")
		self.assertEqual(latest, self.data(self.slot))
		self.assertEqual(
			(latest["slot"], latest["version"], latest["province"]["code"]), (self.slot, 1, "ZZ")
		)
		self.assertEqual([row["code"] for row in latest["districts"]], ["ZZ1", "ZZ2"])

	def test_the_figures_are_those_of_the_consolidation(self) -> None:
		self.publish(self.previous)
		self.publish(self.slot)
		latest = self.data("latest")
		self.assertEqual(
			latest["reporting"], {"expected": 4, "reported": 1, "provisional": 0, "carried": 3, "missing": 3}
		)
		province = latest["province"]
		self.assertEqual(
			(province["figures"]["new_f1"], province["change"]["new_f1"], province["totals"]["new_f1"]),
			(22, 1, 43),
		)
		self.assertEqual((province["figures"]["deaths"], province["figures"]["sanctions"]), (0, None))

	def test_an_indicator_that_is_not_public_is_in_no_file(self) -> None:
		frappe.db.set_value("Indicator", {"report_type": REPORT, "fieldname": "followed_f1"}, "public", 0)
		definitions.forget()
		self.publish(self.slot)
		for path, content in live_files().items():
			self.assertNotIn(b"followed_f1", content, path)

	def test_an_older_slot_renews_its_own_file_and_not_the_newest(self) -> None:
		self.publish(self.slot)
		page = (snapshot.live() / "index.html").read_bytes()
		self.publish(self.previous)
		self.assertEqual(self.data("latest")["slot"], self.slot)
		self.assertEqual(self.data(self.previous)["slot"], self.previous)
		self.assertEqual((snapshot.live() / "index.html").read_bytes(), page)

	def test_publishing_again_is_a_new_version(self) -> None:
		self.publish(self.slot)
		self.publish(self.slot)
		self.assertEqual(self.data("latest")["version"], 2)

	def test_figures_of_many_slots_take_the_queries_of_one_and_say_the_same(self) -> None:
		self.publish(self.previous)
		self.publish(self.slot)
		rows = [frappe.get_doc("Report Slot", name) for name in (self.previous, self.slot)]
		alone = {row.name: figures.slot_data(row) for row in rows}
		with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as asked:
			figures.slots_data(rows[:1])
			of_one = asked.call_count
			self.assertEqual(figures.slots_data(rows), alone)
		self.assertEqual(asked.call_count, 2 * of_one)


class TestAsking(StoreCase):
	"""Who changes what is public says so; when it is built, and how often."""

	def setUp(self) -> None:
		super().setUp()
		self.without_figures()

	def ask(self, *makers: str, **more: object) -> None:
		"""In a transaction of its own, so to speak."""
		snapshot.rebuild([f"{__name__}.{maker}" for maker in makers], **more)
		with patch.object(jobs, "once_after_commit"):
			snapshot.store_waiting()

	def test_several_changes_are_one_build_and_each_is_in_its_record(self) -> None:
		self.ask("one_file", why="Place A")
		self.ask("one_file", "no_files", why="Place B")
		self.assertTrue(snapshot.build_all())
		self.assertFalse(snapshot.build_all())
		last = history.last()
		self.assertEqual((last.outcome, last.why, last.changed), (history.LIVE, "Place A\nPlace B", 1))
		self.assertEqual((snapshot.live() / "one.json").read_bytes(), b"0 False")

	def test_one_transaction_asks_once_for_the_same(self) -> None:
		for _each in range(3):
			snapshot.rebuild([f"{__name__}.one_file"], why="Place")
		with patch.object(jobs, "once_after_commit") as enqueue:
			snapshot.store_waiting()
		self.assertEqual(frappe.db.count(changes.DOCTYPE), 1)
		self.assertEqual(enqueue.call_count, 1)

	def test_before_the_first_publication_there_is_nothing_to_rebuild(self) -> None:
		frappe.db.set_value("Report Slot", self.previous, "published_at", None)
		self.ask("one_file")
		self.assertEqual(frappe.db.count(changes.DOCTYPE), 0)

	def test_what_a_lost_job_was_for_is_found_by_the_clock(self) -> None:
		with patch.object(jobs, "once_after_commit") as enqueue:
			snapshot.tick()
			self.assertEqual(enqueue.call_count, 0)
			changes.store(makers=[f"{__name__}.one_file"])
			snapshot.tick()
			self.assertEqual(enqueue.call_count, 1)


class TestAskingForPages(SnapshotCase):
	def setUp(self) -> None:
		super().setUp()
		put_live({"index.html": b"page"})
		frappe.db.set_value("Report Slot", self.previous, "published_at", now_datetime())
		consolidate(self.previous)

	def test_publishing_waits_with_the_switch_for_the_commit(self) -> None:
		live = snapshot.store().live_name()
		with patch.object(frappe.db, "after_commit") as stored:
			snapshot.publish_slot(self.previous)
		self.assertEqual(snapshot.store().live_name(), live)
		with patch.object(frappe.db, "commit"):
			stored.add.call_args.args[0]()
		self.assertNotEqual(snapshot.store().live_name(), live)

	def test_files_made_before_the_commit_are_the_builds_own_unless_another_build_came_between(self) -> None:
		self.publish(self.previous)
		with patch.object(frappe.db, "after_commit"):
			snapshot.publish_slot(self.previous)
		asked = changes.waiting()
		made = snapshot.Made(asked.names[0], snapshot.store().live_name(), {"made.json": b"before"})
		self.assertEqual(snapshot.files_for(snapshot.store(), asked, made), made.files)
		put_live({"other.json": b"between"})
		self.assertNotIn("made.json", snapshot.files_for(snapshot.store(), asked, made))

	def test_a_new_brand_has_every_page_made_anew(self) -> None:
		settings = frappe.get_doc("Publishing Settings")
		settings.site_title = "Cổng mới"
		settings.save()
		with patch.object(jobs, "once_after_commit"):
			snapshot.store_waiting()
		self.assertTrue(snapshot.build_all())
		for page in ("index.html", "en/du-lieu-mo/index.html", "errors/404.vi.html"):
			self.assertTrue((snapshot.live() / page).is_file(), page)
		self.assertIn("Cổng mới", (snapshot.live() / "index.html").read_text(encoding="utf-8"))

	def test_pages_of_an_older_version_of_the_app_are_made_anew_once(self) -> None:
		with patch.object(frappe.db, "commit"):
			self.assertTrue(snapshot.refresh_look())
			self.assertFalse(snapshot.refresh_look())


class TestFailing(StoreCase):
	def setUp(self) -> None:
		super().setUp()
		self.without_figures()
		changes.store(makers=[f"{__name__}.broken"], why="Place")
		self.live = snapshot.store().live_name()

	def test_the_last_build_stays_and_what_was_asked_waits_on(self) -> None:
		self.assertFalse(snapshot.build_all())
		self.assertEqual(snapshot.store().live_name(), self.live)
		self.assertEqual(changes.waiting().why, ("Place",))

	def test_the_operator_is_told_once_and_further_attempts_are_counted(self) -> None:
		with patch.object(history.bell, "put_in_desk") as bell:
			snapshot.build_all()
			snapshot.build_all()
		self.assertEqual(bell.call_count, 1)
		self.assertIn("Administrator", {notice.user for notice in bell.call_args.args[0]})
		last = history.last()
		self.assertEqual((last.outcome, last.attempts), (history.FAILED, 2))
		self.assertIn("no denominator", last.problem)
		settings = frappe.get_doc("Publishing Settings")
		settings.run_method("onload")
		self.assertEqual(settings.get_onload().last_build.problem, last.problem)

	def test_it_is_tried_again_after_a_while_or_when_more_has_changed(self) -> None:
		snapshot.build_all()
		with patch.object(jobs, "once_after_commit") as enqueue:
			snapshot.tick()
			self.assertEqual(enqueue.call_count, 0)
			frappe.db.set_value(
				history.DOCTYPE, history.last().name, "tried_at", now_datetime() - timedelta(hours=1)
			)
			snapshot.tick()
			self.assertEqual(enqueue.call_count, 1)

	def test_a_disk_that_is_full_while_writing_leaves_the_last_build_live(self) -> None:
		frappe.db.delete(changes.DOCTYPE)
		changes.store(makers=[f"{__name__}.one_file"])
		with patch.object(Path, "write_bytes", side_effect=OSError(28, "No space left on device")):
			self.assertFalse(snapshot.build_all())
		self.assertEqual(snapshot.store().live_name(), self.live)
		self.assertTrue(snapshot.build_all())
		self.assertEqual(list(snapshot.store().problems()), [])


class TestHistory(StoreCase):
	def test_a_kept_build_can_be_made_live_again(self) -> None:
		first, second = put_live({"a.json": b"1"}), put_live({"a.json": b"2"})
		snapshot.roll_back(first, "wrong figures")
		self.assertEqual((snapshot.live() / "a.json").read_bytes(), b"1")
		last = history.last()
		self.assertEqual((last.outcome, last.build, last.why), (history.ROLLED_BACK, first, "wrong figures"))
		snapshot.roll_back(second)
		self.assertEqual((snapshot.live() / "a.json").read_bytes(), b"2")

	def test_a_build_that_is_not_kept_cannot(self) -> None:
		put_live({"a.json": b"1"})
		for name in ("20200101000000000000", "../..", ""):
			with self.assertRaises(NoSuchBuild):
				snapshot.roll_back(name)

	def test_of_two_publications_at_once_neither_is_lost(self) -> None:
		put_live({"index.html": b"page"})
		first, second = (start_publication(self.folder, name) for name in ("first", "second"))
		for process in (first, second):
			_out, errors = process.communicate(timeout=120)
			self.assertEqual(process.returncode, 0, errors)
		found = {name: (snapshot.live() / name).read_text(encoding="utf-8") for name in ("first", "second")}
		# Whoever came second made its files when the first was live, and built on them.
		later = "second" if found["first"] == "index.html" else "first"
		earlier = "first" if later == "second" else "second"
		self.assertEqual(found, {earlier: "index.html", later: ",".join(sorted([earlier, "index.html"]))})


class TestRecord(SnapshotCase):
	def test_the_record_is_changed_and_deleted_by_nobody(self) -> None:
		self.publish(self.slot)
		record = frappe.get_doc(history.DOCTYPE, history.last().name)
		self.assertEqual((record.slots, record.outcome), (self.slot, history.LIVE))
		record.why = "another reason"
		with self.assertRaises(RecordIsKept):
			record.save()
		with self.assertRaises(RecordIsKept):
			record.delete()

	def test_a_full_rebuild_has_the_published_slots_and_nothing_else(self) -> None:
		self.publish(self.previous)
		self.publish(self.slot)
		files = set(snapshot.store().read_manifest(snapshot.store().live_name())["files"])
		put_live({"stray.json": b"{}"})
		changes.store(full=True)
		with patch.object(snapshot, "SLOTS_AT_ONCE", 1):
			self.assertTrue(snapshot.build_all())
		self.assertEqual(set(snapshot.store().read_manifest(snapshot.store().live_name())["files"]), files)
		self.assertEqual(self.data("latest")["slot"], self.slot)
		self.assertEqual(self.data(self.previous)["slot"], self.previous)


class TestInParts(SnapshotCase):
	"""Slots of two months, of which a seven days' sum of the first reaches into the second."""

	def setUp(self) -> None:
		super().setUp()
		self.move(self.previous, datetime(2021, 10, 28, 16))
		self.move(self.slot, datetime(2021, 11, 20, 8))

	def move(self, slot: str, at: datetime) -> None:
		values = {"slot_time": at, "window_start": at - timedelta(hours=8)}
		frappe.db.set_value("Report Slot", slot, values)

	def told(self) -> dict[str, bytes]:
		"""The build's files, but for those that tell when it was made."""
		names = ("index.json", "corrections.json", "arrival-rules.json", "index.html")
		return {
			path: content
			for path, content in live_files().items()
			if not path.endswith(names) and not path.startswith("sitemap")
		}

	def test_a_part_holds_the_slots_of_one_month_and_no_more_than_it_may(self) -> None:
		self.assertEqual(snapshot.parts([self.previous, self.slot]), [[self.previous], [self.slot]])
		self.move(self.previous, datetime(2021, 11, 1, 16))
		self.assertEqual(snapshot.parts([self.previous, self.slot]), [[self.previous, self.slot]])
		with patch.object(snapshot, "SLOTS_AT_ONCE", 1):
			self.assertEqual(snapshot.parts([self.previous, self.slot]), [[self.previous], [self.slot]])

	def test_what_is_made_in_parts_is_what_was_made_slot_by_slot(self) -> None:
		"""In a second version: what its first withheld is known from the live build alone."""
		for slot in (self.previous, self.slot, self.slot):
			self.publish(slot)
		before = self.told()
		for case, asked in (
			("everything anew", {"full": True}),
			("many slots over a live build", {"slots": [self.previous, self.slot]}),
		):
			changes.store(**asked)
			with (
				self.subTest(case),
				patch.object(snapshot, "SLOTS_AT_ONCE", 1),
				patch.object(feeds, "feed", wraps=feeds.feed) as fed,
			):
				self.assertTrue(snapshot.build_all())
				self.assertEqual(self.told(), before)
				of_the_portal = [call for call in fed.call_args_list if len(call.args) == 2]
				self.assertEqual(len(of_the_portal), 2, "the feed of each language, with the last part alone")


class TestServing(StoreCase):
	def setUp(self) -> None:
		super().setUp()
		files = {
			"index.html": b"home",
			"en/index.html": b"home in English",
			"du-lieu-mo/index.html": b"documentation",
			"du-lieu-mo/v1/slots/latest.json": b"{}",
			"du-lieu-mo/v1/slots/latest.csv": b"code\r\n",
		}
		put_live(files)
		(self.folder / "secret.json").write_text("secret", encoding="utf-8")
		(snapshot.live() / "du-lieu-mo/v1/way-out").symlink_to(self.folder)

	def test_the_files_of_the_snapshot_are_served_as_they_are(self) -> None:
		for path, content in (
			("tong-quan", b"home"),
			("en", b"home in English"),
			("du-lieu-mo", b"documentation"),
			("du-lieu-mo/v1/slots/latest.json", b"{}"),
			("/du-lieu-mo/v1/slots/latest.json/", b"{}"),
		):
			page = renderer.SnapshotPage(path)
			self.assertTrue(page.can_render(), path)
			self.assertEqual(page.render().get_data(), content)

	def test_data_is_open_to_other_sites_and_carries_a_validator(self) -> None:
		for form, mimetype in (("json", "application/json"), ("csv", "text/csv")):
			response = renderer.SnapshotPage(f"du-lieu-mo/v1/slots/latest.{form}").render()
			self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
			self.assertEqual(response.mimetype, mimetype)
			self.assertTrue(response.headers["ETag"])

	def test_no_address_leads_out_of_the_snapshot(self) -> None:
		for path in (
			"du-lieu-mo/v1/../../../../secret.json",
			"du-lieu-mo/v1/../../../secret.json",
			"du-lieu-mo/v1//../..//../../secret.json",
			"du-lieu-mo/v1/way-out/secret.json",
			f"du-lieu-mo/v1/{self.folder}/secret.json",
			"../secret.json",
			"secret.json",
			"index.html",
			"en/index.html",
			"du-lieu-mo/v1",
			"du-lieu-mo/index.html",
			"du-lieu-mo/v1/..%2f..%2fsecret.json",
			"du-lieu-mo/v1/\x00",
			"du-lieu-mo/v1/" + "a" * 5000,
			"",
			None,
		):
			self.assertIsNone(renderer.find(path), path)
			if path and "\0" not in path and not path.startswith("du-lieu-mo/"):
				self.assertFalse(renderer.SnapshotPage(path).can_render(), path)

	def test_an_address_that_no_file_can_have_is_answered_here(self) -> None:
		for path, status in (("du-lieu-mo/v1/\0", 400), ("du-lieu-mo/v1/none.json", 404), ("x\0", 400)):
			page = renderer.SnapshotPage(path)
			self.assertTrue(page.can_render())
			self.assertEqual(page.render().status_code, status)

	def test_before_anything_was_published_the_home_page_says_so(self) -> None:
		snapshot.live().unlink()
		for path in ("tong-quan", "en"):
			page = renderer.SnapshotPage(path)
			self.assertTrue(page.can_render())
			self.assertEqual(page.render().status_code, 200)
		self.assertEqual(renderer.SnapshotPage("du-lieu-mo/v1/slots/latest.json").render().status_code, 404)
