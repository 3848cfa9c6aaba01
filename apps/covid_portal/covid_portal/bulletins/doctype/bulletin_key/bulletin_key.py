import frappe
from frappe import _
from frappe.model.document import Document


class KeysAreMade(frappe.PermissionError):
	"""Keys are made, rotated and revoked by an operator's commands alone."""


class BulletinKey(Document):
	"""The public half of a key that bulletins are signed with. bulletins/keys.py has the private one."""

	def autoname(self) -> None:
		self.name = self.key_id

	def validate(self) -> None:
		self.require_command()

	def on_trash(self) -> None:
		self.require_command()

	def before_rename(self, *names: object) -> None:
		self.require_command()

	def require_command(self) -> None:
		if not self.flags.by_the_command:
			frappe.throw(
				_("Keys of bulletins change by the operator's commands alone: {0}").format(
					"bulletin-key-new, bulletin-key-rotate, bulletin-key-revoke"
				),
				KeysAreMade,
			)
