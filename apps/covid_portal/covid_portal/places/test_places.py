"""Places: what is refused, who changes what, what the public sees, and how many people are where."""

import json
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.client import set_value
from frappe.model.document import Document
from frappe.utils import now_datetime

from covid_portal.approval.desk import get_transitions
from covid_portal.approval.vocabulary import ApprovalError, StateGuarded
from covid_portal.places import api, following, positions, public_rows, published
from covid_portal.places.by_area import counts
from covid_portal.places.desk_map import get_coords
from covid_portal.places.doctype.quarantine_occupancy.quarantine_occupancy import (
	NoteMissing,
	OccupancyRefused,
)
from covid_portal.places.place import PlaceDecidedOn, PlaceRefused
from covid_portal.places.positions import Bounds, OutsideProvince
from covid_portal.places.reconciling import compare
from covid_portal.reporting.consolidation import consolidate
from covid_portal.testing.case import PortalTestCase, accepted
from covid_portal.testing.places import CONTROL, POINT, SITE, act, approved, entered, new_place
from covid_portal.testing.province import COMMUNE, DISTRICT, OUTSIDE, SIBLING, address

BOX = Bounds(19.0, 105.0, 20.0, 106.0)
KINDS = (SITE, POINT, CONTROL)
STORED = (*KINDS, "Quarantine Occupancy")


class PlaceCase(PortalTestCase):
	def setUp(self) -> None:
		super().setUp()
		for target, name, value in ((positions, "bounds", BOX), (api, "newest_slot", self.slot_row())):
			patcher = patch.object(target, name, return_value=value)
			patcher.start()
			self.addCleanup(patcher.stop)

	def slot_row(self) -> frappe._dict:
		return frappe.db.get_value("Report Slot", self.slot, ["name", "slot_time"], as_dict=True)

	def refused(self, error: type[Exception], says: str, call, *args, **kwargs) -> None:
		frappe.db.savepoint("refused_place")
		with self.assertNothingStored(*STORED):
			with self.assertRaises(error) as caught:
				call(*args, **kwargs)
			frappe.db.rollback(save_point="refused_place")
		self.assertIn(says, str(caught.exception))


