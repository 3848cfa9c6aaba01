from frappe import _
from frappe.model.document import Document

from covid_portal.citizens import public_pages
from covid_portal.publishing import snapshot


class PetitionCategory(Document):
	"""What a petition may be about, with guidance for those who write."""

	def on_update(self) -> None:
		snapshot.rebuild([public_pages.MAKER], why=_("Categories of petitions"))
