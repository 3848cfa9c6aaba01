from frappe.model.document import Document


class SMSGatewayParameter(Document):
	"""A field or header of the request to an SMS gateway."""
