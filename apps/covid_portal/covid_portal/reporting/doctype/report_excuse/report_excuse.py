import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from covid_portal.organisation.scope import in_scope, scope_condition
from covid_portal.reporting import excuses
from covid_portal.reporting.areas import require_unit_in_area


class InvalidExcuse(frappe.ValidationError):
	pass


class ReportExcuse(Document):
	"""Frees the reporting units of an area, or one unit, from the slots of a period. It is granted once, can be revoked
	once, and is never changed or deleted otherwise."""

	def before_insert(self) -> None:
		self.granted_by = frappe.session.user
		self.update({"covered": 0, "revoked": 0})
		self.update(dict.fromkeys(("revoked_by", "revoked_at", "revocation_reason")))

	def validate(self) -> None:
		self._validate_mandatory()  # before anything is made of what is missing
		self.validate_unchanged()
		self.validate_period()
		self.validate_reason()
		require_unit_in_area(self.unit, self.area, InvalidExcuse)

	def after_insert(self) -> None:
		self.db_set("covered", excuses.apply(self), update_modified=False)

	def on_trash(self) -> None:
		frappe.throw(_("{0} is not deleted: revoke it.").format(self.name), InvalidExcuse)

	def validate_unchanged(self) -> None:
		"""Who may grant one has the Desk's right to write, or its form would be closed; to change one is nobody's."""
		if not self.is_new() and not self.flags.revoking:
			frappe.throw(
				_("{0} is granted and stays as it is; what is wrong with it is revoked.").format(self.name),
				InvalidExcuse,
			)

	def validate_period(self) -> None:
		if get_datetime(self.from_time) > get_datetime(self.to_time):
			frappe.throw(
				_("The excuse begins at {0}, after its end at {1}.").format(self.from_time, self.to_time),
				InvalidExcuse,
			)

	def validate_reason(self) -> None:
		if not (self.reason or "").strip():
			frappe.throw(_("An excuse needs a reason."), frappe.MandatoryError)

	def revoke(self, reason: str) -> None:
		"""From now on what it covered is owed again; reports that were sent anyway stay as they are."""
		if self.revoked:
			frappe.throw(_("{0} is revoked already.").format(self.name), InvalidExcuse)
		if not reason.strip():
			frappe.throw(_("A revocation needs a reason."), frappe.MandatoryError)
		self.update(
			{
				"revoked": 1,
				"revoked_by": frappe.session.user,
				"revoked_at": now_datetime(),
				"revocation_reason": reason.strip(),
			}
		)
		self.flags.revoking = True
		self.save(ignore_permissions=True)  # revoke() below has checked who it is
		excuses.withdraw(self)


@frappe.whitelist(methods=["POST"])
def revoke(excuse: str, reason: str) -> dict:
	"""Revoke an excuse. For whoever may grant one for its area. Returns {"excuse", "revoked_at"}."""
	document = frappe.get_doc("Report Excuse", excuse, for_update=True)
	document.check_permission("read")
	if not (frappe.has_permission("Report Excuse", "create") and in_scope(document, access="Write")):
		frappe.throw(
			_("{0}: only the superior units of {1} revoke this excuse.").format(document.name, document.area),
			frappe.PermissionError,
		)
	document.revoke(reason)
	return {"excuse": document.name, "revoked_at": document.revoked_at.isoformat()}


def on_doctype_update() -> None:
	frappe.db.add_index("Report Excuse", ["report_type", "to_time"], "of_period")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Report Excuse", user)
