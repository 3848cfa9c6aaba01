"""Which route a document takes, which units its steps mean, and that a change of the route leaves those under way alone."""

import frappe

from covid_portal.approval.decisions import decide
from covid_portal.approval.doctype.approval_route.approval_route import InvalidRoute, SecondRoute
from covid_portal.approval.managed_workflow import ensure_workflow, is_routed
from covid_portal.approval.routes import RouteChooser, is_same, load_shipped_routes, shipped_routes
from covid_portal.approval.seats import Seats
from covid_portal.approval.vocabulary import (
	AppendOnly,
	ApprovalError,
	NotYoursToDecide,
	ReasonMissing,
	RouteMissing,
)
from covid_portal.testing.case import (
	REPORT,
	PortalTestCase,
	approve_as,
	change_route,
	draft,
	sent,
	step,
	take,
)
from covid_portal.testing.province import OUTSIDE, address, assign


def steps_of(report) -> list[tuple]:
	"""(step, unit, state) of the newest round."""
	rows = frappe.get_all(
		"Approval Step",
		{"reference_name": report.name},
		["round", "step", "unit", "state"],
		order_by="round, step, route_row",
	)
	return [(row.step, row.unit, row.state) for row in rows if row.round == rows[-1].round]


def set_steps(*steps: dict) -> None:
	change_route(lambda route: route.set("steps", list(steps)))


def second_route(title: str, *conditions: dict, priority: int = 10, **values) -> None:
	frappe.get_doc(
		doctype="Approval Route",
		title=title,
		document_type=REPORT,
		enabled=1,
		priority=priority,
		conditions=list(conditions),
		steps=[step("CDC", who="Named Unit", unit="CDC-ZZ")],
		**values,
	).insert()


class TestVersions(PortalTestCase):
	def test_a_document_under_way_finishes_on_the_version_it_was_sent_on(self) -> None:
		under_way = sent(self.slot)
		set_steps(step("CDC alone", who="Named Unit", unit="CDC-ZZ"))
		self.assertEqual(steps_of(under_way), [(1, "DHC-ZZ1", "Pending"), (2, "CDC-ZZ", "Waiting")])
		self.assertEqual(approve_as(under_way, "district", "cdc").workflow_state, "Approved")
		self.assertEqual(steps_of(sent(self.slot, OUTSIDE)), [(1, "CDC-ZZ", "Pending")])

	def test_sent_again_it_takes_the_version_of_then(self) -> None:
		report = sent(self.slot)
		set_steps(step("CDC alone", who="Named Unit", unit="CDC-ZZ"))
		with self.acting("district"):
			take(report, "Return", "Look at F1.")
		self.assertEqual(steps_of(take(report, "Submit")), [(1, "CDC-ZZ", "Pending")])

	def test_a_new_version_is_made_when_the_steps_change_and_only_then(self) -> None:
		before = frappe.db.get_value("Approval Route", REPORT, "current_version")
		change_route(lambda route: route.set("priority", 3))
		self.assertEqual(frappe.db.get_value("Approval Route", REPORT, "current_version"), before)
		set_steps(step("CDC alone", who="Named Unit", unit="CDC-ZZ"))
		after = frappe.db.get_value("Approval Route", REPORT, "current_version")
		self.assertNotEqual(after, before)
		self.assertEqual(
			[row.title for row in frappe.get_doc("Approval Route Version", before).steps],
			["Head of the unit", "District", "Provincial CDC"],
		)
		self.assertEqual(frappe.db.get_value("Approval Route Version", after, "made_by"), "Administrator")

	def test_a_version_is_never_entered_changed_or_deleted(self) -> None:
		report = sent(self.slot)
		name = frappe.db.get_value("Approval Step", {"reference_name": report.name}, "route_version")
		version = frappe.get_doc("Approval Route Version", name)
		self.assertRefused(AppendOnly, version.save)
		self.assertRefused(AppendOnly, frappe.copy_doc(version).insert)
		self.assertRefused(AppendOnly, frappe.delete_doc, "Approval Route Version", name)
		self.assertRefused(InvalidRoute, frappe.delete_doc, "Approval Route", REPORT)

	def test_a_route_may_take_the_title_that_another_one_had(self) -> None:
		condition = {"subject": "Document", "fieldname": "channel", "operator": "is set"}
		for former in ("First", "Second"):
			second_route("Again", condition)
			frappe.rename_doc("Approval Route", "Again", former, force=True)
		second_route("Again", condition)
		current = {
			title: frappe.db.get_value("Approval Route", title, "current_version")
			for title in ("First", "Second", "Again")
		}
		self.assertEqual(current, {"First": "Again v1", "Second": "Again v1 - 1", "Again": "Again v1 - 2"})
		for title, version in current.items():
			self.assertEqual(frappe.db.get_value("Approval Route Version", version, "route"), title)
		again = frappe.get_doc("Approval Route", "Again")
		again.steps[0].title = "Provincial CDC"
		again.save()
		self.assertEqual(frappe.db.get_value("Approval Route", "Again", "current_version"), "Again v2")

	def test_the_workflow_is_not_touched_by_a_change_of_the_route(self) -> None:
		before = frappe.db.get_value("Workflow", f"{REPORT} Approval", "modified")
		set_steps(step("CDC alone", who="Named Unit", unit="CDC-ZZ"))
		self.assertEqual(frappe.db.get_value("Workflow", f"{REPORT} Approval", "modified"), before)

	def test_a_workflow_is_switched_on_where_it_is_off_and_left_alone_where_it_is_on(self) -> None:
		name = f"{REPORT} Approval"
		before = frappe.db.get_value("Workflow", name, "modified")
		frappe.cache.hset("workflow", REPORT, "")  # as one who asked before it was committed
		ensure_workflow(REPORT)
		self.assertEqual(frappe.db.get_value("Workflow", name, "modified"), before)
		self.assertTrue(is_routed(REPORT))
		frappe.db.set_value("Workflow", name, "is_active", 0)
		ensure_workflow(REPORT)
		self.assertTrue(frappe.db.get_value("Workflow", name, "is_active"))


