"""What the public sees of levels: /cap-do-dich, a page for each district, levels.json, and the map's letters.

A level is public once it is decided. Pages are made when what they say has changed, which levels.json tells.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import frappe
from frappe.utils import cint

from covid_portal.approval.vocabulary import APPROVED
from covid_portal.levels import figures, wording
from covid_portal.publishing import pages, site_map
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import data_file
from covid_portal.publishing.mapping.layout import areas_on
from covid_portal.publishing.mapping.measures import NO_LEVEL
from covid_portal.publishing.mapping.measures import levels as level_names
from covid_portal.publishing.open_data import V1, last_change
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.search_index import Entry
from covid_portal.reporting.slots import day_of

FILE = f"{V1}/levels.json"
COLUMNS = ("name", "area", "slot", "rule", "proposed_level", "decided_level", "decided_at")
COLUMNS += ("deviation_reason", "deviation_reference")
LEVELS = (1, 2, 3, 4)
HISTORY = 20  # levels of an area that are listed; those before are in the map's months


def files(publication: Publication) -> dict[str, bytes]:
	if publication.more_follows:
		return {}
	data = levels_data(publication)
	file = data_file(data)
	live = publication.live / FILE
	if not publication.anew and live.is_file() and live.read_bytes() == file:
		return {}
	return {FILE: file, **page_files(data)}


# --- data


def levels_data(publication: Publication) -> dict:
	"""The structure of levels.json: {"updated_at", "rules", "areas": [wholes before their parts]}."""
	latest = publication.latest
	history = histories()
	reasons = public_reasons([rows[0].name for rows in history.values()])
	areas = areas_on(latest["province"]["code"], day_of(latest["time"]))
	decided = [rows[0].decided_at for rows in history.values()]
	return {
		"updated_at": with_zone(max(decided)) if decided else None,
		"rules": rule_entries({row.rule for rows in history.values() for row in rows}),
		"areas": [area_entry(row, history.get(row.name, []), reasons) for row in areas],
	}


def histories() -> dict[str, list[frappe._dict]]:
	"""{area: its last decided levels, the newest first}"""
	columns = ", ".join(COLUMNS)
	rows = frappe.db.sql(
		f"""select {columns} from (
			select {columns}, row_number() over (partition by area order by decided_at desc, name desc) place
			from `tabArea Level` where workflow_state = %s
		) ranked where place <= %s order by area, place""",
		(APPROVED, HISTORY),
		as_dict=True,
	)
	return {area: list(part) for area, part in groupby(rows, key=lambda row: row.area)}


def public_reasons(names: Sequence[str]) -> dict[str, list[dict]]:
	"""{level: the steps that everybody may read}"""
	filters = {"name": ("in", [*names, ""])}
	rows = frappe.get_all("Area Level", filters, ["name", "public_reasoning"], as_list=True)
	return {name: json.loads(reasoning or "[]") for name, reasoning in rows}


def rule_entries(names: set[str]) -> list[dict]:
	fields = ["title", "title_en", "legal_reference", "legal_reference_en", "valid_from", "valid_to"]
	rows = frappe.get_all("Level Rule", {"name": ("in", [*names, ""])}, fields, order_by="valid_from")
	return [{key: None if value is None else str(value) for key, value in row.items()} for row in rows]


def area_entry(area: dict, decided: list[dict], reasons: dict[str, list[dict]]) -> dict:
	current = decided[0] if decided else None
	return {
		"code": area["name"],
		"name": area["full_name"],
		"name_en": area["full_name_en"] or area["full_name"],
		"parent": area["parent_area"],
		"is_group": bool(area["is_group"]),
		"level": cint(current.decided_level) if current else None,
		"since": with_zone(current.decided_at) if current else None,
		"slot": current.slot if current else None,
		"rule": current.rule if current else None,
		"proposed": cint(current.proposed_level) if current else None,
		"deviation": deviation(current) if current else None,
		"why": reasons[current.name] if current else [],
		"history": [
			{"level": cint(row.decided_level), "from": with_zone(row.decided_at), "slot": row.slot}
			for row in decided
		],
	}


def deviation(row: dict) -> dict | None:
	if cint(row.decided_level) == cint(row.proposed_level):
		return None
	return {"reason": row.deviation_reason, "reference": row.deviation_reference}


def open_data_resources(_: site_map.Translate) -> list[tuple]:
	decided = last_change("Area Level", "decided_at", {"workflow_state": APPROVED})
	return [
		(
			"levels.json",
			"levels",
			decided,
			_("Epidemic levels: of each area the one in force, why it is so in bands, and those before."),
		)
	]


# --- pages


def page_files(data: dict) -> dict[str, bytes]:
	"""The list of all, and a page for each area that contains reporting ones."""
	parts: dict[str, list[dict]] = {}
	for row in data["areas"]:
		parts.setdefault(row["parent"], []).append(row)
	wholes = [
		row for row in data["areas"] if any(not part["is_group"] for part in parts.get(row["code"], []))
	]
	made = {}
	for lang in site_map.LANGUAGES:
		teller = wording.Teller(lang)
		page = site_map.BY_KEY["levels"]
		context = list_data(data, wholes, parts, teller)
		made[pages.file_of(page.address(lang))] = pages.render(
			page.template, lang, "levels", data=context
		).encode()
		for whole in wholes:
			made[pages.file_of(f"{page.address(lang)}/{whole['code']}")] = area_page(
				data, whole, parts[whole["code"]], teller
			)
	return made


def list_data(data: dict, wholes: list[dict], parts: dict[str, list[dict]], teller: wording.Teller) -> dict:
	province = next(
		(row for row in data["areas"] if row["code"] not in {w["code"] for w in wholes} and row["is_group"]),
		None,
	)
	communes = [part for whole in wholes for part in parts[whole["code"]] if not part["is_group"]]
	return {
		"updated_at": data["updated_at"],
		"rules": data["rules"],
		"province": told(province, teller) if province else None,
		"counts": counts(communes),
		"communes": len(communes),
		"districts": [{**told(whole, teller), "counts": counts(parts[whole["code"]])} for whole in wholes],
	}


def area_page(data: dict, whole: dict, parts: list[dict], teller: wording.Teller) -> bytes:
	other = "en" if teller.lang == "vi" else "vi"
	context = {
		"updated_at": data["updated_at"],
		"whole": told(whole, teller),
		"counts": counts(parts),
		"parts": [told(row, teller) for row in parts],
	}
	alternate = f"{site_map.address('levels', other)}/{whole['code']}"
	return pages.render("levels_area.html", teller.lang, "levels", alternate=alternate, data=context).encode()


def told(area: dict, teller: wording.Teller) -> dict:
	"""The area with its level and its reasons in words."""
	return {
		**area,
		"level_name": level_names(teller._)[str(area["level"] or NO_LEVEL)],
		"said": [teller.said(step) for step in area["why"]],
	}


def counts(areas: Sequence[dict]) -> dict[int, int]:
	return {level: sum(row["level"] == level for row in areas) for level in LEVELS}


def search_entries(publication: Publication, lang: str) -> list[Entry]:
	"""The districts' pages."""
	_, address = pages.translator(lang), site_map.address("levels", lang)
	name = "full_name" if lang == "vi" else "full_name_en"
	areas = areas_on(publication.latest["province"]["code"], day_of(publication.latest["time"]))
	wholes = {row.parent_area for row in areas if not row.is_group}
	title = _("Epidemic level: {0}")
	return [
		Entry(title.format(row[name] or row.full_name), _("Epidemic levels"), f"{address}/{row.name}", "")
		for row in areas
		if row.name in wholes
	]


# --- the map


def map_letters(slots: Sequence[dict], newest: str) -> dict[str, dict[str, dict[str, str]]]:
	"""{"levels": {slot: {area: "1" to "4"}}}: the level in force when the slot's time had come; of the newest slot, now."""
	if not slots:
		return {"levels": {}}
	rows = sorted(slots, key=lambda slot: slot["slot_time"])
	current = {
		row.area: str(row.decided_level) for row in figures.decided(rows[0]["slot_time"], "decided_at")
	}
	coming = decided_after(rows[0]["slot_time"])
	found, place = {}, 0
	for slot in rows:
		while place < len(coming) and (
			slot["name"] == newest or coming[place].decided_at <= slot["slot_time"]
		):
			current[coming[place].area] = str(coming[place].decided_level)
			place += 1
		found[slot["name"]] = dict(current)
	return {"levels": found}


def decided_after(at: datetime) -> list[frappe._dict]:
	filters = {"workflow_state": APPROVED, "decided_at": (">", at)}
	return frappe.get_all(
		"Area Level", filters, ["area", "decided_level", "decided_at"], order_by="decided_at, name"
	)
