from frappe import _
from frappe.model.document import Document

from covid_portal.citizens import return_pages


class ReturnReason(Document):
	def on_update(self) -> None:
		return_pages.show_later(_(self.doctype))

	def on_trash(self) -> None:
		return_pages.show_later(_(self.doctype))
