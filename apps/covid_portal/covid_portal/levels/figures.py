"""What the reckoning is given of a slot: a row for each area, in a handful of queries whatever their number."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

import frappe
import pandas as pd
from frappe.model.document import Document
from frappe.utils import get_datetime

from covid_portal.approval.vocabulary import APPROVED
from covid_portal.levels.reckoning import IN_FORCE, PERSONS, REPORTS, Rule
from covid_portal.reporting.comparison import POPULATION, WEEK
from covid_portal.reporting.slots import COUNTED, day_of

DECIDED = ("name", "area", "proposed_level", "decided_level", "decided_at")


def areas_of(slot: Document, rules: Sequence[Rule]) -> pd.DataFrame:
	"""All that the rules ask of the slot's areas, by code; as reckoning.assess takes it."""
	report_type = frappe.get_cached_doc("Report Type", slot.report_type)
	flows = sorted({name for rule in rules for name in rule.flows})
	stocks = sorted({name for rule in rules for name in rule.stocks})
	groups = sorted({POPULATION, *(name for rule in rules for name in rule.groups)})
	table = slot_rows(slot, report_type, stocks)
	table = table.join(week_rows(slot, report_type, flows))
	table = table.join(populations(table, groups, day_of(slot.slot_time)))
	table[REPORTS] = table[REPORTS].fillna(0.0)
	table[PERSONS] = table[f"group.{POPULATION}"]
	table[IN_FORCE] = levels_in_force(get_datetime(slot.slot_time)).reindex(table.index).astype(float)
	return table


def slot_rows(slot: Document, report_type: Document, stocks: list[str]) -> pd.DataFrame:
	"""parent, area_level, is_group, full_name and now.<stock>, NaN where it was not given."""
	known = "".join(
		f", if(find_in_set('{field}', known.figures), figures.`{field}`, null)" for field in stocks
	)
	rows = frappe.db.sql(
		f"""select area.name, area.parent_area, area.level, area.is_group, area.full_name {known}
		from `tab{report_type.consolidated_type}` figures join `tabArea` area on area.name = figures.area
		left join `tabKnown Figures` known on known.name = figures.known
		where figures.slot = %s and figures.closed = 0 order by area.lft""",
		slot.name,
	)
	columns = ["area", "parent", "area_level", "is_group", "full_name", *(f"now.{field}" for field in stocks)]
	table = pd.DataFrame(list(rows), columns=columns).set_index("area")
	return table.astype({f"now.{field}": float for field in stocks})


def week_rows(slot: Document, report_type: Document, flows: list[str]) -> pd.DataFrame:
	"""week.<flow>: what came in during the 7 × 24 hours up to the slot; reports: percent of the week's slots that it is of."""
	until = get_datetime(slot.slot_time)
	slots = 7 * max(1, len(report_type.times))
	sums = "".join(f", sum(figures.`{field}` + 0e0)" for field in flows)
	rows = frappe.db.sql(
		f"""select figures.area, 100 * sum(figures.reported / greatest(figures.expected, 1)) / {slots:d} {sums}
		from `tab{report_type.consolidated_type}` figures
		where figures.slot in (select name from `tabReport Slot` where report_type = %s and state in %s
			and slot_time > %s and slot_time <= %s) and figures.closed = 0
		group by figures.area""",
		(report_type.name, COUNTED, until - WEEK, until),
	)
	columns = ["area", REPORTS, *(f"week.{field}" for field in flows)]
	return pd.DataFrame(list(rows), columns=columns).set_index("area").astype(float)


def populations(areas: pd.DataFrame, groups: list[str], day: date) -> pd.DataFrame:
	"""group.<population group>: the newest figure not after the day; of a whole without one, the sum of its parts."""
	rows = frappe.db.sql(
		"""select parent, population_group, persons from `tabArea Population`
		where parenttype = 'Area' and population_group in %s and as_of <= %s order by as_of""",
		(groups, day),
	)
	table = pd.DataFrame(list(rows), columns=["area", "group", "persons"])
	newest = table.drop_duplicates(["area", "group"], keep="last")
	wide = newest.pivot(index="area", columns="group", values="persons")
	wide = wide.reindex(index=areas.index, columns=groups).astype(float)
	for level in sorted(areas["area_level"].unique(), reverse=True):
		below = wide[areas["area_level"] == level]
		wide = wide.fillna(below.groupby(areas["parent"].reindex(below.index)).sum(min_count=1))
	return wide.add_prefix("group.")


def levels_in_force(at: datetime) -> pd.Series:
	"""{area: level decided last} by the figures of slots up to this time."""
	rows = decided(at, columns=("area", "decided_level"))
	return pd.Series({row.area: int(row.decided_level) for row in rows}, dtype=float)


def decided(
	at: datetime,
	by: Literal["slot_time", "decided_at"] = "slot_time",
	areas: Sequence[str] = (),
	columns: Sequence[str] = DECIDED,
) -> list[frappe._dict]:
	"""The last approved Area Level of each area, or of these: of slots up to this time, or of those decided by then."""
	within = "and area in %(areas)s" if areas else ""
	return frappe.db.sql(
		f"""select {", ".join(columns)} from (
			select {", ".join(DECIDED)}, row_number() over (partition by area order by decided_at desc, name desc) place
			from `tabArea Level` where workflow_state = %(approved)s and {by} <= %(at)s {within}
		) ranked where place = 1""",
		{"approved": APPROVED, "at": at, "areas": areas},
		as_dict=True,
	)


def units_in_charge(slot: str, areas: pd.DataFrame) -> dict[str, str]:
	"""{area: the unit that decides}: of a reporting area and of the district the unit right above those that report; of what
	lies around districts the one above these."""
	rows = frappe.db.sql(
		"""select owed.area, unit.parent_unit, superior.area, superior.parent_unit
		from `tabReport Obligation` owed join `tabUnit` unit on unit.name = owed.unit
		join `tabUnit` superior on superior.name = unit.parent_unit where owed.slot = %s""",
		slot,
	)
	found = {area: unit for area, unit, _whole, _above in rows}
	found |= {whole: unit for _area, unit, whole, _above in rows}
	units = {unit: above for _area, unit, _whole, above in rows}
	for area in areas.index[::-1]:
		parent = areas.at[area, "parent"]
		if area in found and parent and parent not in found:
			above = units.get(found[area])
			if above:
				found[parent] = above
	return found
