"""The rows of approved reports of the past, column by column: what is the same for all is computed once.

The digests are those of approval/chain.py, over the same text; `test_history.py` holds the two against each other.
"""

import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from operator import itemgetter

import frappe
import numpy as np
import pandas as pd
from frappe import _
from frappe.utils.password import get_encryption_key

from covid_portal.approval import vocabulary as v
from covid_portal.approval.chain import CHAINED
from covid_portal.reporting import definitions
from covid_portal.reporting.loader import CHANNEL, EXPLANATION_COLUMNS, Batch, content
from covid_portal.reporting.spreadsheet.quick_writer import Columns, Rows

quoted = json.JSONEncoder(
	ensure_ascii=False
).encode  # a text as json.dumps() writes it, without asking each time how


def approved_rows(batch: Batch, file: str, with_obligations: bool) -> Rows:
	"""Rows by DocType, ready to be written; the obligations among them where the slot has none yet."""
	reason = _("Loaded from {0}").format(file)
	table = batch.table
	fields = [row.fieldname for row in batch.indicators]
	figures = table[fields].to_numpy("float64")
	given = ~np.isnan(figures)
	numbers = np.where(given, figures, 0).astype("int64")
	areas = table["area"].tolist()
	names = [f"{batch.slot.name}-{area}" for area in areas]
	owed = [batch.obligations[area] for area in areas]
	sent = sent_at(table, owed)
	answered = answered_of(fields, given)
	explanations = explanations_of(batch, table, reason)
	digests = content_digests(batch, owed, fields, given, numbers.tolist(), answered, explanations)
	reports = report_columns(batch, owed, names, sent, answered)
	return {
		batch.doctype: reports | dict(zip(fields, numbers.T.tolist(), strict=True)),
		"Report Explanation": explanation_columns(batch, names, explanations),
		"Approval Decision": decision_columns(batch, owed, names, sent, digests, reason),
		"Report Obligation": obligation_columns(batch, dict(zip(areas, sent, strict=True)))
		if with_obligations
		else {},
	}


def sent_at(table: pd.DataFrame, owed: list[dict]) -> list[datetime]:
	"""When it was sent, to the second; where the file says nothing, when it was due."""
	due = [row["due_at"] for row in owed]
	if table["submitted_at"].isna().all():
		return due
	known = pd.to_datetime(table["submitted_at"])
	return [
		moment if pd.isna(at) else at.to_pydatetime().replace(microsecond=0)
		for at, moment in zip(known, due, strict=True)
	]


def answered_of(fields: list[str], given: np.ndarray) -> list[str]:
	"""Areas answer in a handful of ways: each is written out once."""
	keys = [row.tobytes() for row in given]
	ways = {
		key: ",".join(name for name, there in zip(fields, way, strict=True) if there)
		for key, way in dict(zip(keys, given, strict=True)).items()
	}
	return [ways[key] for key in keys]


def explanations_of(batch: Batch, table: pd.DataFrame, reason: str) -> dict[int, dict[str, str]]:
	"""{row: {rule: text}} of the warnings the figures give."""
	warnings = {rule.name for rule in definitions.rules(batch.report_type.name) if rule.severity == "Warning"}
	texts = table["text"].where(table["text"].notna(), reason)
	found: dict[int, dict[str, str]] = {}
	for name, rows in batch.broken.items():
		if name in warnings:
			for position in rows.to_numpy().nonzero()[0]:
				found.setdefault(position, {})[name] = str(texts.iloc[position])
	return found


def report_columns(
	batch: Batch, owed: list[dict], names: list[str], sent: list[datetime], answered: list[str]
) -> Columns:
	units = [row["unit"] for row in owed]
	shared = {"slot": batch.slot.name, "channel": CHANNEL, "workflow_state": v.APPROVED}
	return {
		"name": names,
		"creation": sent,
		"modified": sent,
		"area": [row["area"] for row in owed],
		"area_name": [row["area_name"] for row in owed],
		"unit": units,
		"entered_by_unit": units,
		"submitted_at": sent,
		"answered": answered,
		**{column: [value] * len(names) for column, value in shared.items()},
	}


