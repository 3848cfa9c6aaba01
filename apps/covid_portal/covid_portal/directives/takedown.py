"""Taking a directive off the public pages, at once: a wrong file, somebody's personal data. The record stays, and what it
replaced or repealed stays so.
"""

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.directives import access, reading
from covid_portal.directives.errors import DirectiveRefused, NotYours
from covid_portal.organisation.scope import in_scope
from covid_portal.publishing import snapshot


@frappe.whitelist(methods=["POST"])
def take_down(name: str, reason: str) -> None:
	"""By who writes directives for its unit; who, when and why is kept with it."""
	doc = frappe.get_doc(access.DOCTYPE, name, for_update=True)
	if not in_scope(doc, access="Write"):
		frappe.throw(_("{0} is another unit's.").format(doc.describe()), NotYours)
	if not access.is_public(doc):
		frappe.throw(_("{0} is not public.").format(doc.describe()), DirectiveRefused)
	if not reason.strip():
		frappe.throw(_("{0}: say why it is taken down.").format(doc.describe()), DirectiveRefused)
	now, user = now_datetime(), frappe.session.user
	doc.update(
		{"is_public": 0, "taken_down_at": now, "taken_down_by": user, "taken_down_reason": reason.strip()}
	)
	doc.flags.taking_down = True
	doc.save(ignore_permissions=True)  # nobody writes what is approved; scope was asked for
	frappe.db.set_value(reading.DOCTYPE, name, "is_public", 0)
	snapshot.rebuild([reading.MAKER], why=doc.identifier)
