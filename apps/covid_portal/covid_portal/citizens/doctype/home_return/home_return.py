import secrets
from datetime import datetime
from typing import ClassVar

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from covid_portal.approval.guard import is_deciding, require_author
from covid_portal.approval.seats import Seats, seats_of
from covid_portal.approval.vocabulary import APPROVED, IN_APPROVAL, REFUSED, RETURNED, STATE_FIELD, WITHDRAWN
from covid_portal.citizens import home_return, return_acts, return_days, return_notices, return_rows
from covid_portal.citizens.codes import ALPHABET, check_letter
from covid_portal.organisation.scope import rows_condition, scope_condition
from covid_portal.privacy import access, files, subjects
from covid_portal.privacy.access import Seen
from covid_portal.privacy.document import PersonalDocument
from covid_portal.privacy.masking import mask_name

REGISTERED, WAITING, DAY_GIVEN, ARRIVED = "Registered", "Waiting", "Day Given", "Arrived"
ENDED, CANCELLED, DID_NOT_COME = "Ended", "Cancelled", "Did not Come"
NUMBER_LETTERS = 10


class ReturnRefused(frappe.ValidationError):
	"""There can be no such registration; the message says why."""


class ReturnDecidedOn(frappe.PermissionError):
	"""What waits for a decision, or has one, does not change in passing."""


