from frappe.model.document import Document


class KnownFigures(Document):
	"""The names that consolidated rows refer to; written by known_figures.py alone, and never changed."""
