import frappe
from frappe import _
from frappe.model.document import Document
from frappe.modules.utils import get_module_app

from covid_portal.approval.doctype.approval_route_version.approval_route_version import make_version
from covid_portal.approval.joining import join

# Of these, the record of decisions and what makes it: a route over them would hold up all others.
OWN_MODULE = "Approval"
MOST_HOURS = 8784
NEEDS_VALUE = ("=", "!=", "in", "not in", ">", ">=", "<", "<=", "within")


class SecondRoute(frappe.ValidationError):
	"""Two routes would fit every document, and neither comes first."""


class InvalidRoute(frappe.ValidationError):
	pass


class ApprovalRoute(Document):
	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_document_type()
		self.validate_steps()
		self.validate_conditions()
		self.validate_order()

	def on_update(self) -> None:
		"""Documents under way keep the version they were sent on; the next one sent takes the new one."""
		if self.enabled:
			join(self.document_type)
		if version := make_version(self):
			self.db_set("current_version", version, update_modified=False)

	def on_trash(self) -> None:
		if frappe.db.exists("Approval Step", {"route_version": ("in", self.versions() or [""])}):
			frappe.throw(
				_("Documents have gone by the route {0}. Disable it instead.").format(self.name), InvalidRoute
			)
		self.db_set("current_version", None)
		for version in self.versions():
			frappe.delete_doc("Approval Route Version", version, ignore_permissions=True)

	def versions(self) -> list[str]:
		return frappe.get_all("Approval Route Version", {"route": self.name}, pluck="name")

	def validate_document_type(self) -> None:
		"""Before a DocType is given fields and a workflow: whether its documents can go by a route at all."""
		columns = ["istable", "issingle", "is_virtual", "is_submittable", "custom", "module"]
		kind = frappe.db.get_value("DocType", self.document_type or "", columns, as_dict=True)
		if not kind:
			self.refuse(_("which documents go by it?"))
		if kind.istable or kind.issingle or kind.is_virtual:
			self.refuse(
				_("{0} has no documents of its own that could be decided on.").format(_(self.document_type))
			)
		if kind.is_submittable:
			self.refuse(
				_("{0} is submitted and cancelled instead; switch Is Submittable off first.").format(
					_(self.document_type)
				)
			)
		if not kind.custom and is_closed(kind.module):
			self.refuse(_("{0} belongs to the system, and goes by no route.").format(_(self.document_type)))
		unit = frappe.get_meta(self.document_type).get_field("unit")
		if unit and (unit.fieldtype, unit.options) != ("Link", "Unit"):
			self.refuse(_("the field unit of {0} must be a link to Unit.").format(_(self.document_type)))

	def validate_steps(self) -> None:
		for row in self.steps:
			if row.idx == 1 and row.parallel:
				self.refuse(_("Step {0} is the first one; there is none to go with.").format(row.title))
			if row.who == "Named Unit" and not row.unit:
				self.refuse(_("Step {0}: which unit decides?").format(row.title))
			if row.who == "Unit of a Type" and not row.unit_type:
				self.refuse(_("Step {0}: a unit of which type decides?").format(row.title))
			if row.when_late != "Remind" and not row.hours:
				self.refuse(_("Step {0} has no hours, so that it is never late.").format(row.title))
			if (row.approvals or 0) < 0 or (row.hours or 0) < 0 or (row.remind_hours or 0) < 0:
				self.refuse(_("Step {0}: no number is below 0.").format(row.title))
			if max(row.hours or 0, row.remind_hours or 0) > MOST_HOURS:
				self.refuse(_("Step {0}: at most {1} hours, a year.").format(row.title, MOST_HOURS))

	def validate_conditions(self) -> None:
		doctypes = {"Document": self.document_type, "Unit": "Unit", "Area": "Area"}
		for row in self.conditions:
			if row.subject not in doctypes:
				self.refuse(
					_("Condition {0}: {1} is none of {2}.").format(row.idx, row.subject, ", ".join(doctypes))
				)
			if (
				not frappe.get_meta(doctypes[row.subject]).has_field(row.fieldname)
				and row.fieldname != "name"
			):
				self.refuse(
					_("Condition {0}: {1} has no field {2}.").format(row.idx, _(row.subject), row.fieldname)
				)
			if row.operator in NEEDS_VALUE and not (row.value or "").strip():
				self.refuse(_("Condition {0}: the value is missing.").format(row.idx))

	def refuse(self, why: str) -> None:
		frappe.throw(f"{_('Approval Route')} {self.title}: {why}", InvalidRoute)

	def validate_order(self) -> None:
		"""A route without conditions fits everything: a second one of the same priority would never be told apart."""
		if not self.enabled or self.conditions:
			return
		same = {
			"document_type": self.document_type,
			"enabled": 1,
			"priority": self.priority or 0,
			"name": ("!=", self.name),
		}
		for other in frappe.get_all("Approval Route", same, pluck="name"):
			if not frappe.db.exists(
				"Approval Route Condition", {"parent": other, "parenttype": "Approval Route"}
			):
				frappe.throw(
					_(
						"{0} already goes by the route {1}. Disable that one first, or give one of them conditions."
					).format(_(self.document_type), other),
					SecondRoute,
				)


def is_closed(module: str) -> bool:
	"""Whether DocTypes of this module are the framework's, or the routes' own."""
	return module == OWN_MODULE or get_module_app(module) == "frappe"
