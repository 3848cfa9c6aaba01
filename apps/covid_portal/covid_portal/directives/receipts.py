"""The page /van-ban-den: what was sent to the user's units, what is to be done by when, and what is done. Made for a phone."""

import frappe
from frappe.utils import get_fullname, now_datetime

from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD
from covid_portal.directives.dispatch import DOCTYPE, DONE
from covid_portal.organisation.scope import NOTHING, scope_condition
from covid_portal.publishing import site_map

MOST_OPEN, MOST_DONE = 200, 20
BASE = site_map.address("directives", "vi")
TABLE = f"`tab{DOCTYPE}`"
OWN = ("name", "state", "sent_at", "act_by", "received_at", "done_at", "note")
COLUMNS = ", ".join(f"{TABLE}.{column}" for column in OWN)
COLUMNS += ", unit.unit_name, directive.subject, directive.identifier, directive.directive_type"
COLUMNS += ", coalesce(directive.other_body, issuer.unit_name) issuer"
COLUMNS += ", directive.name directive, directive.slug, directive.is_public"


@frappe.whitelist(methods=["GET"])
def mine() -> dict:
	"""{"now", "user_name", "open": [row], "done": [row]}: the receipts of units for which the user may answer, what is not done
	by its deadline, the last ones that are. row: as receipt_rows() says."""
	soonest = f"{TABLE}.act_by is null, {TABLE}.act_by, {TABLE}.sent_at desc"
	open_rows = receipt_rows(f"{TABLE}.state != '{DONE}'", soonest, MOST_OPEN)
	done_rows = receipt_rows(f"{TABLE}.state = '{DONE}'", f"{TABLE}.done_at desc", MOST_DONE)
	return {
		"now": now_datetime(),
		"user_name": get_fullname(frappe.session.user),
		"open": open_rows,
		"done": done_rows,
	}


def receipt_rows(which: str, order: str, most: int) -> list[dict]:
	"""[{name, state, act_by, received_at, done_at, note, unit_name, subject, identifier, directive_type, issuer, link}]"""
	rows = frappe.db.sql(
		f"""select {COLUMNS} from {TABLE}
		join `tabDirective` directive on directive.name = {TABLE}.directive and directive.{STATE_FIELD} = '{APPROVED}'
		join `tabUnit` unit on unit.name = {TABLE}.unit
		join `tabUnit` issuer on issuer.name = directive.unit
		where {scope_condition(DOCTYPE, access="Write")} and {which} order by {order} limit {most:d}""",
		as_dict=True,
	)
	for row in rows:
		name, slug, is_public = row.pop("directive"), row.pop("slug"), row.pop("is_public")
		row.link = f"{BASE}/{slug}" if is_public else f"/app/directive/{name}"
	return rows


def has_receipts(user: str) -> bool:
	"""Whether the user may answer for any unit."""
	return scope_condition(DOCTYPE, user, "Write") != NOTHING
