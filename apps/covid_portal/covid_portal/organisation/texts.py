"""What people type into plain fields stays text, whoever shows it."""

import re
from collections.abc import Iterable

from frappe.model.document import Document

OPENS_A_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def keep_as_text(doc: Document, fields: Iterable[str]) -> None:
	"""Before the framework's filter: of a text with something like a tag it writes every "<" and "&" as HTML, and then readers of
	pages and feeds, which escape what they are given, see "&lt;"."""
	for field in fields:
		if isinstance(text := doc.get(field), str):
			doc.set(field, without_tags(text))


def without_tags(text: str) -> str:
	"""A "<" that would open a tag stands apart from its letter; so nothing in the text is HTML, for no browser and no filter."""
	return OPENS_A_TAG.sub("< ", text)
