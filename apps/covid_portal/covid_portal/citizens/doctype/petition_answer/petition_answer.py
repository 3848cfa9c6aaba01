from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.guard import is_deciding, require_author
from covid_portal.approval.vocabulary import APPROVED, REFUSED, STATE_FIELD
from covid_portal.citizens import petitions, public_pages
from covid_portal.citizens.naming import require_nobody_named
from covid_portal.organisation.scope import scope_condition
from covid_portal.privacy import subjects
from covid_portal.privacy.document import PersonalDocument
from covid_portal.publishing import snapshot


class AnswerRefused(frappe.ValidationError):
	"""There can be no such answer; the message says why."""


class PetitionAnswer(PersonalDocument):
	"""An answer on its way: written in the unit, approved by its head, then sent and, where agreed, published."""

	PERSONAL_FIELDS: ClassVar = {"text": "text"}
	NOT_CONTENT: ClassVar = ("sent_at", "published_at")
	PUBLIC: ClassVar = ("public_title", "public_question", "public_answer")

	def autoname(self) -> None:
		"""The petition's number and which of its answers it is."""
		self.name = f"{self.petition}-A{frappe.db.count('Petition Answer', {'petition': self.petition}) + 1}"

	def onload(self) -> None:
		told = petitions.question_for(self.question(), frappe.session.user)
		told["text"] = self.personal("text") if told["handled"] else None
		for key, value in told.items():
			self.set_onload(key, value)

	def validate(self) -> None:
		if is_deciding(self):
			self.follow_decision()
			return
		require_author(self, AnswerRefused)
		self.place()
		self.seal_personal()
		self.check_public()

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() before the answer goes on its way."""
		petitions.require_stage(self.question(), petitions.OPEN)
		self.require_text()
		self.check_public()

	def follow_decision(self) -> None:
		if self.get(STATE_FIELD) == APPROVED:
			self.sent_at = petitions.now()
			self.published_at = self.sent_at if self.publish else None

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		if self.get(STATE_FIELD) == APPROVED:
			petitions.answered(self)
			if self.publish:
				snapshot.rebuild([public_pages.MAKER], why=_("Answers to petitions"))

	def question(self) -> Document:
		return frappe.get_doc("Petition", self.petition)

	def place(self) -> None:
		"""Where the petition is, and under the same key; who may write an answer may write the petition."""
		petition = self.question()
		if self.is_new():
			petition.check_permission("write")
			petitions.require_stage(petition, petitions.OPEN)
			self.require_the_only_one()
			subjects.key_of(petition.subject)
		self.update({"unit": petition.unit, "area": petition.area, "subject": petition.subject})

	def require_the_only_one(self) -> None:
		under_way = {"petition": self.petition, STATE_FIELD: ("not in", (APPROVED, REFUSED))}
		if other := frappe.db.exists("Petition Answer", under_way):
			frappe.throw(_("There is an answer under way: {0}.").format(other), AnswerRefused)

	def require_text(self) -> None:
		if not self.text:
			frappe.throw(_("{0}: write the answer first.").format(self.name), AnswerRefused)

	# --- what everybody reads

	def check_public(self) -> None:
		if not self.publish:
			return
		petition = self.question()
		if not petitions.may_be_published(petition):
			frappe.throw(
				_(
					"{0}: the sender has not agreed to publication, or its category is never published."
				).format(petition.name),
				AnswerRefused,
			)
		for field in self.PUBLIC:
			self.require_public_text(field)
			require_nobody_named(self, field, petition)

	def require_public_text(self, field: str) -> None:
		if not (self.get(field) or "").strip():
			frappe.throw(
				_("{0}: fill it in, or do not publish.").format(_(self.meta.get_label(field))), AnswerRefused
			)

	def describe(self) -> str:
		return _("Answer to {0}").format(self.petition)

	def may_reveal(self, user: str) -> bool:
		return self.question().may_reveal(user)

	@staticmethod
	def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
		"""How the inbox tells of answers: nothing of the sender."""
		rows = frappe.db.sql(
			f"select name, petition, public_title, publish from `tabPetition Answer` where {condition}",
			values,
			as_dict=True,
		)
		return {
			row.name: {
				"title": _("Answer to {0}").format(row.petition),
				"details": [row.public_title] if row.publish and row.public_title else [],
				"warnings": [_("It will be published")] if row.publish else [],
				"link": f"/app/petition-answer/{row.name}",
			}
			for row in rows
		}


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Petition Answer", user)
