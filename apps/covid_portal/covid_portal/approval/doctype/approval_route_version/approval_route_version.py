import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import append_number_if_name_exists

from covid_portal.approval.vocabulary import AppendOnly

STEP_FIELDS = (
	"title",
	"who",
	"unit",
	"unit_type",
	"duty",
	"parallel",
	"may_be_skipped",
	"approvals",
	"hours",
	"hours_of",
	"remind_hours",
	"when_late",
	"counts_as_provisional",
)


class ApprovalRouteVersion(Document):
	"""What a route said at a time. Never changed: documents under way and the record refer to it."""

	def autoname(self) -> None:
		"""Versions keep their names when their route is renamed; another route of the old title then gets numbered ones."""
		self.name = append_number_if_name_exists(
			self.doctype, f"{self.route} v{self.version}", separator=" - "
		)

	def validate(self) -> None:
		if not self.flags.made_by_route:
			frappe.throw(_("A version of a route is made by saving the route."), AppendOnly)

	def on_trash(self) -> None:
		if frappe.db.exists("Approval Step", {"route_version": self.name}):
			frappe.throw(_("Documents have gone by this version; it stays."), AppendOnly)


def make_version(route: Document) -> str | None:
	"""A new version, if the route's steps are no longer those of its current one; its name, if one was made."""
	steps = contents(route)
	if route.current_version and steps == contents(
		frappe.get_cached_doc("Approval Route Version", route.current_version)
	):
		return None
	last = frappe.get_all(
		"Approval Route Version", {"route": route.name}, pluck="version", order_by="version desc", limit=1
	)
	version = frappe.get_doc(
		doctype="Approval Route Version",
		route=route.name,
		document_type=route.document_type,
		version=(last[0] if last else 0) + 1,
		made_by=frappe.session.user,
		steps=steps,
	)
	version.flags.made_by_route = True
	return version.insert(ignore_permissions=True).name


def contents(document: Document) -> list[dict]:
	"""The steps as plain values: what tells one version from another."""
	return [
		{field: value for field in STEP_FIELDS if (value := row.get(field)) not in (None, "", 0, 0.0)}
		| {"approvals": row.approvals or 0}
		for row in document.steps
	]
