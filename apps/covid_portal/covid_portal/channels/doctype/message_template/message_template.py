import re

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

LONGEST = 400  # characters of a ZNS message, by Zalo's rules for templates
NAME = re.compile(r"\{(\w+)\}")


class TemplateNotSound(frappe.ValidationError):
	"""The template cannot be sent as it stands."""


class ParameterMissing(frappe.ValidationError):
	"""A message was to be sent without a parameter of its template."""


class TemplateDisabled(frappe.ValidationError):
	pass


class MessageTemplate(Document):
	"""A text with parameters that goes out by ZNS, where Zalo approved it, by SMS, Zalo or e-mail."""

	def validate(self) -> None:
		self.check_number()
		self.check_parameters()
		self.check_length()

	def check_number(self) -> None:
		self.zns_template_id = (self.zns_template_id or "").strip()
		if self.zns_template_id and not re.fullmatch(r"[0-9a-zA-Z]{4,40}", self.zns_template_id):
			frappe.throw(
				_("{0}: the ZNS number has digits and letters only, as Zalo shows it.").format(self.title),
				TemplateNotSound,
			)

	def check_parameters(self) -> None:
		"""The rows are those of the text, each once."""
		named, listed = set(NAME.findall(self.text or "")), [row.parameter for row in self.parameters]
		odd = sorted(named ^ set(listed)) or sorted({name for name in listed if listed.count(name) > 1})
		if odd:
			frappe.throw(
				_("{0}: text and rows of parameters differ, or name one twice: {1}.").format(
					self.title, ", ".join(odd)
				),
				TemplateNotSound,
			)

	def check_length(self) -> None:
		self.longest = len(self.render({row.parameter: "x" * limit(row) for row in self.parameters}))
		if self.longest > LONGEST:
			frappe.throw(
				_("{0}: with its longest parameters the text has {1} characters; ZNS takes {2}.").format(
					self.title, self.longest, LONGEST
				),
				TemplateNotSound,
			)

	def fitting(self, given: dict[str, str]) -> dict[str, str]:
		"""The parameters as they are sent, each cut to its length. Raises ParameterMissing, TemplateDisabled."""
		if not self.enabled:
			frappe.throw(_("The message template {0} is disabled.").format(self.title), TemplateDisabled)
		missing = [row.parameter for row in self.parameters if not given.get(row.parameter)]
		if missing:
			frappe.throw(
				_("The message template {0} needs {1}.").format(self.title, ", ".join(missing)),
				ParameterMissing,
			)
		return {row.parameter: cut(given[row.parameter], limit(row)) for row in self.parameters}

	def render(self, parameters: dict[str, str]) -> str:
		"""In one pass: braces in a value stay what they are."""
		return NAME.sub(lambda found: parameters.get(found[1], found[0]), self.text or "")


def limit(row: Document) -> int:
	return cint(row.longest) or 30


def cut(value: str, longest: int) -> str:
	text = " ".join(value.replace("\0", "").split())
	return text if len(text) <= longest else text[: longest - 1] + "…"
