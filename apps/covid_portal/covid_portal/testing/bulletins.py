"""What tests of bulletins share: keys and a snapshot in folders of their own, and the people of the issuing unit."""

import json
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import frappe
import pypdf
from frappe.model.document import Document

from covid_portal.approval.decisions import decide
from covid_portal.bulletins import drafting, keys, printing
from covid_portal.bulletins.canonical import canonical, sha256
from covid_portal.publishing import changes, snapshot
from covid_portal.reporting import slots
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing import province
from covid_portal.testing.case import PortalTestCase, accepted, acting

PEOPLE = (
	("drafter", "Drafter", "CDC-ZZ"),
	("head", "Head", "CDC-ZZ"),
	("foreign drafter", "Drafter", "DHC-ZZ1"),
	("foreign publisher", "Publisher", "DHC-ZZ1"),
)
LINE = ("head", "publisher")


def use_own_folders(case: type[PortalTestCase]) -> Path:
	"""Keys and snapshot lie elsewhere for as long as the class runs; the test province is the one that is published."""
	folder = Path(tempfile.mkdtemp())
	case.addClassCleanup(shutil.rmtree, folder)
	for target, name in ((snapshot, "root"), (keys, "folder")):
		patcher = patch.object(target, name, return_value=folder / name)
		patcher.start()
		case.addClassCleanup(patcher.stop)
	frappe.db.set_single_value("Publishing Settings", "province", "ZZ")
	frappe.clear_document_cache("Publishing Settings", "Publishing Settings")
	return folder


def publish(slot: str) -> None:
	"""The slot's figures as they stand, without what the portal does of itself then."""
	consolidate(slot)
	document = frappe.get_doc("Report Slot", slot)
	if document.state not in slots.COUNTED:
		document.set_state(slots.CONSOLIDATED)
	document.renew_version("Administrator")


def plain_pdf(content: dict) -> bytes:
	"""A sheet of paper, another for another content: the framework may look into what is stored as a PDF."""
	sheet, file = pypdf.PdfWriter(), BytesIO()
	sheet.add_blank_page(width=72, height=72)
	sheet.add_metadata({"/Title": sha256(canonical(content))})
	sheet.write(file)
	return file.getvalue()


class BulletinCase(PortalTestCase):
	"""`slot` is published; a key is in use. Bulletins are drawn (which takes a while) where a class sets `drawn`."""

	drawn = False

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		for who, duty, unit in PEOPLE:
			province.create_user(who)
			province.assign(who, duty, unit, 0, None)
		cls.folder = use_own_folders(cls)
		if not cls.drawn:
			patcher = patch.object(printing, "render", side_effect=plain_pdf)
			patcher.start()
			cls.addClassCleanup(patcher.stop)
		frappe.db.set_value(
			"Report Slot", {"name": ("not in", (cls.previous, cls.slot))}, "published_at", None
		)
		frappe.db.delete("Bulletin Key")
		frappe.db.delete("Bulletin")
		keys.make()
		accepted(cls.slot, new_f1=22)
		publish(cls.slot)

	@classmethod
	def drafted(cls, slot: str | None = None) -> Document:
		return frappe.get_doc("Bulletin", drafting.draft([slot or cls.slot])[0])

	@classmethod
	def issued(cls, bulletin: Document | None = None) -> Document:
		bulletin = bulletin or cls.drafted()
		cls.act("drafter", bulletin, "Submit")
		for who in LINE:
			cls.act(who, bulletin, "Approve")
		return frappe.get_doc("Bulletin", bulletin.name)

	@staticmethod
	def act(who: str, bulletin: Document, decision: str, reason: str | None = None) -> None:
		with acting(who):
			decide("Bulletin", bulletin.name, decision, reason)

	@classmethod
	def change_figures(cls, **columns: int) -> None:
		"""As a correction does: the province's consolidated row moves."""
		frappe.db.set_value("Consolidated Report", {"slot": cls.slot, "area": "ZZ"}, columns)

	@staticmethod
	def build() -> Path:
		changes.store()
		assert snapshot.build_all()
		return snapshot.live()

	def file(self, name: str) -> bytes:
		return (snapshot.live() / "du-lieu-mo/v1" / name).read_bytes()

	def data(self, name: str) -> dict:
		return json.loads(self.file(name))
