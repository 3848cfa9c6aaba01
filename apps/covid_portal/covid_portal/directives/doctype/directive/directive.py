from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime, today

from covid_portal.approval.guard import is_deciding
from covid_portal.approval.vocabulary import APPROVED, DRAFT, STATE_FIELD, WITH_AUTHOR
from covid_portal.directives import access, clocks, dispatch, files, numbering, reading, relations
from covid_portal.directives.errors import DirectiveRefused, Frozen, NotYours
from covid_portal.organisation.post import in_the_sites_language
from covid_portal.organisation.scope import grants, in_scope
from covid_portal.organisation.texts import keep_as_text
from covid_portal.publishing import snapshot


class Directive(Document):
	"""An official document: what it is (Dublin Core), its files, what it changes, to whom it goes and when it must be public."""

	GIVEN: ClassVar = (
		"slug",
		"number_key",
		"effect",
		"published_at",
		"publish_due",
		"warned_at",
		"overdue_at",
		"taken_down_at",
		"taken_down_by",
		"taken_down_reason",
	)
	TEXTS: ClassVar = (
		*("symbol", "subject", "subject_en", "summary", "summary_en"),
		*("other_body", "other_body_en", "signer", "signer_title"),
	)
	# Given with the last approval or by the calendar, not what was decided on.
	NOT_CONTENT: ClassVar = (*GIVEN, "identifier")

	def onload(self) -> None:
		if self.get(STATE_FIELD) == APPROVED:
			self.set_onload("standing", dispatch.standing(self.name))
			self.set_onload("may_take_down", access.is_public(self) and in_scope(self, access="Write"))

	def validate(self) -> None:
		if is_deciding(self):
			self.follow_decision()
			return
		if self.flags.taking_down:
			return
		self.require_author()
		self.keep_server_fields()
		self.place()
		self.clean_texts()
		self.check_dates()
		relations.check(self)
		dispatch.check(self)
		files.check(self)
		numbering.name_number(self)
		self.publish_due = (self.is_public and clocks.due(self.origin(), self.issued_on)) or None

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() before the directive goes on its way."""
		if not self.files and not (self.summary or "").strip():
			frappe.throw(
				_("{0}: attach the document or write its summary.").format(self.describe()), DirectiveRefused
			)
		if self.other_body and not (self.number and self.issued_on):
			frappe.throw(
				_("{0}: give the number and the day of issue of the other body's document.").format(
					self.describe()
				),
				DirectiveRefused,
			)

	def follow_decision(self) -> None:
		if self.get(STATE_FIELD) == APPROVED:
			self.issued_on = self.issued_on or today()
			self.check_dates()
			relations.check(self)
			numbering.assign(self)
			self.published_at = now_datetime() if self.is_public else None

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		if self.get(STATE_FIELD) == APPROVED:
			relations.renew_effects(
				names=[self.name, *(row.directive for row in self.relations if row.directive)]
			)
			self.reload()
			dispatch.send(self, now_datetime())
			reading.later(self.name)
			publish_later(self.identifier)

	def on_update(self) -> None:
		if not is_deciding(self) and not self.flags.taking_down:
			files.belong(self)
			reading.later(self.name)

	def on_trash(self) -> None:
		reading.forget(self.name)

	# --- rules

	def require_author(self) -> None:
		before = self.get_doc_before_save()
		state = before.get(STATE_FIELD) if before else DRAFT
		if state and state not in WITH_AUTHOR:
			frappe.throw(
				_("{0} is in the state {1}: it cannot be changed now.").format(self.describe(), _(state)),
				Frozen,
			)

	def keep_server_fields(self) -> None:
		before = self.get_doc_before_save()
		for field in self.GIVEN:
			self.set(field, before.get(field) if before else None)

	def place(self) -> None:
		"""Whose it is, if nothing was said: the unit for which its author writes directives."""
		own = [grant.unit for grant in grants(frappe.session.user, self.doctype, "Write")]
		self.unit = self.unit or next(iter(own), None)
		if not self.unit:
			frappe.throw(_("Say which unit issues the directive."), frappe.MandatoryError)
		if (
			frappe.session.user != "Administrator"
			and not self.flags.ignore_permissions
			and self.unit not in own
		):
			frappe.throw(
				_("{0}: you write no directives for the unit {1}.").format(self.describe(), self.unit),
				NotYours,
			)

	def clean_texts(self) -> None:
		for field in ("subject", "subject_en", "other_body", "symbol"):
			self.set(field, " ".join((self.get(field) or "").split()) or None)
		keep_as_text(self, self.TEXTS)

	def check_dates(self) -> None:
		first, last, issued = (
			self.get(field) and getdate(self.get(field))
			for field in ("effective_from", "effective_to", "issued_on")
		)
		if issued and issued > getdate(today()):
			self.refuse_dates(_("the day of issue {0} is still to come").format(issued))
		if first and last and last < first:
			self.refuse_dates(_("it ends ({0}) before it begins ({1})").format(last, first))
		if issued and last and last < issued:
			self.refuse_dates(_("it ends ({0}) before it is issued ({1})").format(last, issued))
		if self.act_by and issued and getdate(self.act_by) < issued:
			self.refuse_dates(
				_("it is to be acted on by {0}, before it is issued ({1})").format(
					getdate(self.act_by), issued
				)
			)

	def refuse_dates(self, why: str) -> None:
		frappe.throw(_("{0}: {1}.").format(self.describe(), why), DirectiveRefused)

	# --- for people

	def origin(self) -> str:
		return clocks.OTHER if self.other_body else clocks.OWN

	def describe(self) -> str:
		"""'Directive 05/CT-UBND' or, without a number, its subject: what every message about it begins with."""
		return _("Directive {0}").format(self.identifier or f"“{(self.subject or '')[:60]}”")

	@staticmethod
	def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
		"""How the inbox tells of directives: subject, type, what they change."""
		rows = frappe.db.sql(
			f"""select name, subject, identifier, directive_type, signer, publish_due from `tabDirective`
			where {condition}""",
			values,
			as_dict=True,
		)
		now = now_datetime()
		return {
			row.name: {
				"title": row.subject,
				"details": [part for part in (row.directive_type, row.identifier, row.signer) if part],
				"warnings": [_("It should be public already.")]
				if row.publish_due and row.publish_due < now
				else [],
				"link": f"/app/directive/{row.name}",
			}
			for row in rows
		}


def publish_later(why: str) -> None:
	snapshot.rebuild([reading.MAKER], why=why)


@in_the_sites_language
def daily() -> None:
	"""Scheduler: what came into force, ended or was replaced by the calendar; its pages follow."""
	changed = relations.renew_effects()
	if changed:
		publish_later(_("Effect of directives"))


def get_permission_query_conditions(user: str | None = None) -> str:
	return access.condition(user)


def has_permission(doc: Document, ptype: str = "read", user: str | None = None) -> bool:
	return access.has_permission(doc, ptype, user)
