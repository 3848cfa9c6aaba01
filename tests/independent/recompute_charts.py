"""recompute_charts.py PORTAL: the figures page, worked out anew from the open data alone: every table of /en/so-lieu and of a district's page below it.

A table says by `data-chart` what it shows, its rows by `data-key` of which day, slot, area or figure they are, its columns by
`data-field` of what; compared is what readers see, the text of the cells.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from html.parser import HTMLParser

import pandas as pd
from recompute import Difference, OpenData, added, compared, number_in

PAGE = "/en/so-lieu"
WEEK = 7
COUNTS = ["expected", "reported", "provisional"]
POSITIVE, NEGATIVE = ["pcr_positive", "rapid_positive"], ["pcr_negative", "rapid_negative"]
GROUPS = {"adults": "adults", "elderly": "elderly", "teens": "teens"}


class Tables(HTMLParser):
	"""[(chart, {key of the row: {field: text of its cell}})] of a page."""

	def __init__(self, text: str) -> None:
		super().__init__()
		self.found: list[tuple[str, dict[str, dict[str, str]]]] = []
		self.fields: list[str] = []
		self.row: dict[str, str] | None = None
		self.cell: str | None = None
		self.inside = False
		self.feed(text)

	def handle_starttag(self, tag: str, attributes: list) -> None:
		given = dict(attributes)
		if tag == "table":
			self.inside, self.fields = True, []
			self.found.append((given.get("data-chart") or "", {}))
		elif not self.inside:
			return
		elif tag == "tr":
			self.row = {}
			if key := given.get("data-key"):
				self.found[-1][1][key] = self.row
		elif tag == "th" and "data-field" in given:
			self.fields.append(given["data-field"])
		elif tag == "td" and self.row is not None:
			self.cell = given.get("data-field") or self.fields[len(self.row)]
			self.row[self.cell] = ""

	def handle_endtag(self, tag: str) -> None:
		if tag == "table":
			self.inside = False
		elif tag in ("td", "tr"):
			self.cell = None

	def handle_data(self, data: str) -> None:
		if self.cell and self.row is not None:
			self.row[self.cell] += data


class Course:
	"""What one area's slots come to: those of the province are the sums of its districts'."""

	def __init__(self, data: OpenData, code: str) -> None:
		self.data, self.code = data, code
		self.is_province = code == data.province
		self.area = next(
			row for row in (data.latest["province"], *data.latest["districts"]) if row["code"] == code
		)

	@cached_property
	def slots(self) -> pd.DataFrame:
		"""A row for each slot, oldest first: counts and figures, NA where nobody gave any."""
		rows = self.data.month_rows
		if not self.is_province:
			rows = rows[rows["code"] == self.code]
		return (
			rows.groupby(["time", "slot", "day"])[[*COUNTS, *self.data.fields]].sum(min_count=1).reset_index()
		)

	@cached_property
	def days(self) -> pd.DataFrame:
		"""Flows are sums of the day's slots, stocks are those of its last; `whole`: all its slots are in."""
		groups = self.slots.groupby("day")
		stocks = {row["field"] for row in self.data.index["indicators"] if row["kind"] == "stock"}
		columns = {
			field: groups[field].nth(-1).set_axis(groups[field].size().index)
			if field in stocks
			else groups[field].sum(min_count=1)
			for field in self.data.fields
		}
		table = pd.DataFrame(columns)
		table["whole"] = groups.size() == groups.size().max()
		return table.reindex(pd.date_range(table.index[0], table.index[-1]).date)

	def known_sum(self, fields: list[str]) -> pd.Series:
		return self.days[fields].astype("Float64").sum(axis=1, min_count=1)

	def week(self, values: pd.Series) -> pd.Series:
		"""Of seven whole days with a figure each."""
		whole = self.days["whole"].eq(True)
		return values.astype("Float64").where(whole).astype(float).rolling(WEEK).sum()

	def cases(self) -> pd.DataFrame:
		return by_date(new_cases=self.days["new_cases"], mean_7=self.week(self.days["new_cases"]) / WEEK)

	def tests(self) -> pd.DataFrame:
		positive, results = self.known_sum(POSITIVE), self.known_sum([*POSITIVE, *NEGATIVE])
		share = 100 * self.week(positive) / self.week(results)
		return by_date(
			samples_taken=self.days["samples_taken"], positive=positive, results=results, positivity_7=share
		)

	def quarantine(self) -> pd.DataFrame:
		return by_date(**{field: self.days[field] for field in self.days if field.endswith("_current")})

	def beds(self) -> pd.DataFrame:
		used, there = (
			self.days[field].astype("Float64") for field in ("treatment_beds_used", "treatment_beds")
		)
		return by_date(treatment_beds_used=used, treatment_beds=there, occupancy=100 * used / there)

	def vaccination(self) -> pd.DataFrame:
		shown = [field for field in self.area["figures"] if field.split("_")[0] in GROUPS]
		people = pd.Series({field: self.now(field) for field in shown}, dtype="Float64")
		sizes = pd.Series(
			{field: self.area["population"].get(GROUPS[field.split("_")[0]]) for field in shown},
			dtype="Float64",
		)
		return pd.DataFrame({"people": people, "population": sizes, "share": 100 * people / sizes})

	def completeness(self) -> pd.DataFrame:
		table = self.slots.set_index("slot")[COUNTS].astype("Float64")
		return table.assign(share=100 * table["reported"] / table["expected"])

	def cases_by_slot(self) -> pd.DataFrame:
		return self.slots.set_index("slot")[["new_cases"]]

	def comparison(self) -> pd.DataFrame:
		"""Of the seven days to the last whole one, area beside area."""
		areas = {code: Course(self.data, code) for code in [self.data.province, *self.data.districts.index]}
		cases = {
			code: course.week(course.days["new_cases"]).dropna().iloc[-1] for code, course in areas.items()
		}
		people = {code: course.area["population"]["total"] for code, course in areas.items()}
		table = pd.DataFrame({"cases_7_days": cases, "population": people})
		return table.assign(per_100000=table["cases_7_days"] * 100_000 / table["population"])

	def figures(self) -> pd.DataFrame:
		totals = {row["field"] for row in self.data.index["indicators"] if row["total"]}
		rows = {
			field: {
				"now": self.now(field),
				"change": self.change(field),
				"total": self.slots[field].sum() if field in totals else None,
				"province": self.data.now(field),
			}
			for field in self.data.districts.columns.intersection(self.data.fields)
		}
		return pd.DataFrame(rows, dtype="Float64").T

	def districts(self) -> pd.DataFrame:
		return self.data.districts

	def now(self, field: str) -> int | None:
		return (
			self.data.now(field) if self.is_province else added(self.data.districts.loc[[self.code], field])
		)

	def change(self, field: str) -> int | None:
		if self.is_province:
			return self.data.change(field)
		before = self.data.districts_in_previous
		then = added(before.loc[[self.code], field]) if field in before else None
		now = self.now(field)
		return None if now is None or then is None else now - then


