"""What the public sees of bulletins: pages, files to take away, the keys, and what /xac-minh looks codes up in.

A build makes what the live one lacks: bulletins issued since, with the other versions of their slots, whose pages say now that
they are superseded, and the months these lie in. Where the brand or a template has changed, it makes all pages anew.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path

import frappe

from covid_portal.bulletins import figures, keys, printing
from covid_portal.bulletins.canonical import canonical
from covid_portal.bulletins.issuing import published
from covid_portal.publishing import pages, site_map
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import UTF8_MARK, data_file
from covid_portal.publishing.open_data import V1
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import environment, local
from covid_portal.publishing.search_index import Entry

FOLDER = f"{V1}/bulletins"
SCRIPT = Path(__file__).with_name("xac_minh.py")
FORMS = ("json", "pdf", "txt")
SLOTS_AT_ONCE = 100
FOUND = 60  # bulletins that the search knows
COLUMNS = ("name", "number", "version", "slot", "slot_time", "title", "title_en", "issued_at", "reason")
COLUMNS += ("hash", "prev_hash", "key_id", "code", "pdf_sha256")
SIGNED = ("number", "document", "hash", "key_id", "signature")


def files(publication: Publication) -> dict[str, bytes]:
	if publication.more_follows:
		return what_is_new(lacking(issued(publication.slots), publication.live))
	rows = issued()
	new = lacking(rows, publication.live)
	made = what_is_new(new)
	if publication.anew:
		slots = {row["slot"] for row in new}
		made |= pages_anew([row for row in rows if row["slot"] not in slots])
	# Earlier parts of the build may have made bulletins of any month.
	all_months = publication.anew or publication.begun
	months = {row["month"] for row in (rows if all_months else new)}
	return {**made, **listings(rows, months, publication.live), **always(rows)}


def lacking(rows: list[dict], live: Path) -> list[dict]:
	"""Bulletins of slots of which the live build lacks any."""
	slots = {row["slot"] for row in rows if not (live / FOLDER / f"{row['number']}.json").exists()}
	return [row for row in rows if row["slot"] in slots]


def always(rows: list[dict]) -> dict[str, bytes]:
	"""Small, and also there before the first bulletin."""
	return {
		f"{V1}/keys.json": data_file({"keys": keys.listed()}),
		f"{V1}/xac_minh.py": SCRIPT.read_bytes(),
		f"{FOLDER}/index.json": data_file(index_data(rows)),
		**pages.in_each_language("bulletins", list_data(rows)),
		**pages.in_each_language("verify", {}),
	}


# --- rows


def issued(slots: Collection[str] | None = None) -> list[dict]:
	"""All issued bulletins, or those of some slots, the newest first, as the lists tell them. `superseded_by`: number of the
	slot's last one."""
	filters = {"number": (">", 0)} | ({"slot": ("in", list(slots))} if slots is not None else {})
	rows = frappe.get_all("Bulletin", filters, COLUMNS, order_by="number desc")
	last: dict[str, int] = {}
	for row in rows:
		last.setdefault(row.slot, row.number)
	return [listed(row, last[row.slot]) for row in rows]


def listed(row: dict, last: int) -> dict:
	return {
		**{
			key: row[key]
			for key in (
				"name",
				"number",
				"version",
				"slot",
				"hash",
				"prev_hash",
				"key_id",
				"code",
				"pdf_sha256",
			)
		},
		"time": with_zone(row.slot_time),
		"month": f"{row.slot_time:%Y-%m}",
		"issued_at": with_zone(row.issued_at),
		"title": row.title,
		"title_en": row.title_en,
		"reason": row.reason or "",
		"superseded_by": last if last > row.number else None,
		"page": f"/ban-tin/{row.number}",
		**{form: f"/{FOLDER}/{row.number}.{form}" for form in FORMS},
	}


def public(row: dict) -> dict:
	return {key: value for key, value in row.items() if key not in ("name", "month")}


def search_entries(_publication: Publication, lang: str) -> list[Entry]:
	"""The newest bulletins, each in its last version; older ones are found by the pages of their months."""
	kind, hour_date = (
		pages.translator(lang)("Bulletin"),
		environment(lang, pages.translator(lang)).filters["hour_date"],
	)
	numbered, address = pages.translator(lang)("No. {0}"), site_map.address("bulletins", lang)
	rows = [row for row in issued() if not row["superseded_by"]][:FOUND]
	return [
		Entry(
			f"{numbered.format(row['number'])}: {local(row, 'title', lang=lang)}",
			kind,
			f"{address}/{row['number']}",
			f"{hour_date(row['time'])} · {row['code']}",
		)
		for row in rows
	]


# --- one bulletin


def what_is_new(rows: list[dict]) -> dict[str, bytes]:
	made: dict[str, bytes] = {}
	for row, bulletin, history in with_history(rows):
		made |= files_of(row, bulletin) | pages_of(row, bulletin, history)
	return made


