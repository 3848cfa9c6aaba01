"""What each chart says, as plain values from its rows; the page makes a sentence of them. None: there is nothing to say yet."""

from collections.abc import Sequence

from covid_portal.publishing.figures_page.data import BEDS, BEDS_USED, QUARANTINE, WEEK, Row


def cases(rows: Sequence[Row]) -> dict | None:
	"""How many cases the last whole week had, and the week before."""
	return newest_and_a_week_before(rows, "mean_7")


def newest_and_a_week_before(rows: Sequence[Row], field: str) -> dict | None:
	"""{"date", "value", "before_date", "before"}: the last known value, and that of seven days before where it is known."""
	known = {row["date"]: row for row in rows if row[field] is not None}
	if not known:
		return None
	date = max(known)
	at = next(i for i, row in enumerate(rows) if row["date"] == date)
	before = rows[at - WEEK] if at >= WEEK else None
	return {
		"date": date,
		"value": known[date][field],
		"before_date": before["date"] if before else None,
		"before": before[field] if before else None,
		"row": known[date],
	}


def tests(rows: Sequence[Row]) -> dict | None:
	return newest_and_a_week_before(rows, "positivity_7")


def quarantine(rows: Sequence[Row]) -> dict | None:
	"""The people in all kinds of quarantine that are known, and the parts."""
	summed = [{**row, "sum": known_sum(row, QUARANTINE)} for row in rows]
	return newest_and_a_week_before(summed, "sum")


def known_sum(row: Row, fields: Sequence[str]) -> int | None:
	known = [row[field] for field in fields if row.get(field) is not None]
	return sum(known) if known else None


def beds(rows: Sequence[Row]) -> dict | None:
	found = newest_and_a_week_before(rows, "occupancy")
	return found and {**found, "used": found["row"][BEDS_USED], "beds": found["row"][BEDS]}


def vaccination(rows: Sequence[Row]) -> dict | None:
	"""The groups' shares that are known, in their order."""
	known = [row for row in rows if row["share"] is not None]
	return {"rows": known} if known else None


def comparison(rows: Sequence[Row], own: str, province: str) -> dict | None:
	"""The highest of the areas below the province, or the place of the page's own among them; the province beside it."""
	ranked = [row for row in rows if row["code"] != province and row["per_100000"] is not None]
	if not ranked:
		return None
	shown = next((row for row in ranked if row["code"] == own), None if own != province else ranked[0])
	if not shown:
		return None
	whole = next(row for row in rows if row["code"] == province)
	higher = sum(row["per_100000"] > shown["per_100000"] for row in ranked)
	return {"row": shown, "place": higher + 1, "of": len(ranked), "whole": whole["per_100000"]}


def completeness(rows: Sequence[Row]) -> dict | None:
	"""The newest slot, and all slots shown together."""
	expected = sum(row["expected"] for row in rows)
	if not expected:
		return None
	reported = sum(row["reported"] for row in rows)
	return {
		"newest": rows[-1],
		"slots": len(rows),
		"share": 100 * reported / expected,
		"complete": sum(row["reported"] >= row["expected"] for row in rows),
	}
