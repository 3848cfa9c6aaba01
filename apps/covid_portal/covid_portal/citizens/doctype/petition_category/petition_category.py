from frappe import _
from frappe.model.document import Document

from covid_portal.publishing import snapshot


class PetitionCategory(Document):
	"""What a petition may be about, with guidance for those who write."""

	def on_update(self) -> None:
		snapshot.rebuild(why=_("Categories of petitions"))
