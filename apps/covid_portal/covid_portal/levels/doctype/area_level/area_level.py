import json
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from covid_portal.approval.acts import Act
from covid_portal.approval.guard import is_deciding, require_author
from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD, SUBMIT, WITHDRAW
from covid_portal.levels import wording
from covid_portal.organisation.scope import scope_condition
from covid_portal.publishing import snapshot

MAKERS = (
	"covid_portal.levels.published.files",
	"covid_portal.publishing.mapping.page.files",
	"covid_portal.publishing.overview.files",
)


class LevelRefused(frappe.ValidationError):
	"""There can be no such level; the message says why."""


class DeviationUnfounded(LevelRefused):
	"""Another level than the rule's needs a reason and a legal reference."""


class Decided(frappe.PermissionError):
	"""The level is decided, or on its way: it does not change."""


class AreaLevel(Document):
	"""A change of an area's level: what the rule proposes and why, and what the unit in charge has decided."""

	OWN: ClassVar = (
		"area_name",
		"unit",
		"slot_time",
		"rule",
		"rule_version",
		"proposed_level",
		"level_before",
	)
	OWN += ("reasoning", "public_reasoning", "review_of", "review_reason", "decided_at")
	NOT_CONTENT: ClassVar = ("decided_at",)
	DECIDED_IN_SETS: ClassVar = (SUBMIT, WITHDRAW)

	def onload(self) -> None:
		self.set_onload("why", wording.why(self.steps(), frappe.local.lang))

	def validate(self) -> None:
		if is_deciding(self):
			self.follow_decision()
			return
		require_author(self, Decided)
		self.keep_server_fields()
		self.require_grounds()

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() before the level goes on its way."""
		self.require_grounds()

	def follow_decision(self) -> None:
		"""Where somebody has attached something to the DocType's events, decisions are saved one by one."""
		if self.get(STATE_FIELD) == APPROVED:
			self.require_grounds()
			self.decided_at = now_datetime().replace(microsecond=0)

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		if self.get(STATE_FIELD) == APPROVED:
			publish_later()

	@staticmethod
	def before_bulk_decision(acts: list[Act], failed: dict[str, str]) -> None:
		"""What was sent had its grounds, and has not changed since."""

	@staticmethod
	def on_bulk_decision(acts: list[Act]) -> None:
		"""The decisions are stored: levels are in force from now on."""
		names = [act.doc.name for act in acts if act.to_state == APPROVED]
		if names:
			frappe.db.set_value("Area Level", {"name": ("in", names)}, "decided_at", acts[0].at)
			publish_later()

	def keep_server_fields(self) -> None:
		if before := self.get_doc_before_save():
			for field in self.OWN:
				self.set(field, before.get(field))
		elif not self.flags.from_evaluation:
			frappe.throw(
				_("Levels are proposed by the portal; a superior unit may order a review."), LevelRefused
			)

	def require_grounds(self) -> None:
		if not 1 <= cint(self.decided_level) <= 4:
			frappe.throw(_("{0}: the level is a number from 1 to 4.").format(self.describe()), LevelRefused)
		if cint(self.decided_level) == cint(self.proposed_level):
			self.deviation_reason = self.deviation_reference = None
			return
		for field in ("deviation_reason", "deviation_reference"):
			if not (self.get(field) or "").strip():
				frappe.throw(
					_("{0}: level {1} in place of {2} needs a reason and a legal reference.").format(
						self.describe(), self.decided_level, self.proposed_level
					),
					DeviationUnfounded,
				)

	# --- for people

	def steps(self) -> list[dict]:
		return json.loads(self.reasoning or "[]")

	def describe(self) -> str:
		return _("Level of {0}").format(self.area_name or self.area)

	@staticmethod
	def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
		"""How the inbox tells of levels: area, from what to what, and why."""
		rows = frappe.db.sql(
			f"""select name, area_name, level_before, decided_level, deviation_reason, review_reason, reasoning
			from `tabArea Level` where {condition}""",
			values,
			as_dict=True,
		)
		return {row.name: summary(row) for row in rows}


def summary(row: dict) -> dict:
	change = (
		_("{0}: from level {1} to level {2}").format(row.area_name, row.level_before, row.decided_level)
		if row.level_before
		else _("{0}: level {1}").format(row.area_name, row.decided_level)
	)
	return {
		"title": change,
		"details": wording.why(json.loads(row.reasoning or "[]"), frappe.local.lang),
		"warnings": list(warnings(row)),
		"link": f"/app/area-level/{row.name}",
	}


def warnings(row: dict) -> Iterator[str]:
	if row.deviation_reason:
		yield _("Other than by the rule: {0}").format(row.deviation_reason)
	if row.review_reason:
		yield _("A review was ordered: {0}").format(row.review_reason)


def publish_later() -> None:
	snapshot.rebuild(MAKERS, why=_("Levels"))


def on_doctype_update() -> None:
	frappe.db.add_index("Area Level", ["area", "decided_at"], "of_area")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Area Level", user)
