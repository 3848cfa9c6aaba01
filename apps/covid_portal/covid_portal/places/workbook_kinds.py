"""The workbooks of places: what columns the one of each DocType has, and what is asked of them."""

from dataclasses import dataclass

import frappe
from frappe import _

CODE, NAME, AREA, UNTIL = "name", "place_name", "area", "valid_to"
NAMES = (NAME, "place_name_en")
POSITION = ("latitude", "longitude")
CONTACT = ("contact_name", "contact_phone", "contact_public")
# Of all kinds.
NUMBERS = (*POSITION, "contact_public")


@dataclass(frozen=True)
class Kind:
	"""A DocType as its workbook has it. `columns`: fields in their order, `required`, `numbers`, `dates` and `links` among them;
	`current`: the one that an existing place takes from the workbook, "" where that is none; `choices`: those that are one of a
	few things; `key`: what makes two rows the same place."""

	doctype: str
	file: str
	columns: tuple[str, ...]
	required: tuple[str, ...]
	current: str = ""
	numbers: tuple[str, ...] = NUMBERS
	choices: tuple[str, ...] = ()
	dates: tuple[str, ...] = ()
	links: tuple[str, ...] = ()
	key: tuple[str, ...] = (NAME, AREA)


KINDS = (
	Kind(
		doctype="Quarantine Site",
		file="khu-cach-ly",
		columns=(
			*(CODE, *NAMES, AREA, "site_class", "capacity", "fee", "status"),
			*("address", *POSITION, *CONTACT),
		),
		required=(NAME, AREA, "site_class", "capacity"),
		current="status",
		numbers=("capacity", "fee", *NUMBERS),
		choices=("site_class", "status"),
	),
	Kind(
		doctype="Supply Point",
		file="diem-cung-cap",
		columns=(
			*(CODE, *NAMES, AREA, "goods", "goods_en", "price_list", "stock", "hours"),
			*("delivery", "delivery_note", "phone", "order_link"),
			*("address", *POSITION, *CONTACT),
		),
		required=(NAME, AREA, "goods"),
		current="stock",
		numbers=("delivery", *NUMBERS),
		choices=("stock",),
		links=("order_link",),
	),
	Kind(
		doctype="Control Place",
		file="dia-diem",
		columns=(
			*(*NAMES, "kind", AREA, "valid_from", UNTIL, "decision", "link", "note", "note_en"),
			*("address", *POSITION, "outline", *CONTACT),
		),
		required=(NAME, "kind", AREA, "valid_from"),
		choices=("kind",),
		dates=("valid_from", UNTIL),
		links=("link",),
		key=(NAME, AREA, "kind", "valid_from"),
	),
)


class NoSuchKind(frappe.ValidationError):
	"""Places of this DocType do not come by workbook."""


def kind_of(doctype: str) -> Kind:
	for kind in KINDS:
		if kind.doctype == doctype:
			return kind
	frappe.throw(_("{0} does not come by workbook.").format(doctype[:140]), NoSuchKind)


def label(doctype: str, column: str) -> str:
	return _("Code") if column == CODE else _(frappe.get_meta(doctype).get_label(column))
