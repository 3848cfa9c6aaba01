"""A chained record is read again every day: are all chains as they were written, and is nothing gone?

A row that was changed, put in between or taken out breaks its chain. The newest rows of a chain, or a chain as a whole, can be
taken away without a trace in what is left; so each check notes how many rows there were up to a moment, and of a record that is
sealed the root over the digests of all of them, under a keyed digest of its own. The next one counts and reckons them again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from covid_portal.approval.chain import keyed_digest
from covid_portal.organisation.bell import Notice, put_in_desk
from covid_portal.organisation.people import entitled
from covid_portal.organisation.writers import insert_rows, new_names

CHECKED = ("checked_at", "until", "records", "broken", "missing", "previous_digest")
BATCH = 5000
MOST_NAMED = 50
# A row is stamped before its transaction ends: what is younger may still come.
SETTLED = timedelta(hours=1)


@dataclass(frozen=True)
class Record:
	"""`check`: the DocType that keeps what the checks found; `chain`: the column that says to which chain a row belongs, and
	`within` another one, of few values, in each of which there are chains of their own; `stamped`: when it was written;
	`holds(row, the chain's row before it)`; `tampered()`: the sentence with what was found as {0}."""

	doctype: str
	check: str
	chain: str
	columns: tuple[str, ...]
	stamped: str
	holds: Callable[[dict, dict | None], bool]
	tampered: Callable[[], str]
	within: str = ""
	sealed: bool = False

	@property
	def checked(self) -> tuple[str, ...]:
		return (*CHECKED, "root") if self.sealed else CHECKED


@dataclass(frozen=True)
class Found:
	"""`broken`: "chain #number" of rows at which a chain does not hold; `missing`: rows of the last check that are gone."""

	records: int
	broken: list[str]
	missing: int


@dataclass
class Tally:
	"""Of the rows up to a moment: how many, and the root over their digests."""

	until: datetime
	records: int = 0
	digests: "hashlib._Hash" = field(default_factory=hashlib.sha256)

	def add(self, row: dict, at: datetime) -> None:
		if at <= self.until:
			self.records += 1
			self.digests.update(row.digest.encode())


def run(record: Record, now: datetime) -> Found:
	"""Check all, note it, and tell those who read the record of what was sound at the last check. In one transaction."""
	last, until = last_check(record), (now - SETTLED).replace(microsecond=0)  # as it is noted
	here, then = Tally(until), Tally(get_datetime(last.until) if last else datetime.min)
	broken = [] if not last or last.digest == digest(record, last) else [f"{record.check} {last.name}"]
	broken += read(record, here, then)
	missing = max(last.records - then.records, 0) if last else 0
	if record.sealed and last and not missing and last.root != then.digests.hexdigest():
		broken.append(_("other rows than on {0}").format(f"{last.checked_at:%d/%m/%Y}"))
	found = Found(here.records, broken, missing)
	note(record, found, here, now, last)
	if news := news_of(found, last):
		tell(record, news)
	return found


# --- the chains


def read(record: Record, *tallies: Tally) -> list[str]:
	"""All rows once, counted as they go by; where a chain does not hold."""
	broken, before = [], None
	for row in all_rows(record):
		same = before if before and place_of(record, before) == place_of(record, row) else None
		if not record.holds(row, same):
			broken.append(f"{place_of(record, row)} #{row.sequence}")
		for tally in tallies:
			tally.add(row, row[record.stamped])
		before = row
	return broken


def place_of(record: Record, row: dict) -> str:
	return " ".join(filter(None, (row.get(record.within), row[record.chain])))


def all_rows(record: Record) -> Iterator[frappe._dict]:
	"""Of all chains, each one's in order; in batches, so that years of rows take no memory."""
	for part in parts_of(record):
		chain, sequence = "", 0
		while batch := rows_after(record, part, chain, sequence):
			yield from batch
			chain, sequence = batch[-1][record.chain], batch[-1].sequence


def parts_of(record: Record) -> list[str | None]:
	if not record.within:
		return [None]
	return sorted(frappe.db.sql_list(f"select distinct `{record.within}` from `tab{record.doctype}`"))


def rows_after(record: Record, part: str | None, chain: str, sequence: int) -> list[frappe._dict]:
	columns = dict.fromkeys((*record.columns, record.stamped, "digest"))
	return frappe.db.sql(
		f"""select {", ".join(f"`{column}`" for column in columns)} from `tab{record.doctype}`
		where {f"`{record.within}` = %(part)s and" if record.within else ""} `{record.chain}` >= %(chain)s
			and (`{record.chain}` > %(chain)s or sequence > %(sequence)s)
		order by {f"`{record.within}`, " if record.within else ""}`{record.chain}`, sequence limit {BATCH}""",
		{"part": part, "chain": chain, "sequence": sequence},
		as_dict=True,
	)


# --- noting and telling


def last_check(record: Record) -> frappe._dict | None:
	fields = ["name", *record.checked, "digest"]
	return next(iter(frappe.get_all(record.check, fields=fields, order_by="name desc", limit=1)), None)


def note(record: Record, found: Found, here: Tally, now: datetime, last: frappe._dict | None) -> None:
	"""Set-based writer's INSERT, as the rows themselves: nothing may change what is noted."""
	row = {
		"name": new_names(record.check, 1)[0],
		"checked_at": now.replace(microsecond=0),
		"until": here.until,
		"records": found.records,
		"broken": json.dumps(found.broken[:MOST_NAMED]),
		"missing": found.missing,
		"previous_digest": last.digest if last else None,
	}
	if record.sealed:
		row["root"] = here.digests.hexdigest()
	row["digest"] = digest(record, row)
	insert_rows(record.check, list(row), [list(row.values())])


def digest(record: Record, row: dict) -> str:
	return keyed_digest(json.dumps([str(row[key] or "") for key in record.checked]))


def news_of(found: Found, last: frappe._dict | None) -> str | None:
	"""What the check has found that the last one had not: a broken chain cannot be mended, and is told once."""
	known = set(json.loads(last.broken)) if last else set()
	places = [place for place in found.broken[:MOST_NAMED] if place not in known]
	lines = [_("chains that do not hold: {0}").format(", ".join(places))] if places else []
	if found.missing:
		lines.append(_("{0} rows are gone").format(found.missing))
	return "; ".join(lines)


def tell(record: Record, news: str) -> None:
	name = str(last_check(record).name)
	link = f"/app/{frappe.scrub(record.check).replace('_', '-')}/{name}"
	put_in_desk(
		[
			Notice(user, record.tampered().format(news), link, record.check, name)
			for user in entitled(record.check, "read")
		]
	)
