"""PersonalDocument: a DocType that keeps something of a person keeps it sealed, on every way into the database."""

from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.privacy import sealing, subjects
from covid_portal.privacy.blind import blind_index
from covid_portal.privacy.masking import mask


class ClearText(frappe.ValidationError):
	"""Something personal was about to be stored unsealed."""


class PersonalDocument(Document):
	"""Has a Link `subject`. PERSONAL_FIELDS: {fieldname: kind of masking.MASKS}, all of them Long Text. BLIND_INDEXES: {field
	of the index: (personal field, kind of blind.NORMAL)}. Call seal_personal() in validate.
	"""

	PERSONAL_FIELDS: ClassVar[dict[str, str]] = {}
	BLIND_INDEXES: ClassVar[dict[str, tuple[str, str]]] = {}

	def set_personal(self, texts: dict[str, str | None]) -> None:
		"""Seal these texts into their fields, with their blind indexes."""
		if not self.subject:
			self.subject = subjects.create_subject()
		for fieldname, text in texts.items():
			self.set(fieldname, sealing.seal(self.subject, text))
			self.index_personal(fieldname, text)

	def index_personal(self, fieldname: str, text: str | None) -> None:
		for index, (source, kind) in self.BLIND_INDEXES.items():
			if source == fieldname:
				self.set(index, blind_index(kind, text))

	@classmethod
	def index_fields(cls) -> list[str]:
		"""Fields whose values are digested by the site's index key."""
		return list(cls.BLIND_INDEXES)

	def indexes_anew(self) -> dict[str, str]:
		"""{field of index_fields(): its value under the key in use}; without those of what was erased or is kept no more."""
		texts = {index: (kind, self.personal(source)) for index, (source, kind) in self.BLIND_INDEXES.items()}
		return {index: value for index, pair in texts.items() if (value := blind_index(*pair))}

	def seal_personal(self) -> None:
		"""Seal what a form has brought in clear. A sealed text must be the stored one, or sealed in this very request: no form
		moves one from field to field, or from person to person."""
		before = self.get_doc_before_save()
		self.require_own_subject(before)
		clear = {field: self.get(field) for field in self.PERSONAL_FIELDS if self.is_clear(field, before)}
		for field, text in clear.items():
			if before and text == before.personal(field):
				self.set(
					field, before.get(field)
				)  # a form that shows it in clear has brought it back as it was
			else:
				self.set_personal({field: text})

	def require_own_subject(self, before: Document | None) -> None:
		same = self.subject == before.subject if before else subjects.is_known(self.subject)
		if self.subject and not same:
			frappe.throw(
				_("The data subject of {0} cannot be changed.").format(self.name or _(self.doctype)),
				ClearText,
			)

	def is_clear(self, fieldname: str, before: Document | None) -> bool:
		text = self.get(fieldname)
		if not text or (before and before.get(fieldname) == text) or sealing.sealed_here(text):
			return False
		if sealing.looks_sealed(text):
			frappe.throw(
				_("{0} cannot be read: type it anew.").format(_(self.meta.get_label(fieldname))), ClearText
			)
		return True

	def require_sealed(self) -> None:
		for fieldname in self.PERSONAL_FIELDS:
			if self.get(fieldname) and not sealing.is_sealed(self.subject, self.get(fieldname)):
				frappe.throw(
					_("{0} would have been stored unsealed; nothing was.").format(
						_(self.meta.get_label(fieldname))
					),
					ClearText,
				)

	def db_insert(self, *args: object, **kwargs: object) -> None:
		self.require_sealed()
		super().db_insert(*args, **kwargs)

	def db_update(self) -> None:
		self.require_sealed()
		super().db_update()

	def personal(self, fieldname: str) -> str | None:
		"""The clear text, for server code that records the access itself; None where it was erased."""
		try:
			return sealing.unseal(self.subject, self.get(fieldname))
		except subjects.Erased:
			frappe.clear_last_message()
			return None

	def masked(self) -> dict[str, str]:
		"""{personal field: what everybody with the right to read may see of it}."""
		return {field: mask(kind, self.personal(field)) for field, kind in self.PERSONAL_FIELDS.items()}

	def may_reveal(self, user: str) -> bool:
		"""Whether the user belongs to those who handle the document. Controllers say who that is; nobody, if they do not."""
		return False
