"""Loads the demo fortnight into a site: slots, population, reports, consolidation, publication; the last slot is open."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import perf_counter

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.vocabulary import APPROVE, RETURN, SUBMIT
from covid_portal.demo import epidemic, places, population
from covid_portal.demo.accounts import reporter_areas
from covid_portal.demo.origins import insert_levels
from covid_portal.organisation.writers import insert_rows
from covid_portal.publishing.snapshot import publish_slots
from covid_portal.reporting import clock, definitions, loader, slots
from covid_portal.reporting.obligations import create_obligations

DOCTYPE = "Situation Report"
SOURCE = "Số liệu minh họa, không phải số liệu thống kê"
NOTICE = "Trang chạy thử: mọi số liệu ở đây do máy tạo ra để minh họa, không phải số liệu thật."
NOTICE_EN = "Trial site: every figure here is made up by a model, none is real."
GROUPS = ("total", "adults", "elderly", "people_50", "teens")


class DemoRefused(frappe.ValidationError):
	"""The site is not one to be filled with made-up figures."""


def load(days: int, seed: int, now: datetime | None = None) -> Iterator[str]:
	"""Fill the site; yields a line per step for the terminal. Commits at the end, all or nothing."""
	if frappe.db.count(DOCTYPE):
		yield _("The site has reports already; nothing was done.")
		return
	started, now = perf_counter(), now or now_datetime()
	report_type = definitions.report_type_of(DOCTYPE)
	areas = area_table()
	require_pack(areas)
	frappe.get_doc("Publishing Settings").update({"notice": NOTICE, "notice_en": NOTICE_EN}).save()
	insert_population(areas, seed, now)
	insert_levels(seed, now.date())
	times = slot_times(report_type, days, now)
	names = make_slots(report_type, times)
	table = reports(areas, times, seed, report_type, now)
	yield _("{0} slots made, {1} reports drawn up").format(len(times), len(table))
	for name, time in zip(names, times, strict=True):
		rows = table[table["slot_time"] == time]
		loader.load_slot(name, rows, consolidated=time != times[-1])
	settle(report_type, names, now)
	count = places.load(names[:-1], now)
	yield _("{0} illustrative places made").format(count)
	publish_slots(names[:-1])
	frappe.db.commit()
	yield _("{0} reports loaded in {1} s; the slot {2} is open").format(
		len(table), round(perf_counter() - started, 1), names[-1]
	)


def require_pack(areas: pd.DataFrame) -> None:
	if areas.empty:
		raise DemoRefused(_("The site has no areas yet: load a province pack first."))


def area_table() -> pd.DataFrame:
	fields = ["name as code", "parent_area as parent", "kind", "level", "latitude", "longitude"]
	return pd.DataFrame([dict(row) for row in frappe.get_all("Area", fields=fields, order_by="lft")])


# --- population


def insert_population(areas: pd.DataFrame, seed: int, now: datetime) -> None:
	persons = population.synthetic(areas, seed)
	rows = with_sums_above(persons, areas)
	as_of = (now - timedelta(days=365)).date()
	columns = [
		"name",
		"parent",
		"parenttype",
		"parentfield",
		"idx",
		"population_group",
		"persons",
		"as_of",
		"source",
	]
	insert_rows(
		"Area Population",
		columns,
		(
			[
				loader.new_name(),
				row.area,
				"Area",
				"populations",
				GROUPS.index(row.population_group) + 1,
				row.population_group,
				int(row.persons),
				as_of,
				SOURCE,
			]
			for row in rows.itertuples()
		),
	)


def with_sums_above(persons: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
	"""The communes' figures with the sums of every area that contains them."""
	parent_of = areas.set_index("code")["parent"]
	levels, current = [persons], persons
	while True:
		current = current.assign(area=current["area"].map(parent_of)).dropna(subset="area")
		if current.empty:
			return pd.concat(levels, ignore_index=True)
		current = current.groupby(["area", "population_group"], as_index=False)["persons"].sum()
		levels.append(current)


# --- slots


def slot_times(report_type: Document, days: int, now: datetime) -> list[datetime]:
	"""Times of the slots of so many days, the newest being the one whose window runs now."""
	until = slots.slot_times(report_type, now, now + timedelta(days=1))[0]
	return slots.slot_times(report_type, until - timedelta(days=days, minutes=1), until)


