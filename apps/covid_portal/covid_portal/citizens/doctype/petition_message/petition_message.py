from typing import ClassVar

import frappe

from covid_portal.approval.append_only import refuse
from covid_portal.citizens.beside_petition import scoped
from covid_portal.privacy.document import PersonalDocument


class PetitionMessage(PersonalDocument):
	"""Append-only: citizens.messages inserts rows past these methods, and nothing else may."""

	PERSONAL_FIELDS: ClassVar = {"text": "text"}

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)

	def may_reveal(self, user: str) -> bool:
		return frappe.get_doc("Petition", self.petition).may_reveal(user)


def get_permission_query_conditions(user: str | None = None) -> str:
	return scoped("Petition Message", user)
