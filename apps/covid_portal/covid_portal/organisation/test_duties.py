"""A duty gives its role while it runs and takes it away when it ends; nothing but duties is given this way."""

import frappe
from frappe.utils import add_days, today

from covid_portal.approval.seats import Seats
from covid_portal.organisation.doctype.duty_assignment.duty_assignment import InvalidDutyAssignment
from covid_portal.organisation.duties import STAFF_ROLE, running_assignments, sync_roles
from covid_portal.testing.case import PortalTestCase
from covid_portal.testing.province import address

WHO = address("stranger")


def duty(first: int = 0, last: int | None = None, **values) -> "frappe.model.document.Document":
	given = {
		"user": WHO,
		"duty": "Approver",
		"unit": "DHC-ZZ1",
		"valid_from": add_days(today(), first),
		**values,
	}
	return frappe.get_doc(
		doctype="Duty Assignment", valid_to=add_days(today(), last) if last is not None else None, **given
	)


def holds_duty(user: str, duty: str, unit: str) -> bool:
	return user in Seats().holders(unit, duty)


def duty_roles(user: str = WHO) -> set[str]:
	return set(frappe.get_all("Has Role", {"parent": user, "parenttype": "User"}, pluck="role"))


class TestRolesFollowDuties(PortalTestCase):
	def test_a_running_duty_gives_its_role_and_that_of_all_staff(self) -> None:
		duty().insert()
		self.assertEqual(duty_roles(), {"Approver", STAFF_ROLE})
		self.assertTrue(holds_duty(WHO, "Approver", "DHC-ZZ1"))

	def test_the_first_and_the_last_day_belong_to_the_duty(self) -> None:
		duty(0, 0).insert()
		self.assertTrue(holds_duty(WHO, "Approver", "DHC-ZZ1"))

	def test_a_duty_that_ended_yesterday_or_begins_tomorrow_gives_nothing(self) -> None:
		for first, last in ((-9, -1), (1, None)):
			duty(first, last).insert()
			self.assertEqual(duty_roles(), set())
		self.assertFalse(holds_duty(WHO, "Approver", "DHC-ZZ1"))
		self.assertEqual(running_assignments(WHO), [])

	def test_a_duty_is_held_in_its_unit_alone(self) -> None:
		duty().insert()
		for unit in ("DHC-ZZ2", "CDC-ZZ", "CHS-ZZ11"):
			self.assertFalse(holds_duty(WHO, "Approver", unit))
		self.assertFalse(holds_duty(WHO, "Publisher", "DHC-ZZ1"))

	def test_duties_end_with_their_unit_and_begin_with_it(self) -> None:
		duty(unit="CHS-ZZ12").insert()
		for dates, runs in (
			({"valid_to": add_days(today(), -1)}, False),
			({"valid_to": today()}, True),
			({"valid_to": None, "valid_from": add_days(today(), 1)}, False),
			({"valid_from": today()}, True),
			({"disabled": 1}, False),
			({"disabled": 0}, True),
		):
			frappe.get_doc("Unit", "CHS-ZZ12").update(dates).save()
			self.assertEqual(holds_duty(WHO, "Approver", "CHS-ZZ12"), runs, dates)
			self.assertEqual(duty_roles(), {"Approver", STAFF_ROLE} if runs else set(), dates)
			self.assertEqual(len(running_assignments(WHO)), int(runs), dates)

	def test_the_nightly_job_follows_the_dates_of_units(self) -> None:
		duty().insert()
		frappe.db.set_value("Unit", "DHC-ZZ1", "valid_to", add_days(today(), -1))
		sync_roles(WHO)
		self.assertEqual(duty_roles(), set())

	def test_ending_a_duty_takes_its_role_away_at_once(self) -> None:
		assignment = duty(-9).insert()
		assignment.valid_to = add_days(today(), -1)
		assignment.save()
		self.assertEqual(duty_roles(), set())

	def test_deleting_a_duty_takes_its_role_away_at_once(self) -> None:
		duty().insert().delete()
		self.assertEqual(duty_roles(), set())

	def test_a_duty_held_elsewhere_keeps_its_role(self) -> None:
		duty(unit="DHC-ZZ2").insert()
		duty().insert().delete()
		self.assertEqual(duty_roles(), {"Approver", STAFF_ROLE})

	def test_a_duty_given_to_another_user_moves_the_role(self) -> None:
		assignment = duty().insert()
		assignment.user = address("reporter")
		assignment.save()
		self.assertEqual(duty_roles(), set())
		self.assertIn("Approver", duty_roles(address("reporter")))

	def test_the_daily_job_takes_away_what_ended_overnight_and_gives_what_began(self) -> None:
		sync_roles(address("ended"))
		self.assertEqual(duty_roles(address("ended")), set())
		frappe.db.set_value("Duty Assignment", {"user": address("future")}, "valid_from", today())
		sync_roles(address("future"))
		self.assertEqual(duty_roles(address("future")), {"Approver", STAFF_ROLE})

	def test_roles_that_are_no_duties_are_left_alone(self) -> None:
		frappe.get_doc("User", WHO).add_roles("Website Manager")
		duty().insert().delete()
		self.assertEqual(duty_roles(), {"Website Manager"})

	def test_a_further_duty_of_a_user_of_the_desk_leaves_the_caches_of_others_and_is_in_his_history(
		self,
	) -> None:
		duty().insert()
		frappe.cache.hset("doctype_meta", "kept for all", 1)
		duty(duty="Publisher").insert()
		self.assertEqual(duty_roles(), {"Approver", "Publisher", STAFF_ROLE})
		self.assertIn("Publisher", frappe.get_roles(WHO))
		self.assertEqual(frappe.cache.hget("doctype_meta", "kept for all"), 1)
		version = frappe.get_last_doc("Version", {"ref_doctype": "User", "docname": WHO})
		self.assertIn("Publisher", version.data)

	def test_a_disabled_user_holds_no_duty(self) -> None:
		self.assertFalse(holds_duty(address("disabled"), "Approver", "DHC-ZZ1"))