class TestWhichRoute(PortalTestCase):
	def chosen(self, **values) -> str:
		values = {"unit": "CHS-ZZ11", "area": "ZZ11", "new_cases": 6, **values}
		return RouteChooser.of(REPORT, Seats()).version_for(values).route

	def test_the_first_route_whose_conditions_hold_is_taken(self) -> None:
		cases = (
			(
				{"subject": "Document", "fieldname": "new_cases", "operator": ">=", "value": "100"},
				{"new_cases": 100},
			),
			(
				{"subject": "Document", "fieldname": "new_cases", "operator": "<", "value": "3"},
				{"new_cases": 2},
			),
			(
				{"subject": "Unit", "fieldname": "unit_type", "operator": "=", "value": "CPC"},
				{"unit": "CPC-ZZ11"},
			),
			(
				{"subject": "Unit", "fieldname": "line", "operator": "!=", "value": "Health"},
				{"unit": "CPC-ZZ11"},
			),
			(
				{"subject": "Area", "fieldname": "kind", "operator": "in", "value": "Ward, City"},
				{"area": "ZZ21"},
			),
			(
				{"subject": "Area", "fieldname": "name", "operator": "within", "value": "ZZ2"},
				{"area": "ZZ22"},
			),
			({"subject": "Document", "fieldname": "channel", "operator": "is set"}, {"channel": "Desk"}),
		)
		for condition, fitting in cases:
			with self.subTest(condition=condition):
				second_route("Second", condition)
				self.assertEqual(self.chosen(**fitting), "Second")
				self.assertEqual(self.chosen(), REPORT)
				frappe.delete_doc("Approval Route", "Second")

	def test_all_conditions_must_hold(self) -> None:
		second_route(
			"Second",
			{"subject": "Document", "fieldname": "new_cases", "operator": ">", "value": "100"},
			{"subject": "Area", "fieldname": "name", "operator": "within", "value": "ZZ1"},
		)
		self.assertEqual(self.chosen(new_cases=101), "Second")
		self.assertEqual(self.chosen(new_cases=101, area="ZZ21"), REPORT)

	def test_a_number_is_the_same_however_it_is_written_and_a_code_is_a_text(self) -> None:
		cases = (("new_cases", "6.0", True), ("new_cases", "7", False), ("area", "ZZ11", True))
		for fieldname, value, fits in cases:
			with self.subTest(fieldname=fieldname, value=value):
				condition = {"subject": "Document", "fieldname": fieldname, "value": value}
				for operator, right in (("=", fits), ("!=", not fits), ("in", fits), ("not in", not fits)):
					second_route("Second", {**condition, "operator": operator})
					self.assertEqual(self.chosen(new_cases=6.0) == "Second", right, operator)
					frappe.delete_doc("Approval Route", "Second")
		self.assertFalse(is_same("007", "7"))

	def test_the_higher_priority_comes_first_and_a_disabled_route_not_at_all(self) -> None:
		second_route("Second", priority=10)
		self.assertEqual(self.chosen(), "Second")
		route = frappe.get_doc("Approval Route", "Second")
		route.update({"enabled": 0}).save()
		self.assertEqual(self.chosen(), REPORT)

	def test_two_routes_for_everything_need_an_order(self) -> None:
		self.assertRefused(SecondRoute, second_route, "Second", priority=0, says=REPORT)

	def test_without_a_route_nothing_can_be_sent(self) -> None:
		report = draft(self.slot)
		change_route(lambda route: route.set("enabled", 0))
		self.assertRefused(RouteMissing, decide, REPORT, report.name, "Submit")

	def test_what_makes_no_sense_is_refused_by_its_row(self) -> None:
		wrong = (
			(step("First", parallel=1), "First"),
			(step("Named", who="Named Unit"), "Named"),
			(step("Typed", who="Unit of a Type"), "Typed"),
			(step("Late", when_late="Escalate"), "Late"),
			(step("Endless", hours=1e12), "Endless"),
			(step("Endless", hours=1, remind_hours=9000), "Endless"),
		)
		for row, says in wrong:
			with self.subTest(says=says):
				self.assertRefused(InvalidRoute, set_steps, row, says=says)
		condition = {"subject": "Document", "fieldname": "no_such", "operator": "=", "value": "1"}
		self.assertRefused(InvalidRoute, second_route, "Second", condition, says="no_such")
		condition = {"subject": "Document", "fieldname": "new_cases", "operator": "="}
		self.assertRefused(InvalidRoute, second_route, "Second", condition)
		condition = {"subject": "User", "fieldname": "email", "operator": "is set"}
		self.assertRefused(InvalidRoute, second_route, "Second", condition, says="User")

	def test_a_doctype_that_can_go_by_no_route_is_left_as_it_is(self) -> None:
		closed = ("User", "Approval Decision", "Publishing Settings", "Report Explanation")
		for doctype in closed:
			with self.subTest(doctype=doctype):
				route = frappe.get_doc(
					doctype="Approval Route", title="X", document_type=doctype, steps=[step("District")]
				)
				self.assertRefused(InvalidRoute, route.insert)
				self.assertFalse(
					frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": "approval_unit"})
				)

	def test_a_document_of_no_unit_waits_for_nobody(self) -> None:
		report = draft(self.slot)
		frappe.db.set_value(REPORT, report.name, "unit", None)
		self.assertRefused(ApprovalError, decide, REPORT, report.name, "Submit", says="no unit")