class HomeReturn(PersonalDocument):
	"""Somebody who lives elsewhere asks to come home, alone or with others. Its name is the number on the receipt: no secret,
	and nothing is found by it without rights."""

	PERSONAL_FIELDS: ClassVar = {
		"contact_name": "name",
		"contact_phone": "phone",
		"contact_address": "address",
		"origin_address": "address",
		"reason_note": "text",
		"vehicle_plate": "id_number",
		"proxy_name": "name",
		"proxy_phone": "phone",
		"cancel_reason": "text",
	}
	BLIND_INDEXES: ClassVar = {"phone_index": ("contact_phone", "phone")}
	# Written by the portal's own acts alone, and no part of what is decided on.
	SERVER: ClassVar = (
		*("stage", "day", "weight", "receipt_issue", "receipt_at", "ended_on", "channel", "received_at"),
		*("voucher", "voucher_by", "voucher_at", "intake", "unit", "persons_count"),
		*("cancelled_at", "cancelled_by", "cancelled_unit", "cancel_reason"),
	)
	NOT_CONTENT: ClassVar = (*SERVER, "phone_index")

	def autoname(self) -> None:
		self.name = new_number()

	def onload(self) -> None:
		self.set_onload(
			"masked", {**self.masked(), "people": [mask_name(row.get("full_name")) for row in self.people()]}
		)
		if self.may_reveal(frappe.session.user):
			self.set_onload("may_reveal", True)
			self.set_onload("may_erase", bool(frappe.has_permission(self.doctype, "write", doc=self)))
			self.set_onload("cancel_reason", self.personal("cancel_reason"))
			self.set_onload("files", files.listed(self.doctype, self.name))

	def validate(self) -> None:
		if is_deciding(self):
			self.follow_decision()
			return
		if return_acts.is_acting(self):
			return
		require_author(self, ReturnDecidedOn)
		self.keep_server_fields()
		self.seal_personal()
		self.follow_people()
		self.place()

	def before_save(self) -> None:
		for row in self.persons:
			row.ended_on = self.ended_on

	def before_approval(self, at: datetime) -> None:
		"""Called by decide() before it goes on its way."""
		if self.cancelled_at:
			self.refuse_people(_("whoever registered has cancelled it; ask for a new registration."))

	def on_decision(self, decision: str) -> None:
		"""Called by decide() when the decision is recorded."""
		state = self.get(STATE_FIELD)
		if state == APPROVED:
			return_days.give_days(self.area, now_datetime())
			if frappe.db.get_value(self.doctype, self.name, "stage") == WAITING:
				return_notices.tell(self, return_notices.WAITING)
		elif state in (REFUSED, RETURNED):
			return_notices.tell(self, state)

	def follow_decision(self) -> None:
		state = self.get(STATE_FIELD)
		stage = {IN_APPROVAL: REGISTERED, APPROVED: WAITING, REFUSED: ENDED, WITHDRAWN: CANCELLED}.get(state)
		self.stage = stage or self.stage
		self.ended_on = getdate() if state in (REFUSED, WITHDRAWN) else None

	# --- what it must be

	def keep_server_fields(self) -> None:
		"""A new one is made by home_return.HomeReturnMaker: no role may create it."""
		before = self.get_doc_before_save()
		if before:
			self.update({field: before.get(field) for field in self.SERVER})

	def follow_people(self) -> None:
		"""Who they are is sealed in each row, under a subject of the person's own."""
		before = self.get_doc_before_save()
		known = {row.name: row for row in before.persons} if before else {}
		if not self.persons or (before and {row.name for row in self.persons} != set(known)):
			self.refuse_people(_("persons cannot be added or left out here; ask for a new registration."))
		for row in self.persons if before else ():
			try:
				row.follow(known[row.name])
			except ValueError:
				self.refuse_people(_("what is written of person {0} cannot be read.").format(row.idx))

	def refuse_people(self, why: str) -> None:
		frappe.throw(f"{self.describe()}: {why}", ReturnRefused)

	def place(self) -> None:
		self.stage = self.stage or REGISTERED
		self.persons_count = len(self.persons)
		self.unit = home_return.deciding_unit(self.area)
		self.weight = return_rows.weight_of(self.reason, self.voucher)
		if not self.unit:
			frappe.throw(
				_(
					"{0}: {1} has no unit that decides on registrations. An administrator sets it in {2}."
				).format(self.describe(), self.area, _("Home Return Settings")),
				ReturnRefused,
			)

	# --- who they are

	def people(self) -> list[dict]:
		"""The persons as given, in the order of the rows; an empty one where somebody was erased."""
		subjects.load([row.subject for row in self.persons if row.subject])
		return [row.who() for row in self.persons]

	def record_seen(self, fields: list[str], reason: str, channel: str) -> None:
		"""That these fields of the registration, if any, and all persons were seen: on the record of each of them."""
		seen = [Seen(self.doctype, self.name, fields, self.subject)] if fields else []
		seen += [
			Seen(row.doctype, row.name, ["person_data"], row.subject) for row in self.persons if row.subject
		]
		access.record_all(seen, reason, channel)

	def may_reveal(self, user: str) -> bool:
		"""The unit that decides, its superior, and once they are there both units of the commune."""
		units = {seat.unit for seat in seats_of(user)}
		names = Seats()
		if units & {self.unit, names.superior_of(self.unit)}:
			return True
		return self.stage == ARRIVED and any(names.unit(unit).area == self.area for unit in units)

	# --- for people

	def describe(self) -> str:
		return _("Registration {0}").format(self.name or "")

	@staticmethod
	def inbox_summaries(condition: str, values: dict) -> dict[str, dict]:
		"""How the inbox tells of registrations: nothing of the persons but how many they are."""
		return return_rows.inbox_summaries(condition, values)


def new_number() -> str:
	"""DK-7K2M9-Q4XT8R: 50 random bits and a check letter."""
	letters = "".join(secrets.choice(ALPHABET) for _letter in range(NUMBER_LETTERS))
	letters += check_letter(letters)
	return f"DK-{letters[:5]}-{letters[5:]}"


def on_doctype_update() -> None:
	frappe.db.add_index("Home Return", ["area", "day", "persons_count"], "places_taken")
	frappe.db.add_index("Home Return", ["area", "stage", "weight", "received_at"], "waiting")
	frappe.db.add_index("Home Return", ["stage", "day"], "of_stage")


def get_permission_query_conditions(user: str | None = None) -> str:
	return scope_condition("Home Return", user)


def get_person_permission_query_conditions(user: str | None = None) -> str:
	return rows_condition("Home Return Person", "Home Return", user)
