"""Drafts of bulletins: made by the portal when a slot is published, and again when figures of its slot have changed."""

import json

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL, WITH_AUTHOR
from covid_portal.bulletins import figures, wording
from covid_portal.bulletins.canonical import canonical
from covid_portal.organisation import jobs

DOCTYPE = "Bulletin"
TEXTS = ("title", "title_en", "text", "text_en", "loudspeaker")
COLUMNS = ("name", "slot", "version", "workflow_state", "number", "figures", "figures_digest", "code")


class NoIssuer(frappe.ValidationError):
	"""Nobody knows which unit issues the bulletins."""


def on_slot_published(slot: str) -> None:
	draft_later([slot], published=True)


def on_slots_corrected(slots: list[str]) -> None:
	draft_later(slots, published=False)


def draft_later(slots: list[str], published: bool) -> None:
	"""Beside the publication, not in its way: a job of its own after it is stored."""
	name = f"bulletins-{slots[0]}-{len(slots)}-{published:d}"
	method = "covid_portal.bulletins.drafting.draft"
	jobs.once_after_commit(method, name, queue="long", slots=slots, published=published)


def draft(slots: list[str], published: bool = True) -> list[str]:
	"""Job: the drafts these slots want, those there are brought up to date; names of the new ones. A slot that is not
	`published` now but corrected, and never had a bulletin, gets none."""
	with jobs.as_the_portal():
		return made_drafts(slots, published)


def made_drafts(slots: list[str], published: bool) -> list[str]:
	newest = newest_bulletins(slots)
	now = figures.digests(slots) if newest else {}
	made = []
	for slot in slots:
		bulletin = newest.get(slot)
		if bulletin and bulletin.figures_digest != now.get(slot):
			made += renew(bulletin)
		elif published and not bulletin:
			made.append(new_draft(slot).name)
	return made


def newest_bulletins(slots: list[str]) -> dict[str, frappe._dict]:
	rows = frappe.get_all(DOCTYPE, {"slot": ("in", slots)}, COLUMNS, order_by="version asc")
	return {row.slot: row for row in rows}


def renew(bulletin: dict) -> list[str]:
	"""A draft follows its figures; beside what was decided on, a new version is drafted; what is being decided on now is
	refused at its last step, and follows when it is returned."""
	if bulletin.workflow_state == IN_APPROVAL:
		return []
	if bulletin.workflow_state in WITH_AUTHOR:
		frappe.get_doc(DOCTYPE, bulletin.name).save(ignore_permissions=True)
		return []
	slot = frappe.get_doc("Report Slot", bulletin.slot)
	if figures.without_totals(frozen_now(slot)) == figures.without_totals(json.loads(bulletin.figures)):
		return []  # what changed is not public
	return [new_draft(bulletin.slot).name]


def new_draft(slot: str) -> Document:
	return frappe.get_doc(doctype=DOCTYPE, slot=slot).insert(ignore_permissions=True)


# --- what a draft says


def fill_in(bulletin: Document) -> None:
	"""The slot's figures as they stand, and the texts made of them. A text an editor has amended stays."""
	slot = frappe.get_doc("Report Slot", bulletin.slot)
	before = json.loads(bulletin.figures) if bulletin.figures else None
	now = frozen_now(slot)
	made_before = texts(bulletin, before) if before else {}
	bulletin.slot_time, bulletin.slot_version = slot.slot_time, slot.version
	bulletin.figures = canonical(now).decode()
	bulletin.figures_digest = figures.digests([slot.name]).get(slot.name)
	for field, text in texts(bulletin, now).items():
		if not bulletin.get(field) or bulletin.get(field) == made_before.get(field):
			bulletin.set(field, text)


def frozen_now(slot: Document) -> dict:
	return figures.frozen(slot, (settings().district_figures or "").split())


def texts(bulletin: Document, content: dict) -> dict[str, str]:
	"""{field: text} as the templates make them of these figures."""
	names = frappe.db.get_value("Unit", bulletin.unit, ["unit_name", "unit_name_en"])
	superseded = frappe.db.get_value(DOCTYPE, bulletin.supersedes, "number") if bulletin.supersedes else None
	vietnamese = wording.written(content, names[0], superseded, "vi")
	english = wording.written(content, names[1] or names[0], superseded, "en")
	spoken = wording.spoken(content, names[0], superseded)
	templates, values = settings(), (vietnamese, english, vietnamese, english, spoken)
	return {
		field: wording.fill(templates.get(template_of(field)), named)
		for field, named in zip(TEXTS, values, strict=True)
	}


def template_of(field: str) -> str:
	"""title_en → title_template_en"""
	name, separator, lang = field.partition("_")
	return f"{name}_template{separator}{lang}"


def settings() -> Document:
	return frappe.get_cached_doc("Bulletin Settings")


def reason_of_changes(slot: str, since: str) -> str:
	"""The published reasons of the slot's corrections since the last bulletin was issued; empty where there are none."""
	reasons = frappe.get_all(
		"Correction",
		{"slot": slot, "workflow_state": APPROVED, "approved_at": (">", since)},
		pluck="reason",
		order_by="approved_at asc",
	)
	return "\n".join(dict.fromkeys(reasons))


def issuing_unit(slot: str) -> str:
	"""As the settings say; else the unit of the province, next above those who report."""
	if unit := settings().unit:
		return unit
	province = frappe.get_cached_doc("Publishing Settings").province
	rows = frappe.db.sql_list(
		"""select above.name from `tabUnit` above
		where above.area = %(province)s and above.lft < (
				select min(unit.lft) from `tabReport Obligation` owed join `tabUnit` unit on unit.name = owed.unit
				where owed.slot = %(slot)s)
			and above.rgt > (
				select max(unit.rgt) from `tabReport Obligation` owed join `tabUnit` unit on unit.name = owed.unit
				where owed.slot = %(slot)s)
		order by above.lft desc limit 1""",
		{"province": province, "slot": slot},
	)
	if not rows:
		frappe.throw(_("Bulletin Settings must name the unit that issues bulletins."), NoIssuer)
	return rows[0]