class TestWho(PortalTestCase):
	def test_a_unit_of_a_type_is_the_nearest_over_the_area(self) -> None:
		set_steps(
			step("Committee", who="Unit of a Type", unit_type="DPC"),
			step("Province", who="Unit of a Type", unit_type="PPC"),
		)
		self.assertEqual(steps_of(sent(self.slot)), [(1, "DPC-ZZ1", "Pending"), (2, "PPC-ZZ", "Waiting")])

	def test_where_the_area_has_no_such_unit_the_sentence_says_which(self) -> None:
		set_steps(step("Committee", who="Unit of a Type", unit_type="DPC"))
		report = draft(self.slot, OUTSIDE)
		self.assertRefused(RouteMissing, decide, REPORT, report.name, "Submit", says="DPC")

	def test_a_step_that_may_be_skipped_is_left_out_where_nobody_but_the_author_could(self) -> None:
		set_steps(step("Head", who="Own Unit", duty="Head", may_be_skipped=1), step("District"))
		self.assertEqual(steps_of(sent(self.slot)), [(1, "DHC-ZZ1", "Pending")])
		assign("colleague", "Head", "CHS-ZZ12")
		self.assertEqual(
			steps_of(sent(self.slot, "ZZ12")), [(1, "CHS-ZZ12", "Pending"), (2, "DHC-ZZ1", "Waiting")]
		)

	def test_nor_is_one_asked_who_stands_in_for_the_author(self) -> None:
		set_steps(step("Head", who="Own Unit", duty="Head", may_be_skipped=1), step("District"))
		head = assign("reporter", "Head", "CHS-ZZ11")
		assign("colleague", "Head", "CHS-ZZ11", substitute_for=head)
		with self.acting("reporter"):
			report = sent(self.slot)
		self.assertEqual(steps_of(report), [(1, "DHC-ZZ1", "Pending")])

	def test_a_route_whose_every_step_was_skipped_is_no_way_to_approved(self) -> None:
		set_steps(step("Head", who="Own Unit", duty="Head", may_be_skipped=1))
		report = draft(self.slot)
		self.assertRefused(RouteMissing, decide, REPORT, report.name, "Submit")


