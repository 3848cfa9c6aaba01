"""No way but decide() changes the state of a report: the framework's other ways are refused and store nothing."""

import json

import frappe
from frappe import client
from frappe.core.doctype.deleted_document.deleted_document import restore
from frappe.model import workflow
from frappe.model.document import Document

from covid_portal.approval import desk
from covid_portal.approval.managed_workflow import is_routed, workflow_name
from covid_portal.approval.vocabulary import ApprovalError, StateGuarded
from covid_portal.testing.case import (
	REPORT,
	PortalTestCase,
	accepted,
	approve_as,
	change_route,
	draft,
	new_report,
	sent,
	state_of,
	take,
)
from covid_portal.testing.province import address

# What a save with a state of one's own meets first: the guard, the framework's workflow, or the permission to write.
REFUSALS = (
	StateGuarded,
	workflow.WorkflowPermissionError,
	workflow.WorkflowTransitionError,
	frappe.PermissionError,
)
LATER_STATES = ("In Approval", "Returned", "Approved", "Refused", "Withdrawn")


class TestTheGuard(PortalTestCase):
	def test_the_author_cannot_save_another_state(self) -> None:
		for state in LATER_STATES:
			with self.acting("reporter"):
				report = draft(self.slot)
				report.workflow_state = state
				self.assertRefused(REFUSALS, report.save)
				frappe.delete_doc(REPORT, report.name, ignore_permissions=True)

	def test_the_state_that_the_workflow_would_allow_is_still_refused_by_the_guard(self) -> None:
		with self.acting("reporter"):
			report = draft(self.slot)
			report.workflow_state = "In Approval"
			self.assertRefused(StateGuarded, report.save, says="only by a decision")

	def test_even_the_administrator_cannot_save_another_state(self) -> None:
		report = draft(self.slot)
		report.workflow_state = "In Approval"
		self.assertRefused(StateGuarded, report.save)

	def test_ignoring_permissions_does_not_ignore_the_guard(self) -> None:
		report = sent(self.slot)
		report.workflow_state = "Approved"
		self.assertRefused(REFUSALS, report.save, ignore_permissions=True)

	def test_whom_a_report_waits_for_is_not_the_clients_to_say(self) -> None:
		changes = {"approval_unit": "DHC-ZZ2", "approval_step": 2, "approval_due": "2030-01-01 00:00:00"}
		report = draft(self.slot)
		for field, value in changes.items():
			changed = frappe.get_doc(REPORT, report.name)
			changed.set(field, value)
			self.assertRefused(StateGuarded, changed.save)
			self.assertRefused(StateGuarded, new_report(self.slot, "ZZ12", **{field: value}).insert)

	def test_set_value_is_refused_to_author_approver_and_administrator(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		for who in ("reporter", "district", "cdc", "Administrator"):
			with self.acting(who):
				self.assertRefused(
					REFUSALS, client.set_value, REPORT, report.name, "workflow_state", "Approved"
				)
				self.assertRefused(
					REFUSALS, client.set_value, REPORT, report.name, {"approval_unit": "CDC-ZZ"}
				)

	def test_nothing_is_inserted_in_a_later_state(self) -> None:
		for state in LATER_STATES:
			with self.acting("reporter"):
				self.assertRefused(REFUSALS, new_report(self.slot, workflow_state=state).insert)
				values = new_report(self.slot, workflow_state=state).as_dict()
				self.assertRefused(REFUSALS, client.insert, json.dumps(values, default=str))

	def test_a_state_that_does_not_exist_is_refused(self) -> None:
		with self.acting("reporter"):
			self.assertRefused(StateGuarded, new_report(self.slot, workflow_state="Gone").insert)

	def test_a_client_cannot_say_that_it_is_deciding(self) -> None:
		flags = {"covid_portal_deciding": [REPORT, f"{self.slot}-ZZ11"], "ignore_validate": True}
		with self.acting("reporter"):
			report = new_report(self.slot, workflow_state="Approved", flags=flags, _deciding=True)
			self.assertRefused(StateGuarded, report.insert)

	def test_figures_of_a_sent_report_cannot_be_changed(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
			report.new_f1 += 1
			self.assertRefused(frappe.PermissionError, report.save, says="In Approval")
			self.assertRefused(frappe.PermissionError, client.set_value, REPORT, report.name, "new_f1", 99)

	def test_figures_of_an_approved_report_cannot_be_changed_by_anybody(self) -> None:
		report = accepted(self.slot)
		for who in ("reporter", "district", "cdc", "Administrator"):
			with self.acting(who):
				changed = frappe.get_doc(REPORT, report.name)
				changed.new_f1 += 1
				self.assertRefused(frappe.PermissionError, changed.save)

	def test_an_approver_cannot_change_figures_at_all(self) -> None:
		for report in (draft(self.slot), sent(self.slot, "ZZ12")):
			for who in ("district", "cdc", "publisher", "auditor", "administrator"):
				with self.acting(who):
					changed = frappe.get_doc(REPORT, report.name)
					changed.new_f1 += 1
					self.assertRefused(frappe.PermissionError, changed.save)

	def test_what_was_sent_once_is_not_deleted(self) -> None:
		report = sent(self.slot)
		with self.acting("district"):
			report = take(report, "Return", "Please check.")
		for who in ("reporter", "district", "Administrator"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, frappe.delete_doc, REPORT, report.name)
		with self.acting("Administrator"):
			self.assertRefused(StateGuarded, frappe.delete_doc, REPORT, report.name, force=True)

	def test_a_deleted_draft_does_not_come_back_in_another_state(self) -> None:
		report = draft(self.slot)
		frappe.delete_doc(REPORT, report.name)
		deleted = frappe.get_last_doc("Deleted Document", {"deleted_name": report.name})
		content = json.loads(deleted.data)
		deleted.db_set("data", json.dumps({**content, "workflow_state": "Approved"}))
		self.assertRefused(REFUSALS, restore, deleted.name)
		deleted.db_set("data", json.dumps(content))
		restore(deleted.name)
		self.assertEqual(state_of(report.name), "Draft")

	def test_a_report_is_not_renamed(self) -> None:
		report = draft(self.slot)
		for who in ("reporter", "Administrator"):
			with self.acting(who):
				self.assertRefused(
					(frappe.ValidationError, frappe.PermissionError),
					frappe.rename_doc,
					REPORT,
					report.name,
					f"{self.previous}-ZZ11",
				)
		self.assertRefused(StateGuarded, frappe.rename_doc, REPORT, report.name, "other", force=True)

	def test_a_report_is_neither_submitted_nor_cancelled_past_the_route(self) -> None:
		with self.acting("reporter"):
			report = draft(self.slot)
			self.assertRefused((frappe.ValidationError, frappe.PermissionError), report.submit)
			self.assertRefused((frappe.ValidationError, frappe.PermissionError), report.cancel)


class TestTheManagedWorkflow(PortalTestCase):
	"""The guard asks whether the managed workflow is active: nobody switches it off by hand."""

	def workflow(self) -> Document:
		return frappe.get_doc("Workflow", workflow_name(REPORT))

	def assertStillGuarded(self) -> None:
		self.assertTrue(is_routed(REPORT))
		self.assertTrue(frappe.db.get_value("Workflow", workflow_name(REPORT), "is_active"))
		report = draft(self.slot)
		report.workflow_state = "In Approval"
		self.assertRefused(StateGuarded, report.save)

	def test_it_is_not_changed_by_hand(self) -> None:
		for values in ({"is_active": 0}, {"document_type": "ToDo"}, {"workflow_state_field": "channel"}):
			workflow = self.workflow()
			workflow.update(values)
			self.assertRefused(StateGuarded, workflow.save, says="Approval Route")
		self.assertRefused(StateGuarded, client.set_value, "Workflow", workflow_name(REPORT), "is_active", 0)
		self.assertStillGuarded()

	def test_no_other_one_is_put_in_its_place(self) -> None:
		other = frappe.copy_doc(self.workflow())
		other.update({"workflow_name": "Another", "is_active": 1})
		self.assertRefused(StateGuarded, other.insert, says="Approval Route")
		other = frappe.copy_doc(self.workflow())
		other.update({"workflow_name": "Another", "is_active": 0})
		other.insert()
		self.assertRefused(StateGuarded, client.set_value, "Workflow", "Another", "is_active", 1)
		self.assertStillGuarded()

	def test_it_is_neither_deleted_nor_renamed(self) -> None:
		name = workflow_name(REPORT)
		self.assertRefused(StateGuarded, frappe.delete_doc, "Workflow", name, force=True)
		self.assertRefused(StateGuarded, frappe.rename_doc, "Workflow", name, "Another", force=True)
		self.assertStillGuarded()

	def test_one_that_was_switched_off_past_the_portal_is_on_again_with_the_next_change_of_a_route(
		self,
	) -> None:
		frappe.db.set_value("Workflow", workflow_name(REPORT), "is_active", 0)
		frappe.clear_cache(doctype=REPORT)
		change_route(lambda route: route.set("priority", 3))
		self.assertStillGuarded()


class TestTheFrameworksWorkflow(PortalTestCase):
	def test_its_endpoints_lead_to_decide(self) -> None:
		overrides = frappe.get_hooks("override_whitelisted_methods")
		for name in ("apply_workflow", "get_transitions", "bulk_workflow_approval"):
			self.assertEqual(
				overrides[f"frappe.model.workflow.{name}"], [f"covid_portal.approval.desk.{name}"]
			)

	def test_its_own_function_called_past_the_override_is_refused(self) -> None:
		with self.acting("reporter"):
			report = draft(self.slot)
			self.assertRefused(REFUSALS, workflow.apply_workflow, report, "Send for Approval")
			report = take(report, "Submit")
		for who in ("reporter", "district", "cdc"):
			with self.acting(who):
				waiting = frappe.get_doc(REPORT, report.name)
				self.assertRefused(REFUSALS, workflow.apply_workflow, waiting, "Approve")

	def test_the_desks_button_decides_for_whom_it_waits(self) -> None:
		with self.acting("reporter"):
			report = draft(self.slot)
			report = desk.apply_workflow(report.as_json(), "Send for Approval")
		with self.acting("other district"):
			self.assertRefused(frappe.PermissionError, desk.apply_workflow, report.as_json(), "Approve")
		with self.acting("district"):
			self.assertEqual(desk.apply_workflow(report.as_json(), "Approve").approval_unit, "CDC-ZZ")

	def test_what_the_button_sends_along_is_not_believed(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		forged = report.as_dict() | {
			"unit": "CHS-ZZ21",
			"approval_unit": "DHC-ZZ2",
			"owner": "Guest",
			"new_cases": 900,
		}
		with self.acting("other district"):
			self.assertRefused(frappe.PermissionError, desk.apply_workflow, dict(forged), "Approve")
		with self.acting("district"):
			stored = desk.apply_workflow(json.dumps(forged, default=str), "Approve")
		self.assertEqual((stored.unit, stored.new_cases), ("CHS-ZZ11", 6))

	def test_an_action_that_is_no_decision_is_refused(self) -> None:
		report = sent(self.slot)
		self.assertRefused(ApprovalError, desk.apply_workflow, report.as_json(), "Publish")

	def test_the_link_in_an_email_decides_nothing(self) -> None:
		report = sent(self.slot)
		with self.acting("Guest"):
			self.assertRefused(
				StateGuarded,
				desk.apply_action,
				"Approve",
				REPORT,
				report.name,
				"In Approval",
				address("district"),
			)

	def test_buttons_are_offered_to_those_who_may_press_them(self) -> None:
		with self.acting("reporter"):
			report = sent(self.slot)
		offered = {
			"reporter": ["Withdraw"],
			"government": ["Withdraw"],
			"district": ["Approve", "Refuse", "Return"],
			"other line": [],
			"cdc": [],
			"auditor": [],
			"administrator": [],
		}
		for who, actions in offered.items():
			with self.acting(who):
				rows = desk.get_transitions(report.as_json())
			self.assertEqual(sorted(row["action"] for row in rows), actions, who)

	def test_buttons_of_a_report_one_may_not_read_are_refused(self) -> None:
		report = sent(self.slot)
		for who in ("sibling", "other district", "stranger", "Guest"):
			with self.acting(who):
				self.assertRefused(frappe.PermissionError, desk.get_transitions, report.as_json())

	def test_many_are_approved_at_once_and_each_failure_is_named(self) -> None:
		reports = [sent(self.slot, area) for area in ("ZZ11", "ZZ12", "ZZ21")]
		approve_as(reports[1], "district")
		names = [report.name for report in reports]
		with self.acting("district"):
			desk.bulk_workflow_approval(json.dumps([*names, "no such report"]), REPORT, "Approve")
		message = (
			json.loads(frappe.message_log[-1])
			if isinstance(frappe.message_log[-1], str)
			else frappe.message_log[-1]
		)
		self.assertIn("1 of 4", message["message"])
		for name in (*names[1:], "no such report"):
			self.assertIn(name, message["message"])
		steps = frappe.get_all(REPORT, {"name": ("in", names)}, pluck="approval_step", order_by="area")
		self.assertEqual(steps, [2, 2, 1])
		self.assertEqual(state_of(names[2]), "In Approval")
		frappe.clear_messages()