def obligation_columns(batch: Batch, sent: dict[str, datetime]) -> Columns:
	"""What was owed, as the reports leave it."""
	grace = timedelta(minutes=batch.report_type.grace_minutes or 0)
	owed = list(batch.obligations.values())
	at = [sent.get(row["area"]) for row in owed]
	return {
		**{key: [row[key] for row in owed] for key in ("name", "slot", "unit", "area", "due_at")},
		"state": ["Accepted" if moment else "Expected" for moment in at],
		"report": [
			f"{batch.slot.name}-{row['area']}" if moment else None
			for row, moment in zip(owed, at, strict=True)
		],
		"submitted_at": at,
		"accepted_at": at,
		"on_time": [
			int(moment <= row["due_at"] + grace) if moment else 0
			for row, moment in zip(owed, at, strict=True)
		],
	}


def explanation_columns(batch: Batch, names: list[str], explanations: dict[int, dict[str, str]]) -> Columns:
	rows = [
		(frappe.generate_hash(length=10), names[position], batch.doctype, "explanations", number, rule, text)
		for position, found in explanations.items()
		for number, (rule, text) in enumerate(found.items(), 1)
	]
	return dict(zip(["name", *EXPLANATION_COLUMNS], map(list, zip(*rows, strict=True)), strict=bool(rows)))


def decision_columns(
	batch: Batch, owed: list[dict], names: list[str], sent: list[datetime], digests: list[str], reason: str
) -> Columns:
	"""Named after their reports: rows that follow on each other are stored quicker than those of random names."""
	shared = {"reference_doctype": batch.doctype, "sequence": 1, "round": 1, "step": 0, "decision": v.APPROVE}
	shared |= {"from_state": v.DRAFT, "to_state": v.APPROVED, "user": frappe.session.user, "reason": reason}
	own = {
		"reference_name": names,
		"unit": [row["unit"] for row in owed],
		"decided_at": sent,
		"content_digest": digests,
	}
	return {
		"name": [f"{name}-1" for name in names],
		**own,
		"digest": decision_digests(own, shared),
		**{column: [value] * len(names) for column, value in shared.items()},
	}


# --- digests


def digest(key: bytes, text: str) -> str:
	return hmac.digest(key, text.encode(), "sha256").hex()


def decision_digests(own: dict[str, list], shared: dict) -> list[str]:
	"""As chain.decision_digest(), for all rows: the text is the same but for what is the row's own."""
	key = get_encryption_key().encode()
	fixed = {name: quoted(str(shared.get(name, ""))).replace("%", "%%") for name in CHAINED}
	text = f"[{', '.join('%s' if name in own else fixed[name] for name in CHAINED)}]"
	columns = [[quoted(str(value)) for value in own[name]] for name in CHAINED if name in own]
	return [digest(key, text % values) for values in zip(*columns, strict=True)]


def content_digests(
	batch: Batch,
	owed: list[dict],
	fields: list[str],
	given: np.ndarray,
	numbers: list[list[int]],
	answered: list[str],
	explanations: dict[int, dict[str, str]],
) -> list[str]:
	"""As chain.digest_of_content() over loader.content(), for all rows: the text is the same but for the values, so that
	its pattern is made once for each way of answering."""
	key = get_encryption_key().encode()
	patterns: dict[str, tuple[str, Callable]] = {}
	digests = []
	for position, (place, way, row) in enumerate(zip(owed, answered, numbers, strict=True)):
		if position in explanations or way not in patterns:
			values = {name: row[n] if given[position][n] else None for n, name in enumerate(fields)}
			says = content(batch, place, values, explanations.get(position, {}))
			patterns.setdefault(way, pattern(says, fields))
		text = to_json(says) if position in explanations else filled(patterns[way], row, place)
		digests.append(digest(key, text))
	return digests


def to_json(says: dict) -> str:
	return json.dumps(says, sort_keys=True, default=str, ensure_ascii=False)


def pattern(says: dict, fields: list[str]) -> tuple[str, Callable]:
	"""The JSON of a report's content with a place for each figure, area and unit, and what picks the values for them."""
	places = {name: number for number, name in enumerate([*fields, "area", "unit"])}
	keys = sorted(key for key in says if key != "explanations")
	parts = (
		(json.dumps(key), "%s" if key in places else to_json(says[key]).replace("%", "%%")) for key in keys
	)
	text = "{" + ", ".join(f"{key}: {value}" for key, value in parts) + "}"
	return text, itemgetter(*(places[key] for key in keys if key in places))


def filled(made: tuple[str, Callable], row: list[int], owed: dict) -> str:
	text, picked = made
	return text % picked([*row, quoted(owed["area"]), quoted(owed["unit"])])