def pages_anew(rows: list[dict]) -> dict[str, bytes]:
	"""What was issued stays byte for byte; its pages show the brand and the looks of today."""
	made: dict[str, bytes] = {}
	for row, bulletin, history in with_history(rows):
		made |= pages_of(row, bulletin, history)
	return made


def with_history(rows: list[dict]) -> Iterator[tuple[dict, dict, list[dict]]]:
	"""(row, the bulletin itself, the versions of its slot) of each; all rows of a slot are among them. Some at a time are
	read, since years of bulletins together take more memory than a build may."""
	by_slot = [list(part) for _slot, part in groupby(sorted(rows, key=of_slot), key=of_slot)]
	for start in range(0, len(by_slot), SLOTS_AT_ONCE):
		part = by_slot[start : start + SLOTS_AT_ONCE]
		numbers = [row["number"] for versions in part for row in versions]
		whole = {
			one.number: published(one)
			for one in frappe.get_all("Bulletin", {"number": ("in", numbers)}, SIGNED)
		}
		for versions in part:
			versions = sorted(versions, key=lambda row: -row["number"])
			history = history_of(versions, whole)
			yield from ((row, whole[row["number"]], history) for row in versions)


def of_slot(row: dict) -> str:
	return row["slot"]


def files_of(row: dict, bulletin: dict) -> dict[str, bytes]:
	made = {
		f"{FOLDER}/{row['number']}.json": canonical(bulletin),
		f"{FOLDER}/{row['number']}.txt": loudspeaker_file(bulletin["bulletin"]),
		f"{FOLDER}/codes/{row['code']}.json": data_file(public(row)),
	}
	try:
		made[f"{FOLDER}/{row['number']}.pdf"] = printing.kept(row, bulletin)
	except printing.PrintLost:
		# One lost file must not keep every publication from the public; an operator sees it in the error log.
		frappe.log_error(title=f"PDF of bulletin {row['number']} is missing")
	return made


def loudspeaker_file(said: dict) -> bytes:
	"""What is read out; below a line, what is not."""
	lines = [said["loudspeaker"], "", "---", f"{said['symbol']} · {said['code']} · {said['verify_at']}", ""]
	return (UTF8_MARK + "\n".join(lines)).encode()


def history_of(versions: list[dict], whole: dict[int, dict]) -> list[dict]:
	"""The versions of a slot, the newest first, each with what it changed against the one before."""
	told = []
	for row, before in zip(versions, [*versions[1:], None], strict=True):
		contents = [whole[one["number"]]["bulletin"]["figures"] for one in (before, row) if one]
		changes = figures.differences(*contents) if before else []
		told.append({**row, "changes": changes})
	return told


def pages_of(row: dict, bulletin: dict, history: list[dict]) -> dict[str, bytes]:
	"""At its number; the slot's last one also at the slot's name."""
	data = {**row, "said": bulletin["bulletin"], "signature": bulletin["signature"], "history": history}
	names = [str(row["number"])] if row["superseded_by"] else [str(row["number"]), row["slot"]]
	made = {}
	for lang in site_map.LANGUAGES:
		page = below("bulletin.html", lang, str(row["number"]), data)
		made |= {pages.file_of(f"{site_map.address('bulletins', lang)}/{name}"): page for name in names}
	return made


def below(template: str, lang: str, name: str, data: dict) -> bytes:
	"""A page below /ban-tin."""
	other = site_map.address("bulletins", "en" if lang == "vi" else "vi")
	return pages.render(template, lang, "bulletins", alternate=f"{other}/{name}", data=data).encode()


# --- lists


def listings(rows: list[dict], changed: set[str], live: Path) -> dict[str, bytes]:
	"""The changed months; all months' pages where there is a new one, since each leads to all."""
	made = {
		month_file(month): data_file({"bulletins": [public(row) for row in rows if row["month"] == month]})
		for month in changed
	}
	is_new = any(not (live / file).exists() for file in made)
	for month in months_of(rows) if is_new else changed:
		for lang in site_map.LANGUAGES:
			path = pages.file_of(f"{site_map.address('bulletins', lang)}/thang/{month}")
			made[path] = below("bulletins.html", lang, f"thang/{month}", list_data(rows, month))
	return made


def month_file(month: str) -> str:
	return f"{FOLDER}/months/{month}.json"


def months_of(rows: list[dict]) -> list[str]:
	return sorted({row["month"] for row in rows}, reverse=True)


def list_data(rows: list[dict], month: str | None = None) -> dict:
	months = months_of(rows)
	shown = month or (months[0] if months else None)
	return {"month": shown, "months": months, "bulletins": [row for row in rows if row["month"] == shown]}


def index_data(rows: list[dict]) -> dict:
	newest = list_data(rows)
	return {
		"count": len(rows),
		"latest": {key: rows[0][key] for key in ("number", "slot", "hash", "json")} if rows else None,
		"keys": f"/{V1}/keys.json",
		"verify": f"/{V1}/xac_minh.py",
		"months": [{"month": month, "url": f"/{month_file(month)}"} for month in newest["months"]],
		"bulletins": [public(row) for row in newest["bulletins"]],
	}
