"""What places have in common: whose they are, where they lie, what is decided on by route and what their unit changes alone.

The public sees what was approved: `published` keeps it as it was then. To change it the unit takes it up again (Reopen) and
sends it through the route in a new round; until that is approved the public goes on reading the former words, and also if it
is refused. The fields named in CURRENT (stock, reception) are the unit's own at any time.
"""

import json
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.guard import is_deciding
from covid_portal.approval.seats import seats_of
from covid_portal.approval.vocabulary import APPROVED, REFUSED, STATE_FIELD, WITH_AUTHOR
from covid_portal.organisation.desk_links import form_link
from covid_portal.organisation.scope import is_below
from covid_portal.organisation.texts import keep_as_text
from covid_portal.places import positions
from covid_portal.publishing import snapshot

MAKER = "covid_portal.places.published.files"


class PlaceRefused(frappe.ValidationError):
	"""There can be no such place; the message says why."""


class PlaceDecidedOn(frappe.PermissionError):
	"""What was approved, or waits for a decision, does not change in passing."""


class Place(Document):
	"""The base of Quarantine Site, Supply Point and Control Place."""

	# By which words a message begins; decided on by route; changed by the unit at any time; written by the server alone.
	CONTENT: ClassVar[tuple[str, ...]] = ()
	CURRENT: ClassVar[tuple[str, ...]] = ()
	SERVER: ClassVar[tuple[str, ...]] = ("published", "published_at")

	def validate(self) -> None:
		if is_deciding(self):
			self.follow_decision()
			return
		self.keep_server_fields()
		self.keep_texts()
		self.find_unit()
		self.require_author()
		self.check()

	def on_update(self) -> None:
		if self.published and not is_deciding(self):
			show_later(self.describe())

	def follow_decision(self) -> None:
		if self.get(STATE_FIELD) == APPROVED:
			self.published = json.dumps(self.content(), ensure_ascii=False)
			self.published_at = now_datetime()

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		if self.get(STATE_FIELD) == APPROVED:
			show_later(self.describe())

	def may_be_reopened(self) -> bool:
		"""Asked by approval.acts.reopen. What was refused before anything of it was public stays refused."""
		state = self.get(STATE_FIELD)
		return state == APPROVED or (state == REFUSED and bool(self.published))

	def content(self) -> dict:
		"""What is decided on, as it is published then."""
		values = {field: self.get(field) for field in self.CONTENT}
		return json.loads(frappe.as_json(values))

	# --- where it belongs

	def keep_server_fields(self) -> None:
		before = self.get_doc_before_save()
		for field in self.SERVER:
			self.set(field, before.get(field) if before else None)

	def find_unit(self) -> None:
		"""A place without a unit is its author's; its route begins at the unit, so nobody names another's."""
		own = [seat.unit for seat in seats_of(frappe.session.user)]
		if not self.unit and own:
			self.unit = own[0]
		if not self.unit:
			frappe.throw(_("{0}: say which unit has charge of it.").format(self.describe()), PlaceRefused)
		if frappe.session.user != "Administrator" and self.unit not in own and self.has_value_changed("unit"):
			frappe.throw(_("{0}: {1} is no unit of yours.").format(self.describe(), self.unit), PlaceRefused)
		self.require_area_of_unit()

	def require_area_of_unit(self) -> None:
		"""A unit has charge of places in its own area."""
		unit = frappe.db.get_value("Unit", self.unit, ["unit_name", "area"], as_dict=True)
		own = unit and frappe.db.get_value("Area", unit.area, ["lft", "rgt"])
		if own and self.area and not is_below("Area", self.area, *own):
			frappe.throw(
				_("{0}: the area {1} is not one of {2}.").format(self.describe(), self.area, unit.unit_name),
				PlaceRefused,
			)

	def require_author(self) -> None:
		"""What is not with its author any more keeps its content."""
		before = self.get_doc_before_save()
		state = before.get(STATE_FIELD) if before else None
		if not state or state in WITH_AUTHOR:
			return
		changed = [field for field in (*self.CONTENT, "unit") if self.is_other(before, field)]
		if changed:
			frappe.throw(
				_("{0} is in the state {1}: take it up again (Revise) before you change {2}.").format(
					self.describe(), _(state), ", ".join(_(self.meta.get_label(field)) for field in changed)
				),
				PlaceDecidedOn,
			)

	def is_other(self, before: Document, field: str) -> bool:
		"""Blank, 0 and never given are one to the framework, and so they are here."""
		old, new = before.get(field) or None, self.get(field) or None
		kind = self.meta.get_field(field).fieldtype
		if old is None or new is None:
			return old is not new
		return frappe.utils.cast(kind, old) != frappe.utils.cast(kind, new)

	# --- what it says

	def keep_texts(self) -> None:
		keep_as_text(
			self, (df.fieldname for df in self.meta.fields if df.fieldtype in ("Data", "Small Text"))
		)

	def check(self) -> None:
		"""Raises PlaceRefused."""
		positions.require_inside(self.describe(), self.latitude, self.longitude)

	def describe(self) -> str:
		return self.place_name or _(self.doctype)

	@classmethod
	def inbox_summaries(cls, condition: str, values: dict) -> dict[str, dict]:
		"""How the inbox of those who approve tells of places."""
		doctype = frappe.unscrub(frappe.scrub(cls.__module__.rpartition(".")[2]))
		rows = frappe.db.sql(
			f"""select `tab{doctype}`.name, `tab{doctype}`.place_name, `tab{doctype}`.address, area.full_name,
				`tab{doctype}`.published_at
			from `tab{doctype}` join `tabArea` area on area.name = `tab{doctype}`.area where {condition}""",
			values,
			as_dict=True,
		)
		return {
			row.name: {
				"title": row.place_name,
				"details": [text for text in (row.full_name, row.address) if text],
				"warnings": [_("Changes a place that is public.")] if row.published_at else [],
				"link": form_link(doctype, row.name),
			}
			for row in rows
		}


def show_later(why: str) -> None:
	"""The pages of places follow as soon as the change is stored."""
	snapshot.rebuild([MAKER], why=why[:60])
