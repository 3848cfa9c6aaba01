import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.places.links import NOT_CHECKED, SERVICES_PAGE
from covid_portal.publishing import snapshot
from covid_portal.publishing.doctype.publishing_settings.publishing_settings import (
	NotAWebAddress,
	is_web_address,
)


class RelatedService(Document):
	"""A service of another body, as /dich-vu leads to it."""

	def validate(self) -> None:
		if not is_web_address(self.url):
			frappe.throw(
				_("{0}: {1} is not an address that begins with https:// or http://.").format(
					self.title, self.url
				),
				NotAWebAddress,
			)
		if self.has_value_changed("url"):
			self.link_state, self.checked_at, self.link_problem = NOT_CHECKED, None, None

	def on_update(self) -> None:
		snapshot.rebuild([SERVICES_PAGE], why=self.title[:60])

	def after_delete(self) -> None:
		snapshot.rebuild([SERVICES_PAGE], why=self.title[:60])


def listed() -> list[dict]:
	"""What /dich-vu shows, with what stands in Publishing Settings (hook: service_links)."""
	fields = ["title", "title_en", "url", "note", "note_en", "kind", "audience", "link_state", "checked_at"]
	rows = frappe.get_all("Related Service", {"shown": 1}, fields, order_by="sequence, title")
	return [{**row, "checked_at": row.checked_at and str(row.checked_at)} for row in rows]
