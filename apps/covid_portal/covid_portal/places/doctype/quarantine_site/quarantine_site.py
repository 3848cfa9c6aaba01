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
		self.status = status_after(self)

	def require_figures(self) -> None:
		if (self.capacity or 0) <= 0:
			frappe.throw(_("{0}: the capacity must be more than 0.").format(self.describe()), PlaceRefused)
		if (self.fee or 0) < 0:
			frappe.throw(_("{0}: the fee cannot be negative.").format(self.describe()), PlaceRefused)
		if self.fee and self.site_class != PAID:
			frappe.throw(_("{0}: only a paid site has a fee.").format(self.describe()), PlaceRefused)


def status_after(site: dict) -> str:
	"""A site that receives is full when no place is left, and receives again when one is."""
	if not site.get("occupied_at"):
		return site.get("status") or READY
	is_full = site.get("occupied") >= site.get("capacity")
	if site.get("status") == RECEIVING and is_full:
		return FULL
	return RECEIVING if site.get("status") == FULL and not is_full else site.get("status")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Quarantine Site", user)
