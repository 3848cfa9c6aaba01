"""The figures of a bulletin: what the portal publishes of the slot, frozen as plain data of whole numbers and texts."""

import frappe
from frappe.model.document import Document

from covid_portal.publishing.figures import slot_data
from covid_portal.reporting.sheets import digested_figures

OF_SLOT = ("report_type", "slot", "time", "window_start", "reporting")
OF_INDICATOR = (
	"field",
	"label",
	"label_en",
	"unit",
	"unit_en",
	"group",
	"group_label",
	"group_label_en",
	"kind",
)
OF_AREA = ("code", "name", "name_en")


def frozen(slot: Document, by_district: list[str]) -> dict:
	"""{"slot", "time", …, "reporting": counts, "province": area, "figures": [indicator with "value", "change", "total"],
	"districts": [area with "figures": {field: value}]}; a figure nobody reported is None. `by_district`: fields told for each
	district, as far as they are public."""
	data = slot_data(slot)
	province, shown = data["province"], {row["field"] for row in data["indicators"]}
	return {
		**{key: data[key] for key in OF_SLOT},
		"province": {key: province[key] for key in OF_AREA},
		"figures": [figure_row(row, province) for row in data["indicators"]],
		"districts": [
			{
				**{key: area[key] for key in OF_AREA},
				"figures": {field: area["figures"][field] for field in by_district if field in shown},
			}
			for area in data["districts"]
		],
	}


def figure_row(indicator: dict, province: dict) -> dict:
	field = indicator["field"]
	return {
		**{key: indicator[key] for key in OF_INDICATOR},
		"value": province["figures"][field],
		"change": province["change"][field],
		"total": province["totals"].get(field),
	}


def digests(slots: list[str]) -> dict[str, str]:
	"""{slot: digest of the province's figures}, running totals left out: these move with every correction of the past, and
	a bulletin tells what was known of its own slot."""
	province = frappe.get_cached_doc("Publishing Settings").province
	found = digested_figures(slots, [province])
	return {slot: row["figures_digest"] for (slot, _area), row in found.items()}


def without_totals(figures: dict) -> dict:
	"""What a new version is made for when it changes."""
	return {**figures, "figures": [{**row, "total": None} for row in figures["figures"]]}


def differences(old: dict, new: dict) -> list[dict]:
	"""Figures of the province that differ: [{"field", "label", "label_en", "old", "new"}]; None: not reported."""
	before = {row["field"]: row["value"] for row in old["figures"]}
	return [
		{
			"field": row["field"],
			"label": row["label"],
			"label_en": row["label_en"],
			"old": before.get(row["field"]),
			"new": row["value"],
		}
		for row in new["figures"]
		if before.get(row["field"]) != row["value"]
	]
