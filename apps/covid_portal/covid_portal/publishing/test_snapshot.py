"""The public snapshot: built beside the live one, switched in one step, and nothing but its files is served."""

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import frappe
from frappe.utils import now_datetime

from covid_portal.publishing import renderer, snapshot
from covid_portal.reporting import definitions, slots
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing.case import REPORT, PortalTestCase, accepted

# Publishes one file that says what was live when it was made, and is slow to switch.
PROCESS = """
import sys, time
from pathlib import Path
import frappe
from covid_portal.publishing import snapshot
site, sites, folder, name = sys.argv[1:]
frappe.init(site=site, sites_path=sites)
frappe.connect()
write_build = snapshot.write_build

def slot_files(names):
	there = sorted(path.name for path in snapshot.live().iterdir()) if snapshot.live().exists() else []
	return {names[0]: ",".join(there).encode()}

def write_slowly(files):
	built = write_build(files)
	time.sleep(3)
	return built

snapshot.root, snapshot.slot_files, snapshot.write_build = lambda: Path(folder), slot_files, write_slowly
snapshot.make_live([name])
"""


def start_publication(folder: Path, name: str) -> subprocess.Popen:
	return subprocess.Popen(
		[sys.executable, "-c", PROCESS, frappe.local.site, frappe.local.sites_path, str(folder), name],
		cwd=frappe.local.sites_path,
		stdout=subprocess.PIPE,
		stderr=subprocess.PIPE,
		text=True,
	)


