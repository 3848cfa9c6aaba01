"""Every day the whole record of accesses is read again: are all chains as they were written, and is nothing gone?

A row that was changed, put in between or taken out breaks its subject's chain. The newest rows of a chain, or a chain as a whole,
can be taken away without a trace in what is left; so each check notes how many rows there were up to a moment (Access Check, under
a keyed digest), and the next one counts them again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from covid_portal.approval.chain import keyed_digest
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.people import entitled
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.organisation.writers import insert_rows, new_names
from covid_portal.privacy import access

DOCTYPE = "Access Check"
CHECKED = ("checked_at", "until", "records", "broken", "missing", "previous_digest")
BATCH = 5000
MOST_NAMED = 50
# A row is stamped before its transaction ends: what is younger may still come.
SETTLED = timedelta(hours=1)


@dataclass(frozen=True)
class Found:
	"""`broken`: "subject #number" of rows at which a chain does not hold; `missing`: rows of the last check that are gone."""

	records: int
	broken: list[str]
	missing: int


@in_the_sites_language
def daily() -> None:
	run(now_datetime())


def run(now: datetime) -> Found:
	"""Check all, note it, and tell those who read the record of what was sound at the last check. In one transaction."""
	last, until = last_check(), now - SETTLED
	broken = [] if not last or last.digest == digest(last) else [f"{DOCTYPE} {last.name}"]
	broken += [f"{row.subject} #{row.sequence}" for row in broken_rows()]
	found = Found(rows_until(until), broken, gone_since(last))
	note(found, now, until, last)
	if news := news_of(found, last):
		tell(news)
	return found


# --- the chains


def broken_rows() -> Iterator[frappe._dict]:
	before = None
	for row in all_rows():
		if not access.holds(row, before if before and before.subject == row.subject else None):
			yield row
		before = row


def all_rows() -> Iterator[frappe._dict]:
	"""Of all subjects, each one's in order; in batches, so that years of accesses take no memory."""
	place = ("", 0)
	while batch := rows_after(*place):
		yield from batch
		place = (batch[-1].subject, batch[-1].sequence)


def rows_after(subject: str, sequence: int) -> list[frappe._dict]:
	columns = ", ".join((*access.CHAINED, "digest"))
	return frappe.db.sql(
		f"""select {columns} from `tab{access.DOCTYPE}`
		where subject >= %(subject)s and (subject > %(subject)s or sequence > %(sequence)s)
		order by subject, sequence limit {BATCH}""",
		{"subject": subject, "sequence": sequence},
		as_dict=True,
	)


# --- what is gone


def last_check() -> frappe._dict | None:
	rows = frappe.get_all(DOCTYPE, fields=["name", *CHECKED, "digest"], order_by="name desc", limit=1)
	return rows[0] if rows else None


def rows_until(until: datetime) -> int:
	return frappe.db.sql(f"select count(*) from `tab{access.DOCTYPE}` where seen_at <= %s", until)[0][0]


def gone_since(last: frappe._dict | None) -> int:
	"""How many of the rows that the last check counted are there no more."""
	return max(last.records - rows_until(get_datetime(last.until)), 0) if last else 0


# --- noting and telling


def note(found: Found, now: datetime, until: datetime, last: frappe._dict | None) -> None:
	"""Set-based writer's INSERT, as the accesses themselves: nothing may change what is noted."""
	row = {
		"name": new_names(DOCTYPE, 1)[0],
		"checked_at": now.replace(microsecond=0),
		"until": until.replace(microsecond=0),
		"records": found.records,
		"broken": json.dumps(found.broken[:MOST_NAMED]),
		"missing": found.missing,
		"previous_digest": last.digest if last else None,
	}
	row["digest"] = digest(row)
	insert_rows(DOCTYPE, list(row), [list(row.values())])


def digest(row: dict) -> str:
	return keyed_digest(json.dumps([str(row[key] or "") for key in CHECKED]))


def news_of(found: Found, last: frappe._dict | None) -> str | None:
	"""What the check has found that the last one had not: a broken chain cannot be mended, and is told once."""
	known = set(json.loads(last.broken)) if last else set()
	places = [place for place in found.broken[:MOST_NAMED] if place not in known]
	lines = [_("chains that do not hold: {0}").format(", ".join(places))] if places else []
	if found.missing:
		lines.append(_("{0} rows are gone").format(found.missing))
	return "; ".join(lines)


def tell(news: str) -> None:
	text = _("The record of who saw personal data was tampered with: {0}. Compare it with the backups.")
	name = str(last_check().name)
	put_in_desk(
		[
			Notice(user, text.format(news), f"/app/access-check/{name}", DOCTYPE, name)
			for user in entitled(DOCTYPE, "read")
		]
	)
