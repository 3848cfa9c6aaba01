import json
from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval import guard
from covid_portal.approval.vocabulary import APPROVED, REFUSED, STATE_FIELD
from covid_portal.bulletins import drafting, figures, issuing, printing, wording
from covid_portal.bulletins.canonical import sha256
from covid_portal.organisation.scope import scope_condition
from covid_portal.publishing import snapshot
from covid_portal.reporting.slots import slot_label


class BulletinRefused(frappe.ValidationError):
	"""There can be no such bulletin; the message says why."""


class NotPublished(BulletinRefused):
	"""The slot's figures are not public yet."""


class BulletinUnderWay(BulletinRefused):
	"""The slot has a bulletin that is not decided on."""


class ReasonMissing(BulletinRefused):
	"""A new version of an issued bulletin says why there is one."""


class FiguresMovedOn(BulletinRefused):
	"""The slot's figures are no longer those of the bulletin."""


class Issued(frappe.PermissionError):
	"""The bulletin is issued, or on its way: it does not change."""


class Bulletin(Document):
	"""What is told of a slot's figures, in writing, by loudspeaker and as data: numbered, chained and signed once approved."""

	ISSUED: ClassVar = ("number", "issued_at", "code", "hash", "prev_hash", "key_id", "signature", "document")
	FROZEN: ClassVar = ("slot_time", "slot_version", "figures", "figures_digest")
	# Written when it is issued, not what was decided on.
	NOT_CONTENT: ClassVar = (*ISSUED, "pdf_sha256")

	def autoname(self) -> None:
		self.require_slot()
		self.name = f"{self.slot}-BT{self.next_version()}"

	def onload(self) -> None:
		later = self.superseding()
		self.set_onload("superseded_by", later and {"name": later.name, "number": later.number})

	def validate(self) -> None:
		if guard.is_deciding(self):
			self.follow_decision()
			return
		guard.require_author(self, Issued)
		self.keep_server_fields()
		self.place()
		drafting.fill_in(self)
		wording.check_spoken(self.loudspeaker or "", self.describe())

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() before the bulletin goes on its way."""
		self.require_texts()
		self.require_reason()
		self.require_current()

	def follow_decision(self) -> None:
		if self.get(STATE_FIELD) == APPROVED:
			self.require_current()
			issuing.issue(self)
			self.flags.pdf = printing.render(issuing.published(self))
			self.pdf_sha256 = sha256(self.flags.pdf)

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		if self.get(STATE_FIELD) == APPROVED:
			printing.keep(self, self.flags.pdf)
			publish_later()

	# --- where it belongs

	def require_slot(self) -> None:
		if not self.slot or not frappe.db.exists("Report Slot", self.slot):
			frappe.throw(_("Say of which slot the bulletin is."), frappe.MandatoryError)

	def next_version(self) -> int:
		"""Two drafts made at the same moment take the same name, and the second one is refused."""
		rows = frappe.get_all(
			"Bulletin", {"slot": self.slot}, ["version", STATE_FIELD], order_by="version desc"
		)
		if rows and rows[0][STATE_FIELD] not in (APPROVED, REFUSED):
			frappe.throw(
				_("There is a bulletin of the slot {0} that is not decided on yet.").format(
					slot_label(self.time_of_slot())
				),
				BulletinUnderWay,
			)
		return (rows[0].version if rows else 0) + 1

	def place(self) -> None:
		if not frappe.db.get_value("Report Slot", self.slot, "published_at"):
			frappe.throw(
				_("{0}: the figures of the slot are not published yet.").format(self.describe()), NotPublished
			)
		if self.is_new():
			self.version = int(self.name.rpartition("-BT")[2])
			self.unit = drafting.issuing_unit(self.slot)
			before = self.issued_before()
			self.supersedes = before and before.name
			if before and not self.reason:
				self.reason = drafting.reason_of_changes(self.slot, before.issued_at)

	def issued_before(self) -> frappe._dict | None:
		"""The slot's last issued bulletin."""
		rows = frappe.get_all(
			"Bulletin",
			{"slot": self.slot, "number": (">", 0)},
			["name", "number", "issued_at", "figures"],
			order_by="number desc",
			limit=1,
		)
		return rows[0] if rows else None

	def superseding(self) -> frappe._dict | None:
		"""The bulletin of the slot that holds in place of this one."""
		last = self.issued_before() if self.number else None
		return last if last and last.number > self.number else None

	def keep_server_fields(self) -> None:
		before = self.get_doc_before_save()
		for field in (*self.ISSUED, *self.FROZEN, "pdf_sha256", "version", "unit", "supersedes"):
			self.set(field, before.get(field) if before else None)

	# --- what it says

	def require_texts(self) -> None:
		for field in drafting.TEXTS:
			if not (self.get(field) or "").strip():
				frappe.throw(
					_("{0}: {1} is empty.").format(self.describe(), _(self.meta.get_label(field))),
					BulletinRefused,
				)

	def require_reason(self) -> None:
		if self.supersedes and not (self.reason or "").strip():
			frappe.throw(
				_("{0}: say why there is a new version. It is published with it.").format(self.describe()),
				ReasonMissing,
			)

	def require_current(self) -> None:
		now = figures.digests([self.slot]).get(self.slot)
		if now != self.figures_digest:
			frappe.throw(
				_(
					"{0}: the figures have changed since it was drafted. Return it; saved again, it has the new ones."
				).format(self.describe()),
				FiguresMovedOn,
			)

	# --- for people

	def time_of_slot(self) -> datetime:
		return frappe.db.get_value("Report Slot", self.slot, "slot_time", cache=True)

	def describe(self) -> str:
		"""'Bulletin of the slot 16:00, day 20/11/2021': what every message about it begins with."""
		return _("Bulletin of the slot {0}").format(slot_label(self.time_of_slot()))

	def content(self) -> dict:
		"""For the print format: what is signed, or would be by the figures and texts as they stand."""
		if self.document:
			return json.loads(self.document)
		return {**issuing.signed_content(self), "code": "", "verify_at": ""}

	@staticmethod
	def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
		"""How the inbox tells of bulletins: title, and the first figures."""
		rows = frappe.db.sql(
			f"select name, title, reason, figures from `tabBulletin` where {condition}", values, as_dict=True
		)
		return {
			row.name: {
				"title": row.title or row.name,
				"details": first_figures(json.loads(row.figures)),
				"warnings": [row.reason] if row.reason else [],
				"link": f"/app/bulletin/{row.name}",
			}
			for row in rows
		}


FIGURES_TOLD = 4


def first_figures(content: dict) -> list[str]:
	label = "label" if frappe.local.lang == "vi" else "label_en"
	told = [row for row in content["figures"] if row["value"] is not None]
	return [_("{0}: {1}").format(row[label], row["value"]) for row in told[:FIGURES_TOLD]]


def publish_later() -> None:
	"""Its pages and files appear as soon as it is stored: the next build finds what the live one lacks."""
	snapshot.rebuild(why=_("Bulletins"))


def on_doctype_update() -> None:
	frappe.db.add_unique("Bulletin", ["slot", "version"], "one_version")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Bulletin", user)
