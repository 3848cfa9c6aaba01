import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.organisation import jobs
from covid_portal.organisation.scope import in_scope
from covid_portal.reporting import sheets
from covid_portal.reporting.consolidated_rows import consolidated_figures
from covid_portal.reporting.consolidation import consolidate_from
from covid_portal.reporting.slots import COUNTED, PUBLISHED, slot_label


class NotConsolidated(frappe.ValidationError):
	pass


class NotSigned(frappe.ValidationError):
	"""Districts have not signed their consolidated sheets, and the report type requires it."""


class ReportSlot(Document):
	def onload(self) -> None:
		self.set_onload("may_publish", self.state in COUNTED and in_scope(self, access="Write"))

	def autoname(self) -> None:
		frappe.throw(_("Report slots are made by the clock of their report type."))

	def set_state(self, state: str) -> None:
		"""Go on to the state. Consolidation writes the row's counts by SQL, hence the fresh load."""
		self.load_from_db()
		self.state = state
		self.save(ignore_permissions=True)

	def publish_figures(self, publisher: str | None) -> None:
		"""Publish what stands now, as the next version; without a publisher, a new version of what one has published."""
		self.renew_version(publisher)
		for path in frappe.get_hooks("on_slot_published"):
			frappe.get_attr(path)(self.name)

	def renew_version(self, publisher: str | None = None) -> None:
		"""The next version of the figures as they stand now; who calls this has it built."""
		self.load_from_db()
		self.validate_consolidated()
		self.state = PUBLISHED if self.state != "Locked" else self.state
		self.version = (self.version or 0) + 1
		self.published_at = now_datetime()
		self.published_by = publisher or self.published_by
		self.save(ignore_permissions=True)

	def require_signed_sheets(self) -> None:
		"""Where the report type asks for it, every district has signed what is about to be published."""
		if not frappe.get_cached_value("Report Type", self.report_type, "require_signed_sheets"):
			return
		if unsigned := sheets.unsigned_areas(self.name):
			frappe.throw(
				_("The slot {0} cannot be published yet; not signed: {1}.").format(
					slot_label(self.slot_time), ", ".join(unsigned)
				),
				NotSigned,
			)

	def validate_consolidated(self) -> None:
		if self.state not in COUNTED:
			frappe.throw(
				_("The slot {0} is not consolidated yet; it can be published after its time.").format(
					slot_label(self.slot_time)
				),
				NotConsolidated,
			)


@frappe.whitelist(methods=["POST"])
def publish(slot: str) -> dict:
	"""Publish the slot's consolidated figures; for those whose duty gives them Write on slots. {"slot", "version"}."""
	document = frappe.get_doc("Report Slot", slot, for_update=True)
	document.check_permission("read")
	if not in_scope(document, access="Write"):
		frappe.throw(
			_("Publishing the slot {0} is not among your duties.").format(slot_label(document.slot_time)),
			frappe.PermissionError,
		)
	document.require_signed_sheets()
	document.publish_figures(frappe.session.user)
	return {"slot": document.name, "version": document.version}


def renew_versions(slots: list[str]) -> None:
	"""Published slots, oldest first, get their next version; the caller announces them when all is said about it."""
	for name in slots:
		frappe.get_doc("Report Slot", name, for_update=True).renew_version()


def announce_versions(slots: list[str]) -> None:
	for path in frappe.get_hooks("on_slots_corrected"):
		frappe.get_attr(path)(slots)


def refresh(slot: str) -> None:
	"""Job: a report of a slot that was consolidated already has been decided. Its figures follow, and the totals and
	carried stocks of every slot after it; what is public of these, where anything moved, if the report type says so."""
	document = frappe.get_doc("Report Slot", slot, for_update=True)
	if document.state not in COUNTED:
		return
	# A locked slot changes by what was under way at the lock, and where an extension has opened it again.
	public = published_from(document)
	before = {name: consolidated_figures(name) for name in public}
	consolidate_from(slot)
	if frappe.get_cached_value("Report Type", document.report_type, "republish"):
		publish_anew([name for name in public if consolidated_figures(name) != before[name]])


def published_from(slot: Document) -> list[str]:
	"""The slot and those after it, oldest first, as far as they are public."""
	filters = {
		"report_type": slot.report_type,
		"slot_time": (">=", slot.slot_time),
		"published_at": ("is", "set"),
	}
	return frappe.get_all("Report Slot", filters, pluck="name", order_by="slot_time asc")


def publish_anew(slots: list[str]) -> None:
	if slots:
		renew_versions(slots)
		announce_versions(slots)


def refresh_later(names: set[str]) -> None:
	"""Reports of these slots were decided: figures that stand already follow. Which do is looked up when the decision is
	stored: a consolidation that its transaction does not see yet has not seen it either."""
	frappe.db.after_commit.add(lambda: refresh_counted(names))


def refresh_counted(names: set[str]) -> None:
	"""Queue a refresh for those that are consolidated, once for a burst of decisions."""
	counted = {"name": ("in", names), "state": ("in", COUNTED)}
	for slot in frappe.get_all("Report Slot", counted, pluck="name"):
		jobs.once(
			"covid_portal.reporting.doctype.report_slot.report_slot.refresh", f"refresh-{slot}", slot=slot
		)


def on_doctype_update() -> None:
	frappe.db.add_unique("Report Slot", ["report_type", "slot_time"], "one_slot")
