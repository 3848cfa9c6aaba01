from typing import ClassVar

import frappe
from frappe import _

from covid_portal.organisation.scope import scope_condition
from covid_portal.places.place import Place, PlaceRefused

READY, RECEIVING, FULL, CLOSED = "Ready", "Receiving", "Full", "Closed"
PAID = "Paid"


class QuarantineSite(Place):
	"""A place of concentrated quarantine: how many it takes, how many are there, whom to call."""

	CONTENT: ClassVar = (
		*("place_name", "place_name_en", "site_class", "area", "capacity", "fee", "address"),
		*("latitude", "longitude", "contact_name", "contact_phone", "contact_public"),
	)
	CURRENT: ClassVar = ("status",)
	SERVER: ClassVar = (*Place.SERVER, "occupied", "occupied_at")

	def check(self) -> None:
		super().check()
		self.require_figures()

	def require_figures(self) -> None:
		if (self.capacity or 0) <= 0:
			frappe.throw(_("{0}: the capacity must be more than 0.").format(self.describe()), PlaceRefused)
		if (self.fee or 0) < 0:
			frappe.throw(_("{0}: the fee cannot be negative.").format(self.describe()), PlaceRefused)
		if self.fee and self.site_class != PAID:
			frappe.throw(_("{0}: only a paid site has a fee.").format(self.describe()), PlaceRefused)


def status_after(status: str, capacity: int, before: int | None, occupied: int) -> str:
	"""What a count makes of the site's state: one that receives is full when no place is left; one that a count had made full
	receives again when there is one. A unit that says "full" of itself means it. `before`: the count before, None: none."""
	if status == RECEIVING and occupied >= capacity:
		return FULL
	was_counted_full = before is not None and before >= capacity
	return RECEIVING if status == FULL and was_counted_full and occupied < capacity else status


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Quarantine Site", user)
