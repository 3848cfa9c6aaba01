"""The rows of approved reports of the past, column by column: what is the same for all is computed once.

The digests are those of approval/chain.py, over the same text; `test_history.py` holds the two against each other.
"""

import hmac
import json
from collections.abc import Callable
from datetime import datetime
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
from covid_portal.reporting.obligations import is_on_time
from covid_portal.reporting.spreadsheet.quick_writer import Rows


def approved_rows(batch: Batch, file: str, with_obligations: bool) -> Rows:
	"""Rows by DocType, ready to be written; the obligations among them where the slot has none yet."""
	reason = _("Loaded from {0}").format(file)
	table = batch.table.reset_index(drop=True)
	fields = [row.fieldname for row in batch.indicators]
	names = batch.slot.name + "-" + table["area"]
	sent = sent_at(batch, table)
	given = table[fields].notna().to_numpy()
	answered = answered_of(fields, given)
	explanations = explanations_of(batch, table, reason)
	digests = content_digests(batch, table, fields, given, answered, explanations)
	values = table[fields].fillna(0).astype("int64")
	reports = report_columns(batch, table, names, sent, answered)
	return {
		batch.doctype: pd.concat([reports, values], axis=1),
		"Report Explanation": explanation_rows(batch, names, explanations),
		"Approval Decision": decision_rows(batch, table, names, sent, digests, reason),
		"Report Obligation": obligation_rows(batch, table, sent) if with_obligations else pd.DataFrame(),
	}


def sent_at(batch: Batch, table: pd.DataFrame) -> list[datetime]:
	"""When it was sent, to the second; where the file says nothing, when it was due."""
	due = [batch.obligations[area]["due_at"] for area in table["area"]]
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
	batch: Batch, table: pd.DataFrame, names: pd.Series, sent: list[datetime], answered: list[str]
) -> pd.DataFrame:
	owed = [batch.obligations[area] for area in table["area"]]
	units = [row["unit"] for row in owed]
	return pd.DataFrame(
		{
			"name": names,
			"creation": sent,
			"modified": sent,
			"slot": batch.slot.name,
			"area": table["area"],
			"area_name": [row["area_name"] for row in owed],
			"unit": units,
			"entered_by_unit": units,
			"channel": CHANNEL,
			"submitted_at": sent,
			"incomplete": 0,
			"workflow_state": v.APPROVED,
			"approval_step": 0,
			"answered": answered,
		}
	)


def obligation_rows(batch: Batch, table: pd.DataFrame, sent: list[datetime]) -> pd.DataFrame:
	"""What was owed, as the reports leave it."""
	sent = dict(zip(table["area"], sent, strict=True))
	grace = batch.report_type.grace_minutes
	rows = [
		{
			**{key: owed[key] for key in ("name", "slot", "unit", "area", "due_at")},
			"state": "Accepted" if at else "Expected",
			"report": f"{batch.slot.name}-{owed['area']}" if at else None,
			"submitted_at": at,
			"accepted_at": at,
			"on_time": is_on_time(at, owed["due_at"], grace) if at else 0,
		}
		for owed in batch.obligations.values()
		for at in [sent.get(owed["area"])]
	]
	return pd.DataFrame(rows)


def explanation_rows(batch: Batch, names: pd.Series, explanations: dict[int, dict[str, str]]) -> pd.DataFrame:
	rows = [
		(frappe.generate_hash(length=10), names[position], batch.doctype, "explanations", number, rule, text)
		for position, found in explanations.items()
		for number, (rule, text) in enumerate(found.items(), 1)
	]
	return pd.DataFrame(rows, columns=["name", *EXPLANATION_COLUMNS])


def decision_rows(
	batch: Batch, table: pd.DataFrame, names: pd.Series, sent: list[datetime], digests: list[str], reason: str
) -> pd.DataFrame:
	"""Named after their reports: rows that follow on each other are stored quicker than those of random names."""
	units = [batch.obligations[area]["unit"] for area in table["area"]]
	shared = {"reference_doctype": batch.doctype, "sequence": 1, "round": 1, "step": 0, "decision": v.APPROVE}
	shared |= {"from_state": v.DRAFT, "to_state": v.APPROVED, "user": frappe.session.user, "reason": reason}
	own = {"reference_name": names.tolist(), "unit": units, "decided_at": sent, "content_digest": digests}
	rows = pd.DataFrame({"name": names + "-1", **own, **shared})
	return rows.assign(digest=decision_digests(own, shared))


# --- digests


def digest(key: bytes, text: str) -> str:
	return hmac.digest(key, text.encode(), "sha256").hex()


def decision_digests(own: dict[str, list], shared: dict) -> list[str]:
	"""As chain.decision_digest(), for all rows: the text is the same but for what is the row's own."""
	key = get_encryption_key().encode()
	fixed = {name: to_json(str(shared.get(name, ""))).replace("%", "%%") for name in CHAINED}
	text = f"[{', '.join('%s' if name in own else fixed[name] for name in CHAINED)}]"
	columns = [[to_json(str(value)) for value in own[name]] for name in CHAINED if name in own]
	return [digest(key, text % values) for values in zip(*columns, strict=True)]


def content_digests(
	batch: Batch,
	table: pd.DataFrame,
	fields: list[str],
	given: np.ndarray,
	answered: list[str],
	explanations: dict[int, dict[str, str]],
) -> list[str]:
	"""As chain.digest_of_content() over loader.content(), for all rows: the text is the same but for the values, so that
	its pattern is made once for each way of answering."""
	key = get_encryption_key().encode()
	numbers = table[fields].fillna(0).astype("int64").to_numpy().tolist()
	patterns: dict[str, tuple[str, Callable]] = {}
	digests = []
	for position, (area, way, row) in enumerate(zip(table["area"], answered, numbers, strict=True)):
		owed = batch.obligations[area]
		if position in explanations or way not in patterns:
			values = {name: row[n] if given[position][n] else None for n, name in enumerate(fields)}
			says = content(batch, owed, values, explanations.get(position, {}))
			patterns.setdefault(way, pattern(says, fields))
		text = to_json(says) if position in explanations else filled(patterns[way], row, area, owed["unit"])
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


def filled(made: tuple[str, Callable], row: list[int], area: str, unit: str) -> str:
	text, picked = made
	return text % picked([*row, to_json(area), to_json(unit)])
