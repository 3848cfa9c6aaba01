import json
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.bulletins.wording import check_template

SHIPPED = Path(__file__).parents[3] / "setup" / "data" / "bulletin_settings.json"
TEMPLATES = (
	"title_template",
	"title_template_en",
	"text_template",
	"text_template_en",
	"loudspeaker_template",
)


class WrongAddress(frappe.ValidationError):
	pass


class UnknownFigure(frappe.ValidationError):
	pass


class BulletinSettings(Document):
	def validate(self) -> None:
		self.check_templates()
		self.check_district_figures()
		self.check_address()

	def check_templates(self) -> None:
		fields = known_fields()
		for field in TEMPLATES:
			check_template(self.get(field), _(self.meta.get_label(field)), fields)

	def check_district_figures(self) -> None:
		if unknown := sorted(set((self.district_figures or "").split()) - set(known_fields())):
			frappe.throw(
				_("{0} is no indicator: {1} takes their fields.").format(
					", ".join(unknown), _(self.meta.get_label("district_figures"))
				),
				UnknownFigure,
			)

	def check_address(self) -> None:
		if self.public_address and not self.public_address.startswith(("https://", "http://")):
			frappe.throw(_("The portal's address begins with https://."), WrongAddress)


def known_fields() -> list[str]:
	return sorted(set(frappe.get_all("Indicator", pluck="fieldname")))


def load_shipped_settings() -> None:
	"""What is empty gets the shipped text; what an administrator has written stays."""
	settings = frappe.get_single("Bulletin Settings")
	for field, text in json.loads(SHIPPED.read_text(encoding="utf-8")).items():
		if not settings.get(field):
			settings.set(field, text)
	settings.save(ignore_permissions=True)