class SnapshotCase(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.folder = Path(tempfile.mkdtemp())
		self.addCleanup(shutil.rmtree, self.folder)
		patcher = patch.object(snapshot, "root", return_value=self.folder)
		patcher.start()
		self.addCleanup(patcher.stop)
		frappe.db.set_single_value("Publishing Settings", "province", "ZZ")
		frappe.db.set_value(
			"Report Slot", {"name": ("not in", (self.previous, self.slot))}, "published_at", None
		)
		accepted(self.previous)
		accepted(self.slot, new_f1=22)

	def publish(self, slot: str) -> None:
		"""As publishing does, with the switch that otherwise waits for the commit."""
		consolidate(slot)
		document = frappe.get_doc("Report Slot", slot)
		document.set_state(slots.CONSOLIDATED)
		document.publish_figures("Administrator")
		snapshot.switch(snapshot.build([slot]))

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
		figures = latest["province"]
		self.assertEqual(
			(figures["figures"]["new_f1"], figures["change"]["new_f1"], figures["totals"]["new_f1"]),
			(22, 1, 43),
		)
		self.assertEqual((figures["figures"]["deaths"], figures["figures"]["sanctions"]), (0, None))

	def test_an_indicator_that_is_not_public_is_in_no_file(self) -> None:
		frappe.db.set_value("Indicator", {"report_type": REPORT, "fieldname": "followed_f1"}, "public", 0)
		definitions.forget()
		self.publish(self.slot)
		for file in self.folder.rglob("*.*"):
			if file.is_file():
				self.assertNotIn("followed_f1", file.read_text(encoding="utf-8"), file.name)

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


class TestSwitching(SnapshotCase):
	def test_a_build_is_not_live_before_it_is_switched_to(self) -> None:
		self.publish(self.slot)
		live = snapshot.live().resolve()
		folder = snapshot.write_build({"index.html": b"next"})
		self.assertEqual(snapshot.live().resolve(), live)
		self.assertNotEqual((snapshot.live() / "index.html").read_bytes(), b"next")
		snapshot.switch(folder)
		self.assertEqual((snapshot.live() / "index.html").read_bytes(), b"next")

	def test_publishing_waits_with_the_switch_for_the_commit(self) -> None:
		self.publish(self.slot)
		live = snapshot.live().resolve()
		with patch.object(frappe.db, "after_commit") as stored:
			snapshot.publish_slot(self.slot)
		self.assertEqual(snapshot.live().resolve(), live)
		stored.add.call_args.args[0]()
		self.assertNotEqual(snapshot.live().resolve(), live)

	def test_a_new_build_never_writes_into_an_older_one(self) -> None:
		first = snapshot.write_build({"a.json": b"1", "b.json": b"1"})
		snapshot.switch(first)
		snapshot.switch(snapshot.write_build({"a.json": b"2"}))
		self.assertEqual(
			((first / "a.json").read_bytes(), (snapshot.live() / "a.json").read_bytes()), (b"1", b"2")
		)
		self.assertEqual((snapshot.live() / "b.json").stat().st_ino, (first / "b.json").stat().st_ino)

	def test_a_file_whose_content_is_the_same_is_not_written_again(self) -> None:
		first = snapshot.write_build({"a.json": b"1", "b.json": b"1"})
		snapshot.switch(first)
		second = snapshot.write_build({"a.json": b"1", "b.json": b"2"})
		self.assertEqual((second / "a.json").stat().st_ino, (first / "a.json").stat().st_ino)
		self.assertEqual((second / "b.json").read_bytes(), b"2")

	def test_only_the_last_builds_are_kept_and_the_live_one_is_among_them(self) -> None:
		for number in range(snapshot.KEPT_BUILDS + 3):
			snapshot.switch(snapshot.write_build({"a.json": str(number).encode()}))
		self.assertEqual(len(list((self.folder / "builds").iterdir())), snapshot.KEPT_BUILDS)
		self.assertEqual((snapshot.live() / "a.json").read_bytes(), str(snapshot.KEPT_BUILDS + 2).encode())
		self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".live")], [])

	def test_a_clock_moved_back_takes_nothing_away_that_is_live(self) -> None:
		for number in range(snapshot.KEPT_BUILDS + 1):
			snapshot.switch(snapshot.write_build({"a.json": str(number).encode()}))
		earlier = now_datetime() - timedelta(hours=1)
		with patch("frappe.utils.now_datetime", return_value=earlier):
			snapshot.switch(snapshot.write_build({"a.json": b"after"}))
		self.assertEqual((snapshot.live() / "a.json").read_bytes(), b"after")

	def test_of_two_publications_at_once_neither_is_lost(self) -> None:
		first, second = (start_publication(self.folder, name) for name in ("first", "second"))
		for process in (first, second):
			_out, errors = process.communicate(timeout=120)
			self.assertEqual(process.returncode, 0, errors)
		found = {name: (snapshot.live() / name).read_text(encoding="utf-8") for name in ("first", "second")}
		# Whoever came second made its files when the first was live, and built on them.
		self.assertEqual(sorted(found.values()), sorted(["", "first" if found["first"] == "" else "second"]))


class TestServing(SnapshotCase):
	def setUp(self) -> None:
		super().setUp()
		files = {
			"index.html": b"home",
			"en/index.html": b"home in English",
			"du-lieu-mo/index.html": b"documentation",
			"du-lieu-mo/v1/slots/latest.json": b"{}",
			"du-lieu-mo/v1/slots/latest.csv": b"code\r\n",
		}
		snapshot.switch(snapshot.write_build(files))
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
			if path and "\0" not in path:
				self.assertFalse(renderer.SnapshotPage(path).can_render(), path)

	def test_an_address_that_no_file_can_have_is_answered_here(self) -> None:
		page = renderer.SnapshotPage("du-lieu-mo/v1/\0")
		self.assertTrue(page.can_render())
		self.assertEqual(page.render().status_code, 404)

	def test_before_anything_was_published_the_home_page_says_so(self) -> None:
		snapshot.live().unlink()
		for path in ("tong-quan", "en"):
			page = renderer.SnapshotPage(path)
			self.assertTrue(page.can_render())
			self.assertEqual(page.render().status_code, 200)
		self.assertFalse(renderer.SnapshotPage("du-lieu-mo/v1/slots/latest.json").can_render())
