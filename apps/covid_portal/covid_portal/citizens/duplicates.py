"""Which petitions may be about the same matter: of the same place and category, by likeness of their words.

The texts are sealed, so they are compared in memory: those of the last weeks, at most a few hundred.
"""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import add_days
from rapidfuzz import fuzz, process, utils

from covid_portal.approval.seats import seats_of
from covid_portal.citizens import messages
from covid_portal.privacy import subjects

DAYS = 30
MOST_COMPARED = 300
MOST_SHOWN = 5
SHOWN = 200  # letters
ALIKE = 70  # of 100, by rapidfuzz's token_set_ratio


def similar(petition: Document) -> list[dict[str, Any]]:
	"""[{"name", "likeness" (70-100), "received_at", "stage", "same_phone", "text"}], the likest first; of those the user may read,
	`text` of those that his unit handles: None of others."""
	rows = candidates(petition)
	subjects.load([row.subject for row in rows])
	texts = {row.name: text for row in rows if (text := messages.opened(row.subject, row.content))}
	own = petition.personal("content") or ""
	found = process.extract(
		own,
		texts,
		scorer=fuzz.token_set_ratio,
		processor=utils.default_process,
		score_cutoff=ALIKE,
		limit=MOST_SHOWN,
	)
	by_name = {row.name: row for row in rows}
	own_units = {seat.unit for seat in seats_of(frappe.session.user)}
	return [described(by_name[name], text, score, petition, own_units) for text, score, name in found]


def candidates(petition: Document) -> list[frappe._dict]:
	return frappe.get_list(
		"Petition",
		{
			"name": ("!=", petition.name),
			"area": petition.area,
			"category": petition.category,
			"stage": ("not in", ("Merged", "Declined")),
			"received_at": (">=", add_days(petition.received_at, -DAYS)),
		},
		["name", "subject", "content", "received_at", "stage", "unit", "phone_index"],
		order_by="received_at desc",
		limit=MOST_COMPARED,
	)


def described(
	row: frappe._dict, text: str, score: float, petition: Document, own_units: set[str]
) -> dict[str, Any]:
	return {
		"name": row.name,
		"likeness": round(score),
		"received_at": row.received_at,
		"stage": row.stage,
		"same_phone": bool(row.phone_index) and row.phone_index == petition.phone_index,
		"text": text[:SHOWN] if row.unit in own_units else None,
	}
