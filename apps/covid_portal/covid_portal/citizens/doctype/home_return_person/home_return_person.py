import json
from typing import ClassVar

import frappe

from covid_portal.privacy.document import PersonalDocument


class HomeReturnPerson(PersonalDocument):
	"""One of those who come: a data subject of its own, so that one can be told or erased without the others."""

	PERSONAL_FIELDS: ClassVar = {"person_data": "text"}
	# When it ended is the registration's, repeated where the retention rule looks for it.
	NOT_CONTENT: ClassVar = ("ended_on",)

	def set_who(self, who: dict) -> None:
		"""Name, year of birth and identity number, sealed."""
		self.set_personal({"person_data": json.dumps(who, ensure_ascii=False)})

	def who(self) -> dict:
		"""Nothing of an erased person."""
		return json.loads(self.personal("person_data") or "{}")

	def follow(self, before: "HomeReturnPerson") -> None:
		"""What a form brings: who it is may be corrected, in clear as JSON, whose it is may not. Raises ValueError."""
		self.subject = before.subject
		if not self.person_data or self.person_data == before.person_data:
			self.person_data = before.person_data
			return
		who = json.loads(self.person_data)
		if not isinstance(who, dict):
			raise ValueError
		self.set_who(who)

	def may_reveal(self, user: str) -> bool:
		return frappe.get_doc(self.parenttype, self.parent).may_reveal(user)
