"""Completeness and timeliness: two figures, never one.

Completeness is reported / expected, timeliness is reported in time / expected. Expected is every obligation but the
excused ones; reported is what stands with a superior or is accepted (a report that was returned, withdrawn or refused is
not there); in time is what was reported by its cut-off, judged by the first sending. What no rule excuses and nobody sent
counts against both.

One statement each, from an index alone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
from frappe import _
from frappe.utils import add_months, get_first_day, getdate, now_datetime

from covid_portal.organisation.scope import EVERYTHING, scope_condition
from covid_portal.reporting import definitions
from covid_portal.reporting.slots import DAY

DOCTYPE = "Situation Report"
REPORTED = ("Submitted", "Accepted")
# What rows are by -> (its expression, what the expression is made of, in the sum by obligation)
BY = {
	"area": ("member.whole", None),
	"unit": ("part.unit", "owed.unit"),
	"slot": ("part.slot", "owed.slot"),
	"day": ("part.day", DAY),
	"month": ("part.month", f"date_format({DAY}, '%%Y-%%m')"),
}


class UnknownPeriod(frappe.ValidationError):
	"""Not a day, a month or a slot."""


@dataclass(frozen=True)
class Period:
	"""Slots whose time lies after `first`, up to and at `until`: a slot at midnight is of the day that it ends."""

	first: datetime
	until: datetime

	@classmethod
	def of_month(cls, month: str) -> "Period":
		"""'2021-11'"""
		try:
			first = datetime.strptime(month, "%Y-%m")
			next_month = get_first_day(add_months(first, 1))
		except (TypeError, ValueError, OverflowError):
			frappe.throw(_("{0} is no month; one is written 2021-11.").format(month), UnknownPeriod)
		return cls(first, datetime.combine(next_month, datetime.min.time()))

	@classmethod
	def of_day(cls, day: str | date) -> "Period":
		try:
			first = datetime.combine(getdate(day), datetime.min.time())
			return cls(first, first + timedelta(days=1))
		except Exception:
			frappe.clear_messages()
			frappe.throw(_("{0} is no day; one is written 2021-11-20.").format(day), UnknownPeriod)

	@classmethod
	def of_slot(cls, slot: str) -> "Period":
		at = frappe.db.get_value("Report Slot", slot, "slot_time")
		if not at:
			frappe.throw(_("There is no report slot {0}.").format(slot), UnknownPeriod)
		return cls(at - timedelta(seconds=1), at)


def rates(
	report_type: str,
	period: Period,
	by: tuple[str, ...] = ("area",),
	within: str | None = None,
	area_level: int | None = None,
	scope: str = EVERYTHING,
	now: datetime | None = None,
) -> list[frappe._dict]:
	"""Rows of the keys in `by` (of area, unit, slot, day, month), expected, excused, reported, on_time, completeness,
	timeliness (shares, None where nothing was expected), ordered by the keys.

	`within`: only obligations in this area. `area_level`: the areas that rows are by; `within` itself if None, else the
	whole province. Slots whose time has not come are left out. `scope`: condition on `tabReport Obligation`.
	"""
	# straight_join: from the period's slots to their obligations, never from an area to all it ever owed.
	keys = ", ".join(f"{BY[key][0]} as `{key}`" for key in by)
	rows = frappe.db.sql(
		f"""select straight_join {keys}{", member.whole_name as area_name" if "area" in by else ""},
			sum(part.owed) - sum(part.excused) as expected, sum(part.excused) as excused,
			sum(part.reported) as reported, sum(part.on_time) as on_time
		from (
			select {parts_sql(by)}
			from `tabReport Slot` slot
			join `tabReport Obligation` owed on owed.slot = slot.name
			where slot.report_type = %(report_type)s and slot.slot_time > %(first)s
				and slot.slot_time <= %(until)s and slot.slot_time <= %(now)s
				and {scope.replace("`tabReport Obligation`", "owed")}
			{part_groups_sql(by)}
		) part
		join ({members_sql(within, area_level)}) member on member.area = part.area
		group by {", ".join(BY[key][0] for key in by)}
		order by {", ".join(BY[key][0] for key in by)}""",
		{
			"report_type": report_type,
			"first": period.first,
			"until": period.until,
			"now": now or now_datetime(),
			"reported": REPORTED,
			"within": within,
			"level": area_level,
		},
		as_dict=True,
	)
	return [with_shares(row) for row in rows]


def parts_sql(by: tuple[str, ...]) -> str:
	"""Columns of what is summed: sums by area where these are few, else the obligations as they are, because a table of
	sums by area and slot would be as long as they, and written first."""
	summed = "sum({})" if is_summed_first(by) else "{}"
	columns = {
		"owed": "1",
		"excused": "owed.state = 'Excused'",
		"reported": "owed.state in %(reported)s",
		"on_time": "owed.state in %(reported)s and owed.on_time = 1",
	}
	keys = [f"{BY[key][1]} as `{key}`" for key in by if BY[key][1]]
	return ", ".join(
		["owed.area", *keys, *(f"{summed.format(sql)} as {name}" for name, sql in columns.items())]
	)


def part_groups_sql(by: tuple[str, ...]) -> str:
	keys = "".join(f", `{key}`" for key in by if BY[key][1])
	return f"group by owed.area{keys}" if is_summed_first(by) else ""


def is_summed_first(by: tuple[str, ...]) -> bool:
	return not {"slot", "day"} & set(by)


def members_sql(within: str | None, area_level: int | None) -> str:
	"""SQL for (area, whole, whole_name): which areas are summed into which. `distinct` has it made once and looked up by
	key; joined to the tree directly, every row of the sums would be compared with every area."""
	if area_level is not None:
		wanted = "whole.level = %(level)s"
	else:
		wanted = "whole.name = %(within)s" if within else "whole.parent_area is null"
	inside = (
		"join `tabArea` top on top.name = %(within)s and area.lft between top.lft and top.rgt"
		if within
		else ""
	)
	return f"""select distinct area.name as area, whole.name as whole, whole.full_name as whole_name
		from `tabArea` whole join `tabArea` area on area.lft between whole.lft and whole.rgt {inside}
		where {wanted}"""


def with_shares(row: frappe._dict) -> frappe._dict:
	for count in ("expected", "excused", "reported", "on_time"):
		row[count] = int(row[count])
	row.completeness = row.reported / row.expected if row.expected else None
	row.timeliness = row.on_time / row.expected if row.expected else None
	return row


@frappe.whitelist(methods=["GET"])
def get(
	month: str | None = None,
	day: str | None = None,
	slot: str | None = None,
	area: str | None = None,
	area_level: int | None = None,
	by: str = "area",
) -> list[dict]:
	"""Completeness and timeliness of one month, day or slot, as rates() gives them, of what the user may see.

	`by`: one or more of area, unit, slot, day, month, with commas between.
	"""
	require_reader()
	return rates(
		definitions.report_type_of(DOCTYPE).name,
		period_of(month, day, slot),
		by=keys_of(by),
		within=area,
		area_level=area_level,
		scope=scope_condition("Report Obligation"),
	)


def require_reader() -> None:
	if not frappe.has_permission("Report Obligation", "read"):
		frappe.throw(_("You look after no reports."), frappe.PermissionError)


def period_of(month: str | None, day: str | None, slot: str | None) -> Period:
	if sum(map(bool, (month, day, slot))) != 1:
		frappe.throw(_("Give one of month, day and slot."), UnknownPeriod)
	if month:
		return Period.of_month(month)
	return Period.of_day(day) if day else Period.of_slot(slot)


def keys_of(by: str) -> tuple[str, ...]:
	keys = tuple(dict.fromkeys(part.strip() for part in by.split(",")))
	if unknown := [key for key in keys if key not in BY]:
		frappe.throw(_("Rows are by area, unit, slot, day or month, not by {0}.").format(unknown[0]))
	return keys
