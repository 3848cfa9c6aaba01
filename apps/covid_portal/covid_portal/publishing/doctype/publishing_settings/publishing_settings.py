import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.publishing import history, snapshot


class PublishingSettings(Document):
	def onload(self) -> None:
		self.set_onload("last_build", history.last())

	def on_update(self) -> None:
		self.name_the_site()
		self.renew_the_pages()

	def name_the_site(self) -> None:
		"""The framework's own pages, as the login page, say its name."""
		if self.site_title:
			frappe.db.set_single_value("Website Settings", "app_name", self.site_title)
			frappe.clear_document_cache("Website Settings", "Website Settings")

	def renew_the_pages(self) -> None:
		"""All of them show the brand."""
		snapshot.rebuild(why=_("Publishing Settings"), anew=True)