class TestSeveral(PortalTestCase):
	def approve(self, report, who: str):
		with self.acting(who):
			return take(report, "Approve")

	def test_two_of_a_unit_must_approve_and_one_counts_once(self) -> None:
		set_steps(step("District", approvals=2), step("CDC"))
		report = self.approve(sent(self.slot), "district")
		self.assertEqual((report.workflow_state, report.approval_unit), ("In Approval", "DHC-ZZ1"))
		with self.acting("district"):
			self.assertRefused(NotYoursToDecide, decide, REPORT, report.name, "Approve")
		self.assertEqual(self.approve(report, "colleague").approval_unit, "CDC-ZZ")

	def test_all_of_a_unit(self) -> None:
		set_steps(step("District", approvals=0))
		report = self.approve(sent(self.slot), "colleague")
		self.assertEqual(report.workflow_state, "In Approval")
		self.assertEqual(self.approve(report, "district").workflow_state, "Approved")

	def test_of_all_a_substitute_and_whom_he_stands_in_for_are_one(self) -> None:
		principal = f"{address('district')}-Approver-DHC-ZZ1"
		assign("sibling", "Approver", "DHC-ZZ1", substitute_for=principal)
		set_steps(step("District", approvals=0))
		for first, second in (("district", "colleague"), ("sibling", "colleague")):
			with self.subTest(first=first):
				frappe.db.savepoint("one_way")
				report = self.approve(sent(self.slot), first)
				self.assertEqual(report.workflow_state, "In Approval")
				self.assertEqual(self.approve(report, second).workflow_state, "Approved")
				frappe.db.rollback(save_point="one_way")

	def test_of_all_one_who_stands_in_for_the_author_is_not_asked(self) -> None:
		assign("district", "Reporter", "CHS-ZZ11")
		principal = f"{address('district')}-Approver-DHC-ZZ1"
		assign("sibling", "Approver", "DHC-ZZ1", substitute_for=principal)
		set_steps(step("District", approvals=0))
		with self.acting("district"):
			report = sent(self.slot)
		self.assertEqual(self.approve(report, "colleague").workflow_state, "Approved")

	def test_units_beside_each_other_both_approve_in_any_order(self) -> None:
		set_steps(
			step("Health"),
			step("Government", who="Unit of a Type", unit_type="DPC", parallel=1),
			step("CDC", who="Named Unit", unit="CDC-ZZ"),
		)
		report = sent(self.slot)
		self.assertEqual(
			steps_of(report), [(1, "DHC-ZZ1", "Pending"), (1, "DPC-ZZ1", "Pending"), (2, "CDC-ZZ", "Waiting")]
		)
		report = self.approve(report, "other line")
		self.assertEqual((report.workflow_state, report.approval_unit), ("In Approval", "DHC-ZZ1"))
		report = self.approve(report, "district")
		self.assertEqual((report.approval_unit, report.approval_step), ("CDC-ZZ", 2))

	def test_one_of_those_beside_each_other_refuses_for_all(self) -> None:
		set_steps(step("Health"), step("Government", who="Unit of a Type", unit_type="DPC", parallel=1))
		report = sent(self.slot)
		with self.acting("other line"):
			report = take(report, "Refuse", "Not this area.")
		self.assertEqual(report.workflow_state, "Refused")
		self.assertEqual(steps_of(report), [(1, "DHC-ZZ1", "Ended"), (1, "DPC-ZZ1", "Refused")])


