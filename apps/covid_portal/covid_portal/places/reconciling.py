"""People in quarantine sites, as the sites say and as the situation reports do: where the two differ, area by area."""

import frappe

from covid_portal.organisation.scope import scope_condition

FIGURE = "quarantine_site_current"


def compare(slot: str, only_different: bool = False) -> list[dict]:
	"""[{"area", "area_name", "level", "sites", "counted", "in_sites", "reported", "difference"}] of the user's areas that have sites or
	report people in them, wholes before their parts. `counted`: of the area's open sites, those that said a number;
	`difference` is None where one of the two is not known."""
	rows = frappe.db.sql(
		f"""select area.name as area, area.full_name as area_name, area.level, area.lft,
			coalesce(there.sites, 0) as sites, coalesce(there.counted, 0) as counted, there.in_sites,
			if(find_in_set(%(figure)s, known.figures), `tabConsolidated Report`.`{FIGURE}`, null) as reported
		from `tabConsolidated Report`
		join `tabArea` area on area.name = `tabConsolidated Report`.area
		left join `tabKnown Figures` known on known.name = `tabConsolidated Report`.known
		left join (
			select whole.name as area, count(*) as sites, count(said.name) as counted, sum(said.occupied) as in_sites
			from `tabQuarantine Site` site
			join `tabArea` own on own.name = site.area
			join `tabArea` whole on whole.lft <= own.lft and whole.rgt >= own.rgt
			left join `tabQuarantine Occupancy` said on said.site = site.name and said.slot = %(slot)s
			where site.published_at is not null and site.status != 'Closed'
			group by whole.name
		) there on there.area = area.name
		where `tabConsolidated Report`.slot = %(slot)s and {scope_condition("Consolidated Report")}
		order by area.lft""",
		{"slot": slot, "figure": FIGURE},
		as_dict=True,
	)
	compared = [with_difference(row) for row in rows if row.sites or row.reported]
	return [row for row in compared if row["difference"]] if only_different else compared


def with_difference(row: dict) -> dict:
	known = row.reported is not None and (row.in_sites is not None or not row.sites)
	in_sites = int(row.in_sites) if row.in_sites is not None else None
	difference = (in_sites or 0) - row.reported if known else None
	return {**row, "in_sites": in_sites, "difference": difference}
