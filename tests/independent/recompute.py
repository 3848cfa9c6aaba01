"""recompute.py PORTAL: works out every figure on the portal's pages anew, from its open data alone, and says which differ.

It shares nothing with the portal but the addresses in index.json. Sums of the province are those of its districts, changes
those between two slots' tables, totals and days those of the series' slots; communes must fit into their districts.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from html.parser import HTMLParser
from io import BytesIO
from urllib.request import urlopen

import pandas as pd

INDEX = "/du-lieu-mo/v1/index.json"
PAGE = "/en/"
MEAN_OF = 7
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September")
MONTHS += ("October", "November", "December")

Difference = str


class OpenData:
	"""The files of a running portal."""

	def __init__(self, portal: str) -> None:
		self.portal = portal.rstrip("/")
		self.index = self.json(INDEX)
		self.province = self.index["series"][0]["code"]
		self.base = INDEX.removesuffix("index.json")
		self.latest = self.json(f"{self.base}slots/latest.json")

	def get(self, address: str) -> bytes:
		with urlopen(self.portal + address, timeout=60) as answer:
			return answer.read()

	@cache  # noqa: B019 – lives as long as the program
	def json(self, address: str) -> dict:
		return json.loads(self.get(address))

	def table(self, address: str) -> pd.DataFrame:
		"""Figures as nullable whole numbers; codes as text."""
		table = pd.read_csv(
			BytesIO(self.get(address)), encoding="utf-8-sig", dtype={"code": str, "parent": str}
		)
		numbers = table.select_dtypes("number").columns
		return table.astype(dict.fromkeys(numbers, "Int64"))

	# --- what the figures are made of

	@cached_property
	def districts(self) -> pd.DataFrame:
		return self.districts_in(self.latest["slot"])

	def districts_in(self, slot: str) -> pd.DataFrame:
		table = self.table(f"{self.base}slots/{slot}.csv").set_index("code")
		return table.drop(index=self.province)

	@cached_property
	def month_rows(self) -> pd.DataFrame:
		"""A row for each published slot of each district, of all months together."""
		parts = [
			self.table(month["csv"])
			for area in self.index["series"][1:]
			for month in self.json(area["json"])["months"]
		]
		rows = pd.concat(parts, ignore_index=True)
		return rows.assign(day=[day_of(time) for time in rows["time"]])

	@cached_property
	def fields(self) -> list[str]:
		return [row["field"] for row in self.index["indicators"] if row["field"] in self.month_rows]

	@cached_property
	def slots(self) -> pd.DataFrame:
		"""A row for each published slot of the province, oldest first."""
		return self.month_rows.groupby(["time", "slot", "day"])[self.fields].sum(min_count=1).reset_index()

	@cached_property
	def communes(self) -> dict:
		return self.json(f"{self.base}communes/latest.json")

	# --- figures

	def now(self, field: str) -> int | None:
		return added(self.districts[field])

	def change(self, field: str) -> int | None:
		previous = self.latest["previous_slot"]
		before = self.districts_in_previous.get(field) if previous else None
		then, now = (added(before) if before is not None else None), self.now(field)
		return None if now is None or then is None else now - then

	@cached_property
	def districts_in_previous(self) -> pd.DataFrame:
		return self.districts_in(self.latest["previous_slot"])

	def total(self, field: str) -> int:
		return int(self.slots[field].sum())

	def share(self, part: int | None, whole: int | None) -> float | None:
		return None if part is None or not whole else 100 * part / whole

	def days(self) -> pd.DataFrame:
		"""New cases of each day, and the mean of seven whole days."""
		by_day = self.slots.groupby("day")["new_cases"]
		table = pd.DataFrame({"cases": by_day.sum(), "slots": by_day.size()})
		table["whole"] = table["slots"] == table["slots"].max()
		table["mean"] = table["cases"].astype(float).where(table["whole"]).rolling(MEAN_OF).mean().round(1)
		return table


def day_of(time: str) -> date:
	"""A slot at midnight is of the day it ends."""
	at = pd.Timestamp(time).tz_localize(None)
	return (at - pd.Timedelta(seconds=1)).date()


def added(figures: pd.Series) -> int | None:
	total = figures.sum(min_count=1)
	return None if pd.isna(total) else int(total)


# --- the page


class Page(HTMLParser):
	"""The tables of a page as rows of texts, and the texts of elements by their class."""

	def __init__(self, text: str) -> None:
		super().__init__()
		self.tables: list[list[list[str]]] = []
		self.marked: dict[str, list[str]] = {}
		self.open: list[tuple[str, str]] = []
		self.cell: list[str] | None = None
		self.feed(text)

	def handle_starttag(self, tag: str, attributes: list) -> None:
		if tag in ("meta", "link", "img", "br", "line", "rect", "input"):
			return
		self.open.append((tag, dict(attributes).get("class") or ""))
		if tag == "table":
			self.tables.append([])
		elif tag == "tr":
			self.tables[-1].append([])
		elif tag in ("td", "th"):
			self.tables[-1][-1].append("")

	def handle_endtag(self, tag: str) -> None:
		while self.open and self.open.pop()[0] != tag:
			pass

	def handle_data(self, data: str) -> None:
		inside = [tag for tag, _name in self.open]
		if "small" not in inside and {"td", "th"} & set(inside):
			self.tables[-1][-1][-1] += data
		for _tag, name in self.open:
			if name:
				self.marked.setdefault(name, []).append(data.strip())


def number_in(text: str) -> float | None:
	"""1,110 → 1110, −31 → −31, "–not reported" → None."""
	found = re.search(r"[+\u2212]?\d[\d,]*(\.\d+)?", text)
	if not found:
		return None
	return float(found[0].replace(",", "").replace("\u2212", "-"))


def numbers_in(texts: list[str]) -> list[float | None]:
	return [number_in(text) for text in texts]


# --- comparing


def compared(what: str, shown: float | None, worked_out: float | None) -> Iterator[Difference | None]:
	"""None for a figure that agrees: what was compared is counted."""
	same = shown == worked_out or (None not in (shown, worked_out) and abs(shown - worked_out) < 0.051)
	yield None if same else f"{what}: shown {shown}, worked out {worked_out}"


def all_figures(rows: list[list[str]], data: OpenData) -> Iterator[Difference | None]:
	fields = {row["label_en"]: row for row in data.latest["indicators"]}
	for label, *shown in rows:
		if not shown:
			continue  # the name of a group
		field = fields[label]["field"]
		now, change, total = numbers_in(shown)
		yield from compared(f"{label}, this slot", now, data.now(field))
		yield from compared(f"{label}, change", change, data.change(field))
		has_total = any(row["field"] == field and row["total"] for row in data.index["indicators"])
		yield from compared(f"{label}, total", total, data.total(field) if has_total else None)


def by_district(rows: list[list[str]], data: OpenData) -> Iterator[Difference | None]:
	fields = ("new_cases", "community_cases", "under_treatment", "quarantine_site_current")
	*districts, province = rows
	for place, (name, *shown) in enumerate(districts):
		row = data.districts.iloc[place]
		for field, figure in zip(fields, numbers_in(shown), strict=False):
			yield from compared(f"{name}, {field}", figure, None if pd.isna(row[field]) else int(row[field]))
		yield from k_of_n(name, shown[-1], row["reported"], row["expected"])
	name, *shown = province
	for field, figure in zip(fields, numbers_in(shown), strict=False):
		yield from compared(f"{name}, {field}", figure, data.now(field))
	yield from k_of_n(name, shown[-1], data.districts["reported"].sum(), data.districts["expected"].sum())


def k_of_n(name: str, shown: str, reported: int, expected: int) -> Iterator[Difference | None]:
	first, second = shown.split("/")
	yield from compared(f"{name}, reported", number_in(first), int(reported))
	yield from compared(f"{name}, expected", number_in(second), int(expected))


def by_day(rows: list[list[str]], data: OpenData) -> Iterator[Difference | None]:
	days = data.days()
	for label, cases, mean in rows:
		day, month, year = label.split()
		row = days.loc[date(int(year), MONTHS.index(month) + 1, int(day))]
		yield from compared(f"{label}, new cases", number_in(cases), int(row["cases"]))
		yield from compared(
			f"{label}, mean", number_in(mean), None if pd.isna(row["mean"]) else float(row["mean"])
		)


# The tables of the pages by their heads: a table that is not here is a difference itself.
TABLES = {
	("Indicator", "This slot", "Change", "Total"): all_figures,
	("District", "New", "Community", "Treated", "Quarantine", "Reported"): by_district,
	("Day", "New cases", "Mean of 7 days"): by_day,
}


def headlines(page: Page, data: OpenData) -> Iterator[Difference | None]:
	"""The four large figures with their changes and notes, in the order of the page."""
	adults = data.latest["province"]["population"].get("adults")
	one, two = data.now("adults_one_dose"), data.now("adults_two_doses")
	shares = [data.share(count, adults) for count in (one, two)]
	beds = data.share(data.now("treatment_beds_used"), data.now("treatment_beds"))
	fields = ("new_cases", "under_treatment", "quarantine_site_current", "adults_one_dose")
	values = [data.now(field) for field in fields[:3]] + [one if shares[0] is None else round(shares[0], 1)]
	notes = [
		[data.now("community_cases"), data.now("quarantine_cases")],
		[data.now("severe_cases"), None if beds is None else round(beds)],
		[data.now("quarantine_site_new"), data.now("quarantine_site_ended")],
		[two if shares[1] is None else round(shares[1], 1)],
	]
	for place, field in enumerate(fields):
		yield from compared(
			f"headline {field}", number_in(page.marked["headline-value"][place]), values[place]
		)
		change = number_in(page.marked["headline-change"][place])
		yield from compared(f"headline {field}, change", change, data.change(field))
		shown = numbers_in(re.split("·|:", page.marked["headline-note"][place])[-len(notes[place]) :])
		for figure, worked_out in zip(shown, notes[place], strict=True):
			yield from compared(f"headline {field}, note", figure, worked_out)


def completeness(page: Page, data: OpenData) -> Iterator[Difference | None]:
	counts = data.districts[["reported", "expected", "provisional", "carried"]].sum()
	shown = [
		float(found)
		for text in page.marked["asof"]
		for found in re.findall(r"(?<![\d:])\d+(?= of| comm)", text)
	]
	wanted = [counts["reported"], counts["expected"]]
	wanted += [counts[name] for name in ("provisional", "carried") if counts[name]]
	yield from compared("counts above the page", len(shown), len(wanted))
	for figure, worked_out in zip(shown, wanted, strict=False):
		yield from compared("reported, expected, provisional, carried", figure, int(worked_out))


def communes_in_districts(data: OpenData) -> Iterator[Difference | None]:
	"""What communes are said to have leaves room for what their district has, and none where all is said exactly."""
	communes = pd.DataFrame(data.communes["communes"])
	silent = communes["state"] == "withheld"
	for field, column in data.communes["figures"].items():
		ends = {end: [end_of(cell, end) for cell in column] for end in ("from", "to")}
		table = communes.assign(least=ends["from"], most=ends["to"]).astype({"least": float, "most": float})
		table.loc[silent, ["least", "most"]] = [0, float("inf")]
		sums = table.groupby("parent")[["least", "most"]].sum()
		for code, row in sums.iterrows():
			whole = data.districts.loc[code, field]
			fits = row["least"] <= (0 if pd.isna(whole) else whole) <= row["most"]
			yield None if fits else f"{code}, {field}: {whole} is not in {row['least']}–{row['most']}"


def end_of(cell: int | dict | None, end: str) -> float:
	if isinstance(cell, dict):
		return float("inf") if cell[end] is None else cell[end]
	return cell or 0


def tables_say_what_json_says(data: OpenData) -> Iterator[Difference | None]:
	text = data.get(f"{data.base}communes/latest.csv").decode("utf-8-sig")
	rows = list(csv.DictReader(text.splitlines()))
	for field, column in data.communes["figures"].items():
		for place, cell in enumerate(column):
			shown = [rows[place][name] for name in (field, f"{field}_from", f"{field}_to")]
			ends = [cell["from"], cell["to"]] if isinstance(cell, dict) else [cell, cell]
			exact = None if isinstance(cell, dict) else cell
			said = ["" if value is None else str(value) for value in (exact, *ends)]
			yield None if shown == said else f"{rows[place]['code']}, {field}: {shown} and {said}"


def differences(portal: str) -> tuple[int, list[Difference]]:
	"""(figures compared, those that differ)."""
	data = OpenData(portal)
	page = Page(data.get(PAGE).decode())
	found = [*completeness(page, data), *headlines(page, data)]
	for table in page.tables:
		head, *rows = table
		check = TABLES.get(tuple(text.strip() for text in head))
		rows = [[text.strip() for text in row] for row in rows]
		found += check(rows, data) if check else [f"a table that nobody works out: {head}"]
	found += [*communes_in_districts(data), *tables_say_what_json_says(data)]
	return len(found), [difference for difference in found if difference]


if __name__ == "__main__":
	count, wrong = differences(sys.argv[1])
	print("\n".join(wrong) or f"{count} figures worked out anew: all agree.")
	sys.exit(1 if wrong else 0)
