import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.organisation.doctype.working_period.working_period import as_time


class InvalidPeriod(frappe.ValidationError):
	pass


class WorkingHours(Document):
	def validate(self) -> None:
		last: dict[str, tuple] = {}
		for row in sorted(self.periods, key=lambda row: as_time(row.begins)):
			begins, ends = as_time(row.begins), as_time(row.ends)
			if ends <= begins or (row.weekday in last and begins < last[row.weekday]):
				frappe.throw(
					_("{0}: a period of work ends after it begins, and no two overlap.").format(
						_(row.weekday)
					),
					InvalidPeriod,
				)
			last[row.weekday] = ends
