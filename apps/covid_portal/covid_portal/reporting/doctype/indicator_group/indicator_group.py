from frappe.model.document import Document

from covid_portal.reporting import definitions


class IndicatorGroup(Document):
	def on_update(self) -> None:
		definitions.forget()

	def on_trash(self) -> None:
		definitions.forget()
