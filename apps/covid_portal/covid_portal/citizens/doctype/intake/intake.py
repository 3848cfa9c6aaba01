from typing import ClassVar

from covid_portal.privacy.append_only import refuse
from covid_portal.privacy.document import PersonalDocument


class Intake(PersonalDocument):
	"""Append-only: citizens.intake.receive() inserts rows past these methods, and nothing else may."""

	PERSONAL_FIELDS: ClassVar = {"payload": "text", "code": "text"}

	def validate(self) -> None:
		refuse(self)

	def on_trash(self) -> None:
		refuse(self)
