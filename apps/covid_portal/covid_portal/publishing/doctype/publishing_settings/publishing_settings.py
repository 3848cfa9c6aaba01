from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.publishing import history, snapshot


class NotAWebAddress(frappe.ValidationError):
	"""A link that is no https:// or http:// address."""


class PublishingSettings(Document):
	def onload(self) -> None:
		self.set_onload("last_build", history.last())

	def validate(self) -> None:
		self.check_addresses()

	def on_update(self) -> None:
		self.name_the_site()
		self.renew_the_pages()

	def check_addresses(self) -> None:
		"""They stand in public pages: nothing but the web's own schemes."""
		named = [(_("Public Address"), self.public_address)] if self.public_address else []
		for label, address in [*named, *((row.title, row.url) for row in self.links)]:
			if not is_web_address(address):
				frappe.throw(
					_("{0}: {1} is not an address that begins with https:// or http://.").format(
						label, address
					),
					NotAWebAddress,
				)

	def name_the_site(self) -> None:
		"""The framework's own pages, as the login page, say its name."""
		if self.site_title:
			frappe.db.set_single_value("Website Settings", "app_name", self.site_title)
			frappe.clear_document_cache("Website Settings", "Website Settings")

	def renew_the_pages(self) -> None:
		"""All of them show the brand."""
		snapshot.rebuild(why=_("Publishing Settings"), anew=True)


def is_web_address(text: object) -> bool:
	try:
		parts = urlsplit(text) if isinstance(text, str) else None
	except ValueError:  # an unclosed [ in the host
		return False
	return bool(parts and parts.scheme in ("https", "http") and parts.hostname)
