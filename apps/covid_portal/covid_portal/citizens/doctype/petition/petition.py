from typing import ClassVar

import frappe
from frappe import _

from covid_portal.approval.seats import seats_of
from covid_portal.citizens import clocks, petitions
from covid_portal.citizens.naming import require_nobody_named
from covid_portal.organisation.scope import scope_condition
from covid_portal.privacy import files
from covid_portal.privacy.document import PersonalDocument


class Petition(PersonalDocument):
	"""What somebody asks of the authorities, with where it stands. Its life is citizens.petitions."""

	PERSONAL_FIELDS: ClassVar = {
		"full_name": "name",
		"phone": "phone",
		"address": "address",
		"email": "text",
		"reply_to": "text",
		"content": "text",
		"place": "address",
	}
	BLIND_INDEXES: ClassVar = {"phone_index": ("phone", "phone")}
	# What those who handle it read as soon as they open it; the rest is revealed one by one.
	SHOWN: ClassVar = ("content", "place")

	def onload(self) -> None:
		shown = self.masked()
		if self.may_reveal(frappe.session.user):
			shown.update({field: self.personal(field) for field in self.SHOWN})
			self.set_onload("handled", True)
			self.set_onload("may_erase", bool(frappe.has_permission(self.doctype, "write", doc=self)))
			self.set_onload("files", files.listed(self.doctype, self.name))
		self.set_onload("personal", shown)
		self.set_onload("forsaken", petitions.is_forsaken_before(self, frappe.session.user))

	def before_insert(self) -> None:
		petitions.place(self)

	def validate(self) -> None:
		self.is_open = int(self.stage in petitions.OPEN)
		self.seal_personal()
		self.keep_what_was_sent()
		self.require_summary_of_nobody()

	def before_save(self) -> None:
		if self.is_new():
			clocks.start(self)

	def after_insert(self) -> None:
		petitions.begin(self)

	def on_trash(self) -> None:
		frappe.throw(
			_("{0} is part of the record; decline or merge it.").format(self.name), petitions.PetitionRefused
		)

	def keep_what_was_sent(self) -> None:
		"""Of a stored petition nobody changes what its sender has said; the acts change the rest."""
		before = self.get_doc_before_save()
		for field in self.PERSONAL_FIELDS if before else ():
			self.set(field, before.get(field))

	def require_summary_of_nobody(self) -> None:
		"""It stands in clear, in lists that others read."""
		if self.has_value_changed("summary"):
			require_nobody_named(self, "summary", self)

	def may_reveal(self, user: str) -> bool:
		"""Those who sit in the unit that handles it."""
		return user == "Administrator" or any(seat.unit == self.unit for seat in seats_of(user))


def on_doctype_update() -> None:
	frappe.db.add_index("Petition", ["unit", "stage", "next_due"], "of_unit")
	# The lists of those who see all, by what is due next or last: of everything, of what is open, of what is late, of one stage.
	columns_before = {
		"by_due": [],
		"is_open_by_due": ["is_open"],
		"late_by_due": ["is_late"],
		"stage_by_due": ["stage"],
	}
	for name, columns in columns_before.items():
		frappe.db.add_index("Petition", [*columns, "due_order"], name)
	frappe.db.add_index("Petition", ["area", "category", "received_at"], "alike")
	frappe.db.add_index("Petition", ["merged_into"], "merged")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Petition", user)
