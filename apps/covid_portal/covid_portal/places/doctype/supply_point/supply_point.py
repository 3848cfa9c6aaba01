from typing import ClassVar

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.organisation.scope import scope_condition
from covid_portal.places import hours, links
from covid_portal.places.place import Place, PlaceRefused


class SupplyPoint(Place):
	"""Where essential goods are sold or given: what, when, whether there is any now, how to order."""

	CONTENT: ClassVar = (
		*("place_name", "place_name_en", "area", "goods", "goods_en", "price_list", "hours", "delivery"),
		*("delivery_note", "phone", "order_link", "address", "latitude", "longitude"),
		*("contact_name", "contact_phone", "contact_public"),
	)
	CURRENT: ClassVar = ("stock",)
	SERVER: ClassVar = (*Place.SERVER, "confirmed_at", "chased_at")

	def check(self) -> None:
		super().check()
		self.require_hours()
		if self.order_link and not links.is_https(self.order_link):
			frappe.throw(
				_("{0}: the order link must begin with https://.").format(self.describe()), PlaceRefused
			)
		self.confirmed_at = now_datetime()  # whoever saves it has looked at it

	def require_hours(self) -> None:
		try:
			hours.spans(self.hours or "")
		except ValueError as error:
			frappe.throw(
				_("{0}: the opening hours “{1}” cannot be read.").format(self.describe(), error), PlaceRefused
			)


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Supply Point", user)
