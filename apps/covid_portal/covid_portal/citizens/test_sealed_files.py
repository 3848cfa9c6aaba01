"""What people send along lies sealed, is opened by those who handle it, on record, and ends with them."""

import io
from unittest.mock import patch

import frappe
from PIL import Image

from covid_portal.patches import seal_files
from covid_portal.privacy import erasure, files, subjects
from covid_portal.privacy.reveal import RevealRefused
from covid_portal.testing import petitions as made
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.petitions import HEAD, OFFICER
from covid_portal.testing.province import assign

PICTURE = b"\xff\xd8\xff the photo of a house \xff\xd9"


class TestSealedFiles(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		made.staff()
		self.petition = made.petition()
		self.title = f"{self.petition.name}-1.jpg"

	def keep(self) -> str:
		name = files.keep(self.petition, self.petition.subject, self.title, "image/jpeg", PICTURE)
		self.addCleanup(files.remove, name)
		return name

	def show(self, name: str) -> bytes:
		with patch.object(frappe.db, "commit"):
			return files.show(name).get_data()

	def test_on_the_disk_nothing_is_in_clear_and_nobody_else_may_read_it(self):
		path = files.path_of(self.keep())
		self.assertNotIn(b"photo", path.read_bytes())
		self.assertEqual(path.stat().st_mode & 0o077, 0)

	def test_those_who_handle_the_petition_open_it_and_each_look_is_on_record(self):
		name = self.keep()
		for who in (OFFICER, HEAD):
			with self.acting(who):
				self.assertEqual(self.show(name), PICTURE)
		seen = frappe.get_all(
			"Personal Access", {"reference_name": self.petition.name, "channel": "File"}, ["*"]
		)
		self.assertEqual(
			{(row.fields_shown, row.subject) for row in seen}, {(self.title, self.petition.subject)}
		)
		self.assertEqual(len(seen), 2)

	def test_nobody_else_opens_it_though_they_may_read_the_petition(self):
		assign("sibling", "Petition Officer", "CHS-ZZ12")
		name = self.keep()
		for who in ("district", "sibling", "outsider", "auditor", "disabled", "Guest"):
			with (
				self.subTest(who),
				self.acting(who),
				self.assertRaises((frappe.PermissionError, RevealRefused)),
			):
				self.show(name)
		with self.acting(OFFICER):
			self.assertRaises(files.NoSuchFile, self.show, "../../site_config.json")

	def test_with_the_person_the_file_is_gone(self):
		name = self.keep()
		erasure.erase(self.petition.subject, "Asked for by the person")
		self.assertFalse(files.path_of(name).exists())
		with self.acting(OFFICER), patch.object(files.Path, "read_bytes", lambda path: PICTURE * 9):
			self.assertRaises(subjects.Erased, self.show, name)

	def test_files_of_before_are_sealed_once_and_the_plain_ones_go(self):
		plain = self.attached(self.title)
		of_staff = self.attached("bien-ban.jpg")
		path = files.Path(frappe.get_doc("File", plain).get_full_path())
		content = path.read_bytes()
		with patch.object(frappe.db, "commit"):
			seal_files.execute()
			seal_files.execute()
		[kept] = files.listed("Petition", self.petition.name)
		self.addCleanup(files.remove, kept.name)
		self.assertEqual((kept.title, files.opened(kept.name, self.petition.subject)), (self.title, content))
		self.assertFalse(frappe.db.exists("File", plain) or path.exists())
		self.assertTrue(frappe.db.exists("File", of_staff))

	def attached(self, name: str) -> str:
		"""As the framework keeps a picture. Its colour differs by name: of the same content it keeps one."""
		written = io.BytesIO()
		Image.new("RGB", (8, 8), (len(name), 0, 0)).save(written, "JPEG")
		file = frappe.get_doc(
			doctype="File",
			file_name=name,
			attached_to_doctype="Petition",
			attached_to_name=self.petition.name,
			is_private=1,
			content=written.getvalue(),
		).insert()
		return file.name
