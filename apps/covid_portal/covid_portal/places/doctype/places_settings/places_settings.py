from frappe import _
from frappe.model.document import Document

from covid_portal.places.place import show_later


class PlacesSettings(Document):
	"""After how many days a supply point that nobody confirms fades."""

	def on_update(self) -> None:
		show_later(_("Places Settings"))