def make_slots(report_type: Document, times: list[datetime]) -> list[str]:
	rows = [slots.new_slot(report_type, time) for time in times]
	names = [row["name"] for row in rows]
	clock.insert_slots(rows, first=True)
	for name in names:
		create_obligations(frappe.get_doc("Report Slot", name), report_type)
	return names


def settle(report_type: Document, names: list[str], now: datetime) -> None:
	"""Past slots are published, and locked where their time has come; the last one runs."""
	frappe.db.sql(
		"""update `tabReport Slot` set version = 1, published_by = %(user)s,
			consolidated_at = slot_time, published_at = date_add(slot_time, interval 5 minute),
			state = if(locks_at <= %(now)s, 'Locked', 'Published')
		where name in %(past)s""",
		{"user": frappe.session.user, "now": now, "past": names[:-1]},
	)
	frappe.db.sql("update `tabReport Slot` set state = 'Open' where name = %s", names[-1])
	# Slots that the clock made before the demo follow on.
	frappe.db.sql(
		"update `tabReport Slot` set previous_slot = %s where previous_slot is null and name = %s",
		(names[-2], names[-1]),
	)
	clock.make_slots(report_type, now)


# --- reports


def reports(
	areas: pd.DataFrame, times: list[datetime], seed: int, report_type: Document, now: datetime
) -> pd.DataFrame:
	"""One row per report that was begun, as the loader takes it."""
	opened = slots.new_slot(report_type, times[-1])["opens_at"]
	table = epidemic.simulate(
		commune_table(areas),
		times,
		seed,
		cut_off_minutes=cut_off_minutes(report_type),
		open_window=(opened, now),
	)
	table = leave_out(table[table["outcome"] != "missing"], times)
	return table.assign(events=[events(row) for row in table.to_dict("records")])


def cut_off_minutes(report_type: Document) -> int:
	return max((row.minutes_before for row in report_type.cutoffs), default=0)


def leave_out(table: pd.DataFrame, times: list[datetime]) -> pd.DataFrame:
	"""Areas of demo accounts that have not begun the open slot's report owe that of the slot before too: a visitor can
	send it late, and see the published figures move."""
	begun = set(table.loc[table["slot_time"] == times[-1], "area"])
	toured = [area for area in reporter_areas() if area not in begun]
	return table[~((table["slot_time"] == times[-2]) & table["area"].isin(toured))]


def commune_table(areas: pd.DataFrame) -> pd.DataFrame:
	persons = pd.DataFrame(
		[
			dict(row)
			for row in frappe.get_all(
				"Area Population", fields=["parent as code", "population_group", "persons"]
			)
		]
	)
	wide = persons.pivot_table(index="code", columns="population_group", values="persons").reset_index()
	districts = areas.set_index("code")[["latitude", "longitude"]].add_prefix("district_")
	communes = areas[areas["level"] == areas["level"].max()].rename(columns={"parent": "district"})
	joined = communes.merge(wide, on="code").join(districts, on="district")
	columns = [
		"code",
		"district",
		"district_latitude",
		"district_longitude",
		"kind",
		"total",
		"adults",
		"elderly",
		"teens",
	]
	return joined[columns].sort_values("code", ignore_index=True)


def events(row: dict) -> list[dict]:
	"""What happened to the report, as decisions in their order."""
	if row["outcome"] == "draft":
		return []
	found = [event(SUBMIT, row["first_submitted_at"])]
	if not pd.isna(row["returned_at"]):
		found.append(event(RETURN, row["returned_at"], row["return_reason"]))
	if row["outcome"] == "returned":
		return found
	if row["returned_once"]:
		found.append(event(SUBMIT, row["submitted_at"]))
	if row["outcome"] in ("accepted", "provisional"):
		found.append(event(APPROVE, row["decided_at"]))
	if row["outcome"] == "accepted":
		found.append(event(APPROVE, row["approved_at"]))
	return found


def event(decision: str, at: pd.Timestamp, reason: str | None = None) -> dict:
	return {"decision": decision, "at": at.to_pydatetime().replace(microsecond=0), "reason": reason or None}
