"""A DocType joins the approval line: the fields and the workflow it needs, and where its documents belong."""

import frappe
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.model.document import Document

from covid_portal.approval.managed_workflow import ensure_workflow, is_routed
from covid_portal.approval.seats import seats_of
from covid_portal.approval.vocabulary import STATE_FIELD, STATES
from covid_portal.organisation.user_permissions import keep

GIVEN = {"read_only": 1, "no_copy": 1, "print_hide": 1}
FIELDS = (
	{"fieldname": "unit", "fieldtype": "Link", "options": "Unit", "label": "Unit", "in_standard_filter": 1},
	# No link: staff do not read Workflow State, and a link's text is not translated.
	{
		"fieldname": STATE_FIELD,
		"fieldtype": "Select",
		"options": "\n".join(("", *STATES)),
		"label": "State",
		**GIVEN,
	},
	{
		"fieldname": "approval_unit",
		"fieldtype": "Link",
		"options": "Unit",
		"label": "Waits for",
		"ignore_user_permissions": 1,
		**GIVEN,
	},
	{"fieldname": "approval_step", "fieldtype": "Int", "label": "Approval Step", "hidden": 1, **GIVEN},
	{"fieldname": "approval_due", "fieldtype": "Datetime", "label": "Decision Due", **GIVEN},
)


def join(doctype: str) -> None:
	"""Idempotent: what the DocType has of its own stays as it is."""
	meta = frappe.get_meta(doctype)
	missing = [field for field in FIELDS if not meta.has_field(field["fieldname"])]
	last = meta.fields[-1].fieldname if meta.fields else None
	for field in missing:
		# Custom Field is the System Manager's; who saves a route need not be one, and adds these fields alone.
		frappe.get_doc(
			doctype="Custom Field",
			dt=doctype,
			is_system_generated=1,
			translatable=0,
			insert_after=last,
			**field,
		).insert(ignore_permissions=True)
		last = field["fieldname"]
	keep_versions(doctype)
	if not is_routed(doctype):
		ensure_workflow(doctype)
		keep(doctype)


def keep_versions(doctype: str) -> None:
	"""What differs between two decisions is told from the versions of the document."""
	if not frappe.get_meta(doctype).track_changes:
		make_property_setter(
			doctype, None, "track_changes", 1, "Check", True, validate_fields_for_doctype=False
		)


def place(doc: Document, method: str | None = None) -> None:
	"""A document that says no unit is its author's: validate hook of every DocType, for those that joined."""
	if not doc.get("unit") and is_joined(doc) and (seats := seats_of(frappe.session.user)):
		doc.unit = seats[0].unit


def is_joined(doc: Document) -> bool:
	"""Routed, and by fields that were added to it: the portal's own DocTypes know their unit themselves."""
	if frappe.flags.in_install or frappe.flags.in_migrate or doc.meta.istable or not is_routed(doc.doctype):
		return False
	field = doc.meta.get_field("unit")
	return bool(field and field.get("is_custom_field"))
