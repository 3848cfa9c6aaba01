from typing import ClassVar

from covid_portal.approval.append_only import refuse
from covid_portal.citizens import codes
from covid_portal.privacy.document import PersonalDocument


class Intake(PersonalDocument):
	"""Append-only: citizens.intake.receive() inserts rows past these methods, and nothing else may."""

	PERSONAL_FIELDS: ClassVar = {"payload": "text", "code": "text"}

	@classmethod
	def index_fields(cls) -> list[str]:
		return ["code_digest"]

	def indexes_anew(self) -> dict[str, str]:
		"""The code is looked up by its digest, also of an erased person: theirs stays as it is."""
		code = self.personal("code")
		return {"code_digest": codes.digest(code)} if code else {}

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)
