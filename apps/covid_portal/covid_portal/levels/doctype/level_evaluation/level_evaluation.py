from frappe.model.document import Document


class LevelEvaluation(Document):
	"""What the rule of the day said of all areas in a slot, step by step; written by levels.evaluation alone."""
