import frappe
from frappe.model.document import Document

from covid_portal.places.place import show_later
from covid_portal.publishing import snapshot
from covid_portal.setup.csv_rows import shipped_rows

MAP = "covid_portal.publishing.mapping.page.files"


class ControlPlaceKind(Document):
	"""A kind of control place, and by which rule its places are public."""

	def on_update(self) -> None:
		show_later(self.kind_name)
		snapshot.rebuild([MAP], why=self.kind_name[:60])


def load_shipped_kinds() -> None:
	"""Those of setup/data/control_place_kinds.csv that are not there yet."""
	for row in shipped_rows("control_place_kinds"):
		if not frappe.db.exists("Control Place Kind", row["code"]):
			frappe.get_doc(doctype="Control Place Kind", **row).insert(ignore_permissions=True)
