import frappe
from frappe.model.document import Document


class PublishingSettings(Document):
	def on_update(self) -> None:
		self.name_the_site()

	def name_the_site(self) -> None:
		"""The framework's own pages, as the login page, say its name."""
		if self.site_title:
			frappe.db.set_single_value("Website Settings", "app_name", self.site_title)
			frappe.clear_document_cache("Website Settings", "Website Settings")
