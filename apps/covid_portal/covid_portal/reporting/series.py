"""Series that outlive their areas: what was merged away goes on in its successor.

`Area.successors` are rows (area, share of the population in percent); none, or a share of 0, means all of it.
"""

import frappe

MOST_STEPS = 10  # of reorganisation one after another; more would be a circle


def areas_of_series(area: str) -> dict[str, float]:
	"""{area: share} whose figures together are the series of `area`: itself (1.0) and all that was merged into it,
	directly or by steps, each with the share of it that came along."""
	rows = frappe.db.sql(
		"""with recursive series as (
			select %(area)s as area, 1.0e0 as share, 0 as step
			union all
			select former.parent, series.share * coalesce(nullif(former.share, 0), 100) / 100, series.step + 1
			from series
			join `tabArea Successor` former on former.area = series.area and former.parenttype = 'Area'
			where series.step < %(most)s
		) select area, sum(share) from series group by area""",
		{"area": area, "most": MOST_STEPS},
	)
	return {name: min(float(share), 1.0) for name, share in rows}


def successors_of(area: str) -> dict[str, float]:
	"""{area: share} in which `area` lives on today; itself, if nothing took its place."""
	rows = frappe.db.sql(
		"""with recursive later as (
			select %(area)s as area, 1.0e0 as share, 0 as step
			union all
			select next.area, later.share * coalesce(nullif(next.share, 0), 100) / 100, later.step + 1
			from later
			join `tabArea Successor` next on next.parent = later.area and next.parenttype = 'Area'
			where later.step < %(most)s
		) select later.area, sum(later.share) from later
		where not exists (select 1 from `tabArea Successor` next where next.parent = later.area)
		group by later.area""",
		{"area": area, "most": MOST_STEPS},
	)
	return {name: float(share) for name, share in rows}