def by_date(**columns: pd.Series) -> pd.DataFrame:
	table = pd.DataFrame(columns)
	return table.set_axis([day.isoformat() for day in table.index])


CHARTS: dict[str, Callable[[Course], pd.DataFrame]] = {
	"cases": Course.cases,
	"cases-by-slot": Course.cases_by_slot,
	"tests": Course.tests,
	"quarantine": Course.quarantine,
	"beds": Course.beds,
	"vaccination": Course.vaccination,
	"comparison": Course.comparison,
	"completeness": Course.completeness,
	"figures": Course.figures,
	"districts": Course.districts,
}


def differences(data: OpenData, code: str) -> Iterator[Difference | None]:
	"""None for each figure of the area's page that agrees."""
	course = Course(data, code)
	address = PAGE if course.is_province else f"{PAGE}/{code}"
	for chart, rows in Tables(data.get(address).decode()).found:
		if chart not in CHARTS:
			yield f"{address}: a table that nobody works out: {chart}"
			continue
		if not rows:
			yield f"{address}, {chart}: no row says what it is of"
		table = CHARTS[chart](course)
		for key, cells in rows.items():
			for field, text in cells.items():
				worked_out = table.loc[key, field]
				value = None if pd.isna(worked_out) else float(worked_out)
				shown = 0.0 if text.strip() == "no change" else number_in(text)
				yield from compared(f"{address}, {chart}, {key}, {field}", shown, value)


if __name__ == "__main__":
	portal = OpenData(sys.argv[1])
	compared_all = [
		found for code in (portal.province, *portal.districts.index) for found in differences(portal, code)
	]
	wrong = [difference for difference in compared_all if difference]
	print("\n".join(wrong) or f"{len(compared_all)} figures worked out anew: all agree.")
	sys.exit(1 if wrong else 0)
