"""A draft of a rule tried on past slots: which areas would have had another level, and where they lie."""

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import cast, cint

from covid_portal.levels import figures
from covid_portal.levels.doctype.level_rule.level_rule import RuleRefused
from covid_portal.levels.reckoning import IN_FORCE, Rule, assess
from covid_portal.levels.rules import ROW_FIELDS, SETTINGS, as_rule, rule_on
from covid_portal.publishing.mapping.layout import blocks_of
from covid_portal.reporting.slots import COUNTED, day_of

MOST_SLOTS = 28
NEEDED = ("report_type", "coverage_indicator", "coverage_group")


@frappe.whitelist(methods=["POST"])
def simulate(rule: dict | str, slots: int = 14) -> dict:
	"""What a Level Rule, stored or not, would have said of the last consolidated slots beside the rule of their days.

	Returns {"slots": [{"slot", "slot_time", "assessed", "higher", "lower"}], oldest first, "areas": [{"code", "name", "before",
	"after"}] that differ in the newest one, "blocks": the tile map with "before" and "after"}. Only for those who may write
	rules. Raises as the rule itself does where it cannot stand.
	"""
	if not frappe.has_permission("Level Rule", "write"):
		frappe.throw(_("Rules are tried by those who may change them."), frappe.PermissionError)
	document = unsaved(frappe.parse_json(rule))
	draft = as_rule(document)
	names = last_slots(document.report_type, min(max(cint(slots), 1), MOST_SLOTS))
	told, found = [], pd.DataFrame(columns=["before", "after", "full_name"])
	chain: dict[str, pd.Series] = {}
	for name in names:
		slot = frappe.get_doc("Report Slot", name)
		found = compared(slot, draft, chain)
		told.append({"slot": name, "slot_time": str(slot.slot_time), **counts(found)})
	return {"slots": told, "areas": differing(found), "blocks": tiles(found, names)}


def unsaved(values: dict) -> Document:
	"""The rule as it stands in the form, as a draft; only its own fields are taken."""
	fields = ("title", "report_type", "legal_reference", "valid_from", "valid_to", *SETTINGS)
	rows = {table: [own_fields(table, row) for row in values.get(table) or []] for table in ROW_FIELDS}
	document = frappe.get_doc(doctype="Level Rule", **{field: values.get(field) for field in fields}, **rows)
	require_given(document)
	document.require_bands()
	document.require_coverage()
	document.require_modifiers()
	document.require_capacity()
	return document


def own_fields(table: str, row: dict) -> dict:
	"""Of a row as the form has it; numbers that were never typed are 0, as they will be when it is stored."""
	meta = frappe.get_meta(frappe.get_meta("Level Rule").get_field(table).options)
	return {field: cast(meta.get_field(field).fieldtype, row.get(field)) for field in ROW_FIELDS[table]}


def require_given(document: Document) -> None:
	"""What a draft may lack and no level can be reckoned without."""
	places = [(document, field) for field in NEEDED]
	places += [(row, "indicator") for row in (*document.bands, *document.modifiers)]
	missing = [_(part.meta.get_label(field)) for part, field in places if not part.get(field)]
	if missing:
		frappe.throw(
			_("To try the rule, fill in: {0}.").format(", ".join(dict.fromkeys(missing))), RuleRefused
		)


def last_slots(report_type: str, count: int) -> list[str]:
	filters = {"report_type": report_type, "state": ("in", COUNTED)}
	rows = frappe.get_all("Report Slot", filters, pluck="name", order_by="slot_time desc", limit=count)
	return rows[::-1]


def compared(slot: Document, draft: Rule, chain: dict[str, pd.Series]) -> pd.DataFrame:
	"""before, after, full_name by area. Each rule goes on from what it said itself of the slot before; the first slot from
	what was in force."""
	current = rule_on(slot.report_type, day_of(slot.slot_time))
	rules = {"after": draft, **({"before": current} if current else {})}
	areas = figures.areas_of(slot, list(rules.values()))
	found = areas[["full_name"]].assign(before=float("nan"))
	for side, rule in rules.items():
		in_force = chain[side].reindex(areas.index) if side in chain else areas[IN_FORCE]
		levels = assess(rule, areas.assign(**{IN_FORCE: in_force}))["level"]
		chain[side] = levels.fillna(in_force)
		found[side] = levels
	return found


def counts(found: pd.DataFrame) -> dict[str, int]:
	return {
		"assessed": int(found["after"].notna().sum()),
		"higher": int((found["after"] > found["before"]).sum()),
		"lower": int((found["after"] < found["before"]).sum()),
	}


def differing(found: pd.DataFrame) -> list[dict]:
	changed = found[(found["before"] != found["after"]) & (found["before"].notna() | found["after"].notna())]
	return [
		{
			"code": code,
			"name": row["full_name"],
			"before": number(row["before"]),
			"after": number(row["after"]),
		}
		for code, row in changed.iterrows()
	]


def tiles(found: pd.DataFrame, slots: list[str]) -> list[dict]:
	"""The blocks of the tile map of the province, each tile with what it was and would be."""
	province = frappe.db.get_single_value("Publishing Settings", "province")
	if found.empty or not province:
		return []
	day = day_of(frappe.db.get_value("Report Slot", slots[-1], "slot_time"))
	levels = found[["before", "after"]].to_dict("index")
	blocks = blocks_of(province, day)
	for block in blocks:
		for tile in block["tiles"]:
			of_tile = levels.get(tile["code"], {})
			tile.update({side: number(of_tile.get(side)) for side in ("before", "after")})
	return blocks


def number(level: float | None) -> int | None:
	return None if level is None or pd.isna(level) else int(level)
