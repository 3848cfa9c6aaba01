"""Two directives of the demo, the second in place of the first, written, approved and sent by the demo accounts."""

import frappe
from frappe.utils import add_days, today

from covid_portal.demo.accounts import DOMAIN
from covid_portal.demo.bulletins import ACTS, pass_through
from covid_portal.organisation.scope import forget_grants
from covid_portal.publishing.snapshot import publish_slots

UNIT, RECIPIENTS = "CDC-38", {"unit_type": "CHS", "area": "384"}
TEXTS = (
	("Hướng dẫn cách ly y tế tại nhà (bản minh họa)", "Guidance on quarantine at home (illustrative)"),
	(
		"Hướng dẫn cách ly y tế tại nhà, sửa đổi (bản minh họa)",
		"Guidance on quarantine at home, revised (illustrative)",
	),
)
SUMMARY = "Người cách ly ở phòng riêng, đo thân nhiệt hai lần mỗi ngày và báo trạm y tế khi có triệu chứng."
SUMMARY_EN = "Who is in quarantine keeps to a room of their own, takes their temperature twice a day and tells the health station of symptoms."


def issue() -> int:
	"""How many; none on a site that has a directive, or not these accounts, or nothing published."""
	people = [f"{mailbox}@{DOMAIN}" for mailbox, _decision in ACTS]
	if frappe.db.count("Directive") or frappe.db.count("User", {"name": ("in", people)}) < len(people):
		return 0
	older: list[str] = []
	for subject, subject_en in TEXTS:
		name = drafted(people[0], subject, subject_en, older)
		pass_through("Directive", name)
		older = [name]
	publish_slots([])
	return len(TEXTS)


def drafted(author: str, subject: str, subject_en: str, replaced: list[str]) -> str:
	frappe.set_user(author)
	forget_grants()
	try:
		return (
			frappe.get_doc(
				doctype="Directive",
				directive_type="Hướng dẫn",
				subject=subject,
				subject_en=subject_en,
				summary=SUMMARY,
				summary_en=SUMMARY_EN,
				effective_from=today(),
				act_by=add_days(today(), 3),
				recipients=[RECIPIENTS],
				relations=[{"kind": "Replaces", "directive": name} for name in replaced],
			)
			.insert()
			.name
		)
	finally:
		frappe.set_user("Administrator")
		forget_grants()
