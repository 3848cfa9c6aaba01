from typing import ClassVar

import frappe
from frappe import _
from frappe.utils import get_datetime

from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD
from covid_portal.organisation.scope import scope_condition
from covid_portal.places import links, positions
from covid_portal.places.place import Place, PlaceRefused


class ControlPlace(Place):
	"""A lockdown area, checkpoint, test site, health facility, vaccination site or camera, in force from one day to another."""

	CONTENT: ClassVar = (
		*(
			"place_name",
			"place_name_en",
			"kind",
			"area",
			"valid_from",
			"valid_to",
			"decision",
			"link",
			"note",
		),
		*("note_en", "address", "latitude", "longitude", "outline"),
		*("contact_name", "contact_phone", "contact_public"),
	)

	SERVER: ClassVar = (*Place.SERVER, "shown_from", "shown_until")

	def follow_decision(self) -> None:
		super().follow_decision()
		if self.get(STATE_FIELD) == APPROVED:
			self.shown_from, self.shown_until = self.valid_from, self.valid_to

	def check(self) -> None:
		super().check()
		self.require_period()
		self.require_kind()
		if self.outline:
			positions.require_outline(self.describe(), self.outline)

	def require_period(self) -> None:
		if self.valid_to and get_datetime(self.valid_to) <= get_datetime(self.valid_from):
			frappe.throw(_("{0}: it ends before it begins.").format(self.describe()), PlaceRefused)

	def require_kind(self) -> None:
		fields = ["link_only", "decision_needed"]
		kind = frappe.db.get_value("Control Place Kind", self.kind, fields, as_dict=True) or frappe._dict()
		if kind.decision_needed and not self.decision:
			frappe.throw(_("{0}: name the decision it rests on.").format(self.describe()), PlaceRefused)
		if kind.link_only and not self.link:
			frappe.throw(
				_("{0}: give the link at which it can be looked at.").format(self.describe()), PlaceRefused
			)
		if self.link and not links.is_https(self.link):
			frappe.throw(_("{0}: the link must begin with https://.").format(self.describe()), PlaceRefused)


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Control Place", user)