class TestEntering(PlaceCase):
	def test_a_place_belongs_to_its_authors_unit(self) -> None:
		for doctype in KINDS:
			with self.subTest(doctype):
				self.assertEqual(entered(doctype).unit, f"CHS-{COMMUNE}")

	def test_positions_outside_of_the_province_are_named(self) -> None:
		for position, says in (
			((21.0, 105.5), "outside of the province"),
			((105.5, 19.5), "have changed places"),
			((19.5, 0), "outside of the province"),
			((-19.5, 105.5), "outside of the province"),
		):
			place = {"latitude": position[0], "longitude": position[1]}
			with self.subTest(position):
				self.refused(OutsideProvince, says, entered, SITE, **place)
		self.assertTrue(entered(SITE, latitude=19.5, longitude=105.5).name)

	def test_figures_that_cannot_be_are_named(self) -> None:
		for values, says in (
			({"capacity": 0}, "more than 0"),
			({"fee": 5000}, "only a paid site"),
		):
			with self.subTest(values):
				self.refused(PlaceRefused, says, entered, SITE, **values)
		for values in ({"capacity": -3}, {"fee": -1, "site_class": "Paid"}):
			with self.subTest(values):
				self.refused(
					frappe.ValidationError, "negative" if "fee" in values else "0", entered, SITE, **values
				)

	def test_links_lead_to_https_alone(self) -> None:
		for link in (
			"http://shop.example",
			"javascript:alert(1)",
			"https://",
			"https://me@shop.example",
			"https://[",
		):
			with self.subTest(link):
				self.refused(PlaceRefused, "https://", entered, POINT, order_link=link)
				self.refused(PlaceRefused, "https://", entered, CONTROL, link=link)

	def test_hours_that_cannot_be_read_are_named(self) -> None:
		self.refused(PlaceRefused, "from 7", entered, POINT, hours="from 7")

	def test_a_control_place_has_period_decision_and_link_as_its_kind_asks(self) -> None:
		self.refused(PlaceRefused, "ends before", entered, CONTROL, valid_to="2020-12-31")
		self.refused(PlaceRefused, "decision", entered, CONTROL, decision="")
		self.refused(PlaceRefused, "link", entered, CONTROL, kind="camera")

	def test_an_outline_is_a_closed_polygon_in_the_province(self) -> None:
		ring = [[105.1, 19.1], [105.2, 19.1], [105.2, 19.2], [105.1, 19.1]]
		for shape, says in (
			({"type": "Point", "coordinates": [105.1, 19.1]}, "Polygon"),
			({"type": "Polygon", "coordinates": [ring[:-1]]}, "not closed"),
			({"type": "Polygon", "coordinates": [[*ring[:3], [105.1, 29.1], ring[0]]]}, "outside"),
			({"type": "Polygon", "coordinates": []}, "Polygon"),
			({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "Polygon"),
			([], "Polygon"),
		):
			with self.subTest(shape):
				self.refused(OutsideProvince, says, entered, CONTROL, outline=json.dumps(shape))
		self.refused(OutsideProvince, "Polygon", entered, CONTROL, outline="{")
		self.assertTrue(entered(CONTROL, outline=json.dumps({"type": "Polygon", "coordinates": [ring]})).name)

	def test_a_unit_has_charge_of_places_in_its_own_area_alone(self) -> None:
		self.refused(PlaceRefused, "not one of", new_place(SITE, unit=f"CHS-{COMMUNE}", area=OUTSIDE).insert)

	def test_nobody_names_another_unit_whose_route_it_would_go_then(self) -> None:
		self.refused(PlaceRefused, "no unit of yours", entered, SITE, unit=f"DHC-{DISTRICT}")


class TestRightsOnPlaces(PlaceCase):
	def sees(self, who: str, doctype: str) -> bool:
		with self.acting(who):
			return frappe.has_permission(doctype) and bool(frappe.get_list(doctype))

	def test_who_sees_a_draft(self) -> None:
		for doctype in KINDS:
			frappe.db.delete(doctype)
			entered(doctype)
			with self.subTest(doctype):
				seen = {
					who
					for who in ("reporter", "government", "district", "cdc", "auditor")
					if self.sees(who, doctype)
				}
				self.assertEqual(seen, {"reporter", "government", "district", "cdc", "auditor"})
				blind = ("sibling", "outsider", "other district", "stranger", "disabled", "ended", "Guest")
				self.assertEqual([who for who in blind if self.sees(who, doctype)], [])

	def test_nobody_but_its_unit_changes_what_is_in_stock_or_how_many_are_there(self) -> None:
		site, point = approved(SITE), approved(POINT)
		for who in (
			"sibling",
			"outsider",
			"district",
			"cdc",
			"other district",
			"stranger",
			"disabled",
			"ended",
		):
			with self.subTest(who), self.acting(who):
				self.refused(frappe.PermissionError, "", api.count, site.name, 3)
				self.refused(frappe.PermissionError, "", api.confirm, point.name, "Low")
		with self.acting("Guest"):
			self.refused(frappe.AuthenticationError, "", api.count, site.name, 3)

	def test_nobody_enters_a_place_in_anothers_area(self) -> None:
		for who in ("sibling", "outsider", "stranger", "disabled", "ended"):
			with self.subTest(who):
				self.refused(frappe.PermissionError, "", entered, SITE, who)

	def test_each_gets_his_own_places_on_his_page(self) -> None:
		for doctype in KINDS:
			frappe.db.delete(doctype)
		mine, theirs = entered(SITE), entered(SITE, "sibling", area=SIBLING)
		with self.acting("reporter"):
			self.assertEqual([row["name"] for row in api.mine()["sites"]], [mine.name])
		with self.acting("sibling"):
			self.assertEqual([row["name"] for row in api.mine()["sites"]], [theirs.name])


class TestPublished(PlaceCase):
	def setUp(self) -> None:
		super().setUp()
		for doctype in KINDS:
			frappe.db.delete(doctype)

	def rows(self, kind: str) -> list[dict]:
		return published.all_rows()[kind]

	def test_only_what_is_approved_is_public(self) -> None:
		for doctype, kind in zip(
			KINDS, (public_rows.SITES, public_rows.POINTS, public_rows.CONTROL), strict=True
		):
			with self.subTest(doctype):
				place = act("reporter", entered(doctype), "Submit")
				self.assertEqual(self.rows(kind), [])
				act("district", place, "Approve")
				self.assertEqual([row["id"] for row in self.rows(kind)], [place.name])

	def test_contacts_are_public_only_where_the_place_says_so(self) -> None:
		approved(SITE)
		self.assertIsNone(self.rows("sites")[0]["contact"])
		self.assertNotIn("Nguyen Van A", str(published.data_files(published.all_rows())))
		approved(SITE, place_name="School B", contact_public=1)
		self.assertEqual(self.rows("sites")[1]["contact"]["name"], "Nguyen Van A")

	def test_a_change_waits_for_its_approval_and_the_former_words_stay(self) -> None:
		site = approved(SITE)
		site.capacity = 50
		with self.acting("reporter"):
			self.refused(PlaceDecidedOn, "Capacity", site.save)
		site = self.sent_anew(site, capacity=50)
		self.assertEqual(self.rows("sites")[0]["capacity"], 20)
		act("district", site, "Approve")
		self.assertEqual(self.rows("sites")[0]["capacity"], 50)

	def sent_anew(self, place: Document, **values: object) -> Document:
		"""Changed by its unit, in a new round."""
		place = act("reporter", place, "Reopen")
		place.update(values)
		with self.acting("reporter"):
			place.save()
		return act("reporter", place, "Submit")

	def test_a_refused_change_leaves_what_is_public_and_can_be_tried_again(self) -> None:
		site = act(
			"district", self.sent_anew(approved(SITE), capacity=50), "Refuse", "There are no more beds."
		)
		self.assertEqual(self.rows("sites")[0]["capacity"], 20)
		act("district", self.sent_anew(site, capacity=30), "Approve")
		self.assertEqual(self.rows("sites")[0]["capacity"], 30)

	def test_nobody_else_takes_an_approved_place_up_again(self) -> None:
		site = approved(SITE)
		for who in ("sibling", "outsider", "district", "stranger", "disabled"):
			with self.subTest(who):
				self.refused(frappe.PermissionError, "", act, who, site, "Reopen")

	def test_the_desk_offers_a_change_to_those_alone_who_may(self) -> None:
		site = approved(SITE)
		for who, offered in (
			("reporter", ["Revise"]),
			("government", ["Revise"]),
			("district", []),
			("auditor", []),
		):
			with self.subTest(who), self.acting(who):
				self.assertEqual([row["action"] for row in get_transitions(site)], offered)

	def test_what_was_never_public_or_is_under_way_is_not_taken_up_again(self) -> None:
		refused = act("district", act("reporter", entered(SITE), "Submit"), "Refuse", "No such school.")
		self.refused(ApprovalError, "Refused", act, "reporter", refused, "Reopen")
		sent = act("reporter", entered(SITE), "Submit")
		self.refused(ApprovalError, "In Approval", act, "reporter", sent, "Reopen")

	def test_other_documents_are_never_taken_up_again(self) -> None:
		report = accepted(self.slot, COMMUNE)
		self.refused(ApprovalError, "Approved", act, "reporter", report, "Reopen")

	def test_a_board_moves_reception_and_never_the_approval(self) -> None:
		site = approved(SITE)
		with self.acting("reporter"):
			set_value(SITE, site.name, "status", "Full")
			self.refused(
				StateGuarded,
				"changes only by a decision",
				set_value,
				SITE,
				site.name,
				"workflow_state",
				"Draft",
			)
		self.assertEqual(self.rows("sites")[0]["status"], "full")

	def test_a_control_place_is_public_while_it_is_in_force_and_its_kind_is(self) -> None:
		approved(CONTROL, valid_from=now_datetime() + timedelta(days=1))
		approved(CONTROL, place_name="Post B", valid_to=now_datetime() - timedelta(days=1))
		self.assertEqual(self.rows("control"), [])
		approved(CONTROL, place_name="Post C", valid_to=now_datetime() + timedelta(days=1))
		self.assertEqual([row["name"] for row in self.rows("control")], ["Post C"])
		frappe.db.set_value("Control Place Kind", "checkpoint", "is_public", 0)
		self.assertEqual(self.rows("control"), [])

	def test_a_closed_site_is_not_listed_and_needs_no_approval_to_close(self) -> None:
		site = approved(SITE)
		site.status = "Closed"
		with self.acting("reporter"):
			site.save()
		self.assertEqual(site.workflow_state, "Approved")
		self.assertEqual(self.rows("sites"), [])

	def test_the_pages_follow_what_begins_and_what_ends(self) -> None:
		now = now_datetime().replace(microsecond=0)
		following.tick(now)
		approved(CONTROL, valid_from=now + timedelta(hours=1), valid_to=now + timedelta(hours=3))
		asked = [self.asks_for_a_build(now + timedelta(hours=hours, minutes=1)) for hours in range(5)]
		self.assertEqual(asked, [False, True, False, True, False])

	def test_the_pages_follow_what_fades(self) -> None:
		point, now = approved(POINT), now_datetime()
		following.tick(now)
		fades = point.confirmed_at + timedelta(days=public_rows.stale_after_days())
		self.assertFalse(self.asks_for_a_build(fades - timedelta(minutes=1)))
		self.assertTrue(self.asks_for_a_build(fades + timedelta(minutes=1)))

	def asks_for_a_build(self, now: datetime) -> bool:
		with patch.object(following, "show_later") as show:
			following.tick(now)
			following.tick(now)
		self.assertLessEqual(show.call_count, 1)
		return show.called

	def test_the_file_of_positions_has_points_and_outlines(self) -> None:
		approved(SITE)
		approved(SITE, place_name="School B", latitude=19.5, longitude=105.5)
		ring = [[105.1, 19.1], [105.2, 19.1], [105.2, 19.2], [105.1, 19.1]]
		approved(CONTROL, outline=json.dumps({"type": "Polygon", "coordinates": [ring]}))
		features = published.features(published.all_rows())
		found = [one["geometry"] and one["geometry"]["type"] for one in features]
		self.assertEqual(found, [None, "Point", "Polygon"])
		self.assertEqual(features[1]["geometry"]["coordinates"], [105.5, 19.5])


class TestOccupancy(PlaceCase):
	def count(self, site, occupied: int, **values: str) -> dict:
		with self.acting("reporter"):
			return api.count(site.name, occupied, **values)

	def test_a_count_is_of_the_slot_and_again_replaces_it(self) -> None:
		site = approved(SITE)
		self.assertEqual(self.count(site, 5)["free"], 15)
		self.assertEqual(self.count(site, 7)["free"], 13)
		rows = frappe.get_all(
			"Quarantine Occupancy", {"site": site.name}, ["slot", "occupied", "area", "unit"]
		)
		self.assertEqual([tuple(row.values()) for row in rows], [(self.slot, 7, COMMUNE, f"CHS-{COMMUNE}")])

	def test_each_slot_keeps_its_own_count_and_the_site_shows_the_newest(self) -> None:
		site = approved(SITE)
		self.count(site, 5)
		with self.acting("reporter"):
			api.store_count(site.name, self.previous, 3, "")
		self.assertEqual(frappe.db.count("Quarantine Occupancy", {"site": site.name}), 2)
		self.assertEqual(frappe.db.get_value(SITE, site.name, "occupied"), 5)

	def test_a_number_below_zero_is_refused(self) -> None:
		site = approved(SITE)
		self.refused(OccupancyRefused, "less than none", self.count, site, -1)

	def test_more_people_than_places_need_a_word_and_alert_the_superior(self) -> None:
		site = approved(SITE)
		self.refused(NoteMissing, "more than the 20 places", self.count, site, 21)
		self.count(site, 21, note="A bus came in the night.")
		told = frappe.get_all("Notification Log", {"document_name": site.name}, pluck="for_user")
		self.assertEqual(set(told), {address("district"), address("colleague")})
		self.count(site, 22, note="Two buses.")
		self.assertEqual(frappe.db.count("Notification Log", {"document_name": site.name}), len(told))

	def test_what_a_unit_says_of_itself_stays(self) -> None:
		site = approved(SITE)
		self.assertEqual(self.count(site, 5, status="Full")["status"], "Full")
		self.assertEqual(self.count(site, 4)["status"], "Full")

	def test_the_places_are_those_approved_while_they_are_changing(self) -> None:
		site = act("reporter", approved(SITE), "Reopen")
		site.capacity = 500
		with self.acting("reporter"):
			site.save()
		self.refused(NoteMissing, "more than the 20 places", self.count, site, 21)

	def test_a_site_is_full_without_a_free_place_and_receives_again_with_one(self) -> None:
		site = approved(SITE)
		self.assertEqual(self.count(site, 20)["status"], "Full")
		self.assertEqual(self.count(site, 19)["status"], "Receiving")

	def test_not_counted_is_not_empty(self) -> None:
		approved(SITE)
		row = next(row for row in published.all_rows()["sites"] if row["name"] == "School A")
		self.assertIsNone(row["free_at_least"])
		self.assertNotIn("occupied", row)

	def test_free_places_tell_no_small_number_of_people(self) -> None:
		for capacity in range(10, 200):
			told = {public_rows.free_at_least(capacity, occupied, 5) for occupied in range(10)}
			self.assertEqual(len(told), 1, capacity)
		self.assertEqual(
			[public_rows.free_at_least(60, many, 5) for many in (0, 30, 51, 60, 70)], [50, 20, 5, 0, 0]
		)

	def test_a_locked_slot_takes_no_count(self) -> None:
		site = approved(SITE)
		frappe.db.set_value("Report Slot", self.slot, "locks_at", now_datetime() - timedelta(minutes=1))
		self.refused(OccupancyRefused, "locked", self.count, site, 3)

	def test_a_count_stays_on_record(self) -> None:
		site = approved(SITE)
		self.count(site, 3)
		name = frappe.db.get_value("Quarantine Occupancy", {"site": site.name})
		self.refused(frappe.PermissionError, "record", frappe.delete_doc, "Quarantine Occupancy", name)


class TestForStaff(PlaceCase):
	def test_people_in_the_sites_are_held_against_the_situation_report(self) -> None:
		accepted(self.slot, COMMUNE)  # 18 people in quarantine sites
		site = approved(SITE)
		with self.acting("reporter"):
			api.count(site.name, 15)
		consolidate(self.slot)
		for who, areas in (
			("reporter", [COMMUNE]),
			("district", [DISTRICT, COMMUNE]),
			("sibling", []),
			("outsider", []),
		):
			with self.subTest(who), self.acting(who):
				rows = compare(self.slot, only_different=True)
				self.assertEqual([row["area"] for row in rows], areas)
				self.assertEqual(
					{(row["in_sites"], row["reported"], row["difference"]) for row in rows},
					{(15, 18, -3)} if areas else set(),
				)

	def test_what_is_not_said_is_no_difference(self) -> None:
		accepted(self.slot, COMMUNE)
		approved(SITE)
		consolidate(self.slot)
		with self.acting("reporter"):
			row = compare(self.slot)[0]
			self.assertEqual((row["sites"], row["counted"], row["difference"]), (1, 0, None))
			self.assertEqual(compare(self.slot, only_different=True), [])

	def test_places_are_counted_by_area_and_seen_on_the_desks_map_within_the_scope(self) -> None:
		site = approved(SITE, latitude=19.5, longitude=105.5)
		for who, sees in (
			("reporter", True),
			("district", True),
			("sibling", False),
			("other district", False),
		):
			with self.subTest(who), self.acting(who):
				self.assertEqual(
					[row["area"] for row in counts() if row["area"] == COMMUNE], [COMMUNE] if sees else []
				)
				self.assertEqual(site.name in str(get_coords(SITE)), sees)
				self.assertNotIn(site.name, str(get_coords(SITE, [[SITE, "status", "=", "Closed"]])))


class TestStale(PlaceCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.db.delete(POINT)

	def test_a_point_that_nobody_confirms_fades_and_is_fresh_again_when_one_does(self) -> None:
		point = approved(POINT)
		later = now_datetime() + timedelta(days=public_rows.stale_after_days(), minutes=1)
		self.assertTrue(published.all_rows(later)["points"][0]["stale"])
		frappe.db.set_value(POINT, point.name, "confirmed_at", now_datetime() - timedelta(days=9))
		with self.acting("reporter"):
			api.confirm(point.name, "Low")
		row = published.all_rows()["points"][0]
		self.assertEqual((row["stale"], row["stock"]), (False, "low"))

	def test_its_unit_is_reminded_once_in_so_many_days(self) -> None:
		point = approved(POINT)
		later = now_datetime() + timedelta(days=public_rows.stale_after_days(), minutes=1)
		self.assertEqual([following.chase_stale(later), following.chase_stale(later)], [1, 0])
		told = frappe.get_all("Notification Log", {"document_name": point.name}, pluck="for_user")
		self.assertEqual(told, [address("reporter")])
		self.assertEqual(following.chase_stale(later + timedelta(days=4)), 1)

	def test_an_unknown_stock_is_refused(self) -> None:
		point = approved(POINT)
		with self.acting("reporter"):
			self.refused(frappe.ValidationError, "no state", api.confirm, point.name, "Plenty")


class TestSeveralUnits(PlaceCase):
	def test_a_district_enters_a_site_of_its_own_and_its_superior_approves(self) -> None:
		site = entered(SITE, "district", area=DISTRICT, unit=f"DHC-{DISTRICT}")
		site = act("district", site, "Submit")
		self.assertEqual(act("cdc", site, "Approve").workflow_state, "Approved")
