"""How long personal data are kept: rows of Retention Rule, carried out every night."""

from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import now_datetime

from covid_portal.organisation.post import in_the_sites_language
from covid_portal.privacy import erasure
from covid_portal.privacy.reveal import personal_doctypes
from covid_portal.setup.csv_rows import shipped_rows

DOCTYPE = "Retention Rule"
BATCH = 200


@in_the_sites_language
def nightly() -> None:
	run(now_datetime())


def run(now: datetime) -> int:
	"""Erase all subjects whose documents are past their period; returns how many. What fails is told and does not hold up the
	others."""
	known = personal_doctypes()
	rules = frappe.get_all(DOCTYPE, {"enabled": 1, "document_type": ("in", [*known, ""])}, ["*"])
	return sum(apply(rule, rules, now) for rule in rules)


def apply(rule: frappe._dict, rules: list[frappe._dict], now: datetime) -> int:
	count, tried = 0, set()
	reason = _("Retention period of {0} days: {1}").format(rule.days, rule.legal_reference)
	while subjects := due(rule, rules, now, tried):
		tried.update(subjects)
		count += sum(erase_one(subject, reason) for subject in subjects)
	return count


def due(rule: frappe._dict, rules: list[frappe._dict], now: datetime, tried: set[str]) -> list[str]:
	"""Subjects not erased yet with a document past its period, and none of any kind that is not: one without the date is under
	way."""
	subject, date = columns(rule)
	kept = " ".join(
		f"and not exists (select 1 from `tab{other.document_type}` later where later.`{columns(other)[0]}` = person.name"
		f" and (later.`{columns(other)[1]}` is null or later.`{columns(other)[1]}` >= %(until_{number})s))"
		for number, other in enumerate(rules)
	)
	limits = {f"until_{number}": now - timedelta(days=other.days) for number, other in enumerate(rules)}
	return frappe.db.sql_list(
		f"""select distinct person.name from `tab{rule.document_type}` document
		join `tabData Subject` person on person.name = document.`{subject}`
		where person.erased_at is null and document.`{date}` < %(until)s and person.name not in %(tried)s {kept}
		limit {BATCH}""",
		{**limits, "until": now - timedelta(days=rule.days), "tried": tuple(tried) or ("",)},
	)


def columns(rule: frappe._dict) -> tuple[str, str]:
	"""(field of the subject, field of the date); names of fields, which the rule's controller has looked up."""
	row = personal_doctypes()[rule.document_type]
	return row.get("subject_field", "subject"), rule.date_field or row["date_field"]


def erase_one(subject: str, reason: str) -> int:
	try:
		erasure.erase(subject, reason)
		frappe.db.commit()  # a unit of work: a failure of one must not undo the others'
		return 1
	except Exception as error:
		frappe.db.rollback()
		frappe.clear_messages()
		frappe.log_error(f"Erasure of {subject}", f"{type(error).__name__}: {error}")
		frappe.db.commit()
		return 0


def load_shipped_rules(document_types: tuple[str, ...] = ()) -> None:
	"""The rules of setup/data/retention_rules.csv, those that are not there yet: all, or those of some DocTypes."""
	for row in shipped_rows("retention_rules"):
		wanted = not document_types or row["document_type"] in document_types
		if wanted and not frappe.db.exists(DOCTYPE, row["document_type"]):
			frappe.get_doc(doctype=DOCTYPE, **row).insert(ignore_permissions=True)
