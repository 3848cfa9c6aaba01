import json

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.organisation.scope import scope_condition
from covid_portal.places import alerts
from covid_portal.places.doctype.quarantine_site.quarantine_site import status_after
from covid_portal.places.place import show_later
from covid_portal.reporting.slots import SCHEDULED, clock_label


class OccupancyRefused(frappe.ValidationError):
	"""The number cannot be; the message says why."""


class NoteMissing(OccupancyRefused):
	"""More people than places: the unit must say why."""


class QuarantineOccupancy(Document):
	"""How many people were in a site in a slot. Its unit types it; what was typed before is in the history."""

	def validate(self) -> None:
		self.place()
		self.require_slot()
		self.require_number()
		self.counted_at = now_datetime()

	def on_update(self) -> None:
		self.tell_site()
		if self.is_over() and not self.was_over():
			alerts.over_occupied(self)

	def on_trash(self) -> None:
		frappe.throw(_("{0} is part of the record and stays.").format(self.name), frappe.PermissionError)

	def place(self) -> None:
		"""Area, unit and capacity are the site's, whatever was sent; its capacity as approved, if it is changing."""
		fields = ["area", "unit", "capacity", "published"]
		site = frappe.db.get_value("Quarantine Site", self.site, fields, as_dict=True)
		if not site:
			frappe.throw(_("There is no quarantine site {0}.").format(self.site), OccupancyRefused)
		approved = json.loads(site.pop("published") or "{}")
		self.update({**site, "capacity": approved.get("capacity", site.capacity)})

	def require_slot(self) -> None:
		slot = frappe.db.get_value("Report Slot", self.slot, ["state", "slot_time", "locks_at"], as_dict=True)
		if not slot or slot.state == SCHEDULED:
			frappe.throw(_("The slot {0} is not open yet.").format(self.slot), OccupancyRefused)
		if slot.locks_at and slot.locks_at < now_datetime():
			frappe.throw(
				_("The slot {0} has been locked since {1}.").format(self.slot, clock_label(slot.locks_at)),
				OccupancyRefused,
			)

	def require_number(self) -> None:
		if self.occupied is None:
			frappe.throw(_("{0}: say how many people are there.").format(self.site_name()), OccupancyRefused)
		if self.occupied < 0:
			frappe.throw(
				_("{0}: {1} people is less than none.").format(self.site_name(), self.occupied),
				OccupancyRefused,
			)
		if self.is_over() and not (self.note or "").strip():
			frappe.throw(
				_("{0}: {1} people are more than the {2} places. If it is so, say why in the note.").format(
					self.site_name(), self.occupied, self.capacity
				),
				NoteMissing,
			)

	def is_over(self) -> bool:
		return self.occupied > self.capacity

	def was_over(self) -> bool:
		before = self.get_doc_before_save()
		return bool(before) and before.is_over()

	def site_name(self) -> str:
		return frappe.db.get_value("Quarantine Site", self.site, "place_name")

	def tell_site(self) -> None:
		"""The site shows its newest slot's number. Its row is locked, so that two counts at once leave the newer one."""
		fields = ["status", "occupied", "occupied_at"]
		site = frappe.db.get_value("Quarantine Site", self.site, fields, as_dict=True, for_update=True)
		newest = frappe.get_all(
			"Quarantine Occupancy",
			{"site": self.site},
			["occupied", "counted_at"],
			order_by="slot desc",  # a slot's name ends with its time
			limit=1,
		)[0]
		before = site.occupied if site.occupied_at else None
		frappe.db.set_value(
			"Quarantine Site",
			self.site,
			{
				"occupied": newest.occupied,
				"occupied_at": newest.counted_at,
				"status": status_after(site.status, self.capacity, before, newest.occupied),
			},
		)
		show_later(self.site_name())


def on_doctype_update() -> None:
	frappe.db.add_unique("Quarantine Occupancy", ["site", "slot"], "one_count")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Quarantine Occupancy", user)