class TestWhatIsRefused(PortalTestCase):
	def test_no_role_of_the_system_is_given_as_a_duty(self) -> None:
		for role in (
			"System Manager",
			"Administrator",
			"All",
			"Guest",
			"Script Manager",
			"Workspace Manager",
		):
			self.assertRefused(InvalidDutyAssignment, duty(duty=role).insert)
		self.assertEqual(duty_roles(), set())

	def test_a_duty_does_not_end_before_it_begins(self) -> None:
		self.assertRefused(InvalidDutyAssignment, duty(0, -1).insert, says="DHC-ZZ1")

	def test_the_same_duty_is_not_given_twice_for_one_day(self) -> None:
		duty(0, 10).insert()
		for first, last in ((0, 10), (10, None), (-5, 0), (3, 4), (-5, None)):
			self.assertRefused(InvalidDutyAssignment, duty(first, last).insert, says="already")
		duty(11, 20).insert()
		duty(-9, -1).insert()

	def test_only_the_portal_administrator_gives_duties(self) -> None:
		for who in ("reporter", "district", "cdc", "publisher", "auditor", "stranger", "Guest"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, duty().insert)
		self.assertEqual(duty_roles(), set())

	def test_the_portal_administrator_gives_and_takes_duties(self) -> None:
		with self.acting("administrator"):
			assignment = duty().insert()
			self.assertEqual(duty_roles(), {"Approver", STAFF_ROLE})
			assignment.delete()
		self.assertEqual(duty_roles(), set())

	def test_nobody_gives_himself_a_duty_by_changing_his_own_account(self) -> None:
		with self.acting("reporter"):
			account = frappe.get_doc("User", address("reporter"))
			account.append("roles", {"role": "System Manager"})
			try:
				account.save()
			except frappe.PermissionError:
				frappe.clear_messages()
		self.assertNotIn("System Manager", duty_roles(address("reporter")))