class TestReturnToAStep(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		set_steps(step("District"), step("CDC"), step("Committee", who="Named Unit", unit="PPC-ZZ"))
		assign("publisher", "Approver", "PPC-ZZ")
		self.report = approve_as(sent(self.slot), "district", "cdc")

	def back(self, to: int, reason: str | None = "Ask the district again."):
		with self.acting("publisher"):
			decide(REPORT, self.report.name, "Return", reason, to)
		return frappe.get_doc(REPORT, self.report.name)

	def test_it_goes_on_from_there_and_its_approvals_are_asked_again(self) -> None:
		report = self.back(1)
		self.assertEqual((report.workflow_state, report.approval_unit), ("In Approval", "DHC-ZZ1"))
		self.assertEqual(
			[state for _step, _unit, state in steps_of(report)], ["Pending", "Waiting", "Waiting"]
		)
		report = approve_as(report, "district", "cdc", "publisher")
		self.assertEqual(report.workflow_state, "Approved")

	def test_an_approval_before_the_step_still_stands(self) -> None:
		report = self.back(2)
		self.assertEqual(report.approval_unit, "CDC-ZZ")
		with self.acting("district"):
			self.assertRefused(NotYoursToDecide, decide, REPORT, report.name, "Approve")

	def test_it_needs_a_reason_and_a_step_that_is_earlier(self) -> None:
		with self.acting("publisher"):
			self.assertRefused(ReasonMissing, decide, REPORT, self.report.name, "Return", "", 1)
			for step_number in (3, 4, -1):
				self.assertRefused(
					ApprovalError, decide, REPORT, self.report.name, "Return", "Why.", step_number
				)

	def test_the_record_says_to_which_step(self) -> None:
		self.back(2)
		row = frappe.get_last_doc(
			"Approval Decision", {"reference_name": self.report.name, "decision": "Return"}
		)
		self.assertEqual((row.return_to, row.step, row.to_state), (2, 3, "In Approval"))


class TestSubstitutes(PortalTestCase):
	def substitute(self, first: int, last: int | None) -> None:
		principal = f"{address('district')}-Approver-DHC-ZZ1"
		assign("sibling", "Approver", "DHC-ZZ1", first, last, substitute_for=principal)

	def test_within_the_dates_he_decides_on_behalf_and_it_is_on_record(self) -> None:
		self.substitute(0, 0)
		report = sent(self.slot)
		with self.acting("sibling"):
			take(report, "Approve")
		row = frappe.get_last_doc("Approval Decision", {"reference_name": report.name, "decision": "Approve"})
		self.assertEqual(
			(row.user, row.on_behalf_of, row.unit), (address("sibling"), address("district"), "DHC-ZZ1")
		)

	def test_neither_before_nor_after(self) -> None:
		for first, last in ((1, 3), (-3, -1)):
			with self.subTest(first=first):
				self.substitute(first, last)
				report = frappe.db.exists(REPORT, f"{self.slot}-ZZ11") or sent(self.slot).name
				with self.acting("sibling"):
					self.assertRefused(frappe.PermissionError, decide, REPORT, report, "Approve")
				frappe.db.delete("Duty Assignment", {"user": address("sibling"), "duty": "Approver"})

	def test_not_for_one_who_sent_it_himself(self) -> None:
		assign("district", "Reporter", "CHS-ZZ11")
		self.substitute(0, None)
		with self.acting("district"):
			report = sent(self.slot)
		with self.acting("sibling"):
			self.assertRefused(NotYoursToDecide, decide, REPORT, report.name, "Approve", says="substitute")

	def test_one_with_a_seat_of_his_own_decides_for_himself(self) -> None:
		principal = f"{address('district')}-Approver-DHC-ZZ1"
		frappe.db.set_value(
			"Duty Assignment", f"{address('colleague')}-Approver-DHC-ZZ1", "substitute_for", None
		)
		assign("colleague", "Head", "DHC-ZZ1", substitute_for=principal)
		report = sent(self.slot)
		with self.acting("colleague"):
			take(report, "Approve")
		row = frappe.get_last_doc("Approval Decision", {"reference_name": report.name, "decision": "Approve"})
		self.assertIsNone(row.on_behalf_of)


class TestShipped(PortalTestCase):
	def test_what_an_administrator_changed_survives_an_update(self) -> None:
		set_steps(step("CDC alone", who="Named Unit", unit="CDC-ZZ"))
		load_shipped_routes()
		self.assertEqual(len(frappe.get_doc("Approval Route", REPORT).steps), 1)

	def test_every_shipped_route_is_sound(self) -> None:
		for route in shipped_routes():
			with self.subTest(route=route["title"]):
				if frappe.db.exists("DocType", route["document_type"]):
					document = frappe.get_doc(doctype="Approval Route", **route)
					document.validate_steps()
					document.validate_conditions()
				self.assertTrue(all(frappe.db.exists("Role", row["duty"]) for row in route["steps"]))
