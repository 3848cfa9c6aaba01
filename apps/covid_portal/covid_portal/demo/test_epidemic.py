"""The demo fortnight keeps every rule of the situation report, and looks like an epidemic."""

import unittest
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from covid_portal.demo import epidemic, population
from covid_portal.demo.conduct import LEFT_TO_FILL_IN, SENT, WAITING_AT_HUB, WAITING_REMOTEST
from covid_portal.demo.place import Place
from covid_portal.demo.population import kilometres
from covid_portal.testing.figures import MANDATORY

SEED = 38
# Monday 22 November 2021, 16:00.
LAST = datetime(2021, 11, 22, 16)

# stock: the flows that move it, with their sign
BALANCES = {
	"under_treatment": ("+new_cases", "-recovered", "-deaths"),
	"followed_f1": ("+new_f1", "-ended_f1"),
	"followed_f2": ("+new_f2", "-ended_f2"),
	"quarantine_site_current": ("+quarantine_site_new", "-quarantine_site_ended"),
	"quarantine_facility_current": ("+quarantine_facility_new", "-quarantine_facility_ended"),
	"quarantine_home_current": ("+quarantine_home_new", "-quarantine_home_ended"),
	"pcr_pending": ("+pcr_samples", "-pcr_positive", "-pcr_negative"),
}


def made_up_areas(districts: int = 27, communes: int = 559) -> pd.DataFrame:
	"""A province on a lattice of 9 columns, 12 km apart; the city, with the wards, is at its eastern edge."""
	rows = [("99", "", "Province", 1, None, None)]
	for number in range(districts):
		row, column = divmod(number, 9)
		code = f"{900 + number}"
		rows.append((code, "99", "Rural District", 2, 20 + 0.11 * row, 105 + 0.115 * column))
	for number in range(communes):
		district = f"{900 + number % districts}"
		kind = "Ward" if district == "917" else "Township" if number < districts else "Commune"
		rows.append((f"{10000 + number}", district, kind, 3, None, None))
	return pd.DataFrame(rows, columns=["code", "parent", "kind", "level", "latitude", "longitude"])


def made_up_communes(districts: int = 27, communes: int = 559) -> pd.DataFrame:
	areas = made_up_areas(districts, communes)
	persons = population.synthetic(areas, SEED, persons=6_500 * communes)
	persons = persons.set_index(["area", "population_group"])["persons"].unstack()
	frame = areas[areas["level"] == 3].join(persons, on="code").rename(columns={"parent": "district"})
	centres = areas.set_index("code").loc[frame["district"], ["latitude", "longitude"]]
	frame["district_latitude"], frame["district_longitude"] = centres.to_numpy().T
	columns = ["code", "district", "district_latitude", "district_longitude", "kind"]
	return frame[[*columns, "total", "adults", "elderly", "teens"]].reset_index(drop=True)


def slot_times(last: datetime = LAST, count: int = 29) -> list[datetime]:
	times = [last]
	while len(times) < count:
		times.insert(0, times[0] - timedelta(hours=8 if times[0].hour == 16 else 16))
	return times


def with_previous(frame: pd.DataFrame) -> pd.DataFrame:
	"""Sent rows, with every figure of the commune's report before as `previous.<figure>`."""
	sent = frame[frame["outcome"].isin(SENT)].sort_values(["area", "slot_index"])
	figures = list(epidemic.FIGURES)
	before = sent.groupby("area")[figures].shift().add_prefix("previous.")
	return pd.concat([sent, before], axis=1)


class TestPopulation(unittest.TestCase):
	def setUp(self) -> None:
		self.areas = made_up_areas()
		self.persons = population.synthetic(self.areas, SEED)
		self.wide = self.persons.set_index(["area", "population_group"])["persons"].unstack()

	def test_every_commune_has_all_groups(self) -> None:
		self.assertEqual(self.wide.shape, (559, 5))
		self.assertTrue((self.wide > 0).all(axis=None))

	def test_communes_add_up_to_the_province(self) -> None:
		self.assertEqual(self.wide["total"].sum(), population.PERSONS)

	def test_wider_age_groups_are_larger(self) -> None:
		self.assertTrue((self.wide["elderly"] < self.wide["people_50"]).all())
		self.assertTrue((self.wide["people_50"] < self.wide["adults"]).all())
		self.assertTrue((self.wide["adults"] + self.wide["teens"] < self.wide["total"]).all())

	def test_wards_are_larger_than_remote_communes(self) -> None:
		district = self.areas.set_index("code")["parent"]
		of = self.wide["total"].groupby(district).mean()
		self.assertGreater(of["917"], 1.8 * of["900"])

	def test_positions_may_be_missing(self) -> None:
		bare = population.synthetic(self.areas[["code", "parent", "kind", "level"]], SEED)
		self.assertEqual(bare[bare["population_group"] == "total"]["persons"].sum(), population.PERSONS)

	def test_same_seed_same_population(self) -> None:
		pd.testing.assert_frame_equal(self.persons, population.synthetic(self.areas, SEED))
		self.assertFalse(self.persons.equals(population.synthetic(self.areas, SEED + 1)))


class TestFortnight(unittest.TestCase):
	@classmethod
	def setUpClass(cls) -> None:
		cls.communes = made_up_communes()
		cls.place = Place.of(cls.communes)
		cls.times = slot_times()
		cls.frame = epidemic.simulate(cls.communes, cls.times, SEED)
		cls.sent = with_previous(cls.frame)

	def slot(self, index: int) -> pd.DataFrame:
		return self.frame[self.frame["slot_index"] == index % len(self.times)]

	def district_of(self, rows: pd.DataFrame) -> pd.Series:
		return rows["area"].map(self.communes.set_index("code")["district"])

	def assert_holds(self, left: pd.Series, right: pd.Series) -> None:
		"""left ≤ right wherever both were answered, and often enough that it says something."""
		holds = (left <= right).dropna()
		self.assertGreater(len(holds), 10_000)
		self.assertTrue(holds.all())

	# --- shape

	def test_one_row_for_every_slot_and_commune_in_order(self) -> None:
		self.assertEqual(len(self.frame), 29 * 559)
		self.assertTrue(self.frame.set_index(["slot_index", "area"]).index.is_unique)
		self.assertEqual(self.slot(0)["area"].tolist(), sorted(self.communes["code"]))
		times = self.frame.groupby("slot_index")["slot_time"].first()
		self.assertEqual([time.to_pydatetime() for time in times], self.times)

	def test_figures_are_whole_numbers_not_negative(self) -> None:
		self.assertEqual(len(epidemic.FIGURES), 51)
		for figure in epidemic.FIGURES:
			self.assertEqual(str(self.frame[figure].dtype), "Int64", figure)
			self.assertGreaterEqual(self.frame[figure].min(), 0, figure)

	def test_same_seed_same_frame_whatever_the_order_of_the_communes(self) -> None:
		again = epidemic.simulate(self.communes.sample(frac=1, random_state=1), self.times, SEED)
		pd.testing.assert_frame_equal(self.frame, again)

	def test_another_seed_gives_another_frame(self) -> None:
		other = epidemic.simulate(self.communes, self.times, SEED + 1)
		self.assertFalse(self.frame["new_cases"].equals(other["new_cases"]))

	# --- rules of the report

	def test_mandatory_figures_are_answered_in_every_report_sent(self) -> None:
		self.assertFalse(self.sent[list(MANDATORY)].isna().any(axis=None))

	def test_nothing_is_answered_where_nothing_was_begun(self) -> None:
		missing = self.frame[self.frame["outcome"] == "missing"]
		self.assertTrue(missing[list(epidemic.FIGURES)].isna().all(axis=None))

	def test_some_optional_figures_are_left_blank(self) -> None:
		for figure in ("treatment_beds", "arrivals", "sanctions", "new_f2"):
			self.assertTrue(0.01 < self.sent[figure].isna().mean() < 0.15, figure)

	def test_parts_add_up(self) -> None:
		sent = self.sent
		for whole, parts in {
			"new_cases": ("community_cases", "quarantine_cases", "imported_cases"),
			"under_treatment": ("treated_at_home", "treated_in_facilities"),
			"samples_taken": ("pcr_samples", "rapid_samples"),
		}.items():
			self.assertTrue((sent[list(parts)].sum(axis=1) == sent[whole]).all(), whole)

	def test_no_part_exceeds_its_whole(self) -> None:
		for part, whole in (
			("on_ventilator", "severe_cases"),
			("severe_cases", "under_treatment"),
			("on_oxygen", "under_treatment"),
			("treatment_beds_used", "treatment_beds"),
			("adults_booster", "adults_two_doses"),
			("adults_two_doses", "adults_one_dose"),
			("teens_two_doses", "teens_one_dose"),
		):
			with self.subTest(part=part):
				self.assert_holds(self.sent[part], self.sent[whole])

	def test_no_more_results_than_samples(self) -> None:
		sent = self.sent
		results = sent["pcr_positive"] + sent["pcr_negative"]
		self.assert_holds(results, sent["pcr_samples"] + sent["previous.pcr_pending"])
		self.assert_holds(sent["rapid_positive"] + sent["rapid_negative"], sent["rapid_samples"])

	def test_stocks_balance_with_the_flows_since_the_last_report(self) -> None:
		for stock, flows in BALANCES.items():
			with self.subTest(stock=stock):
				moved = sum(self.sent[flow[1:]] * (1 if flow[0] == "+" else -1) for flow in flows)
				off = (self.sent[f"previous.{stock}"] + moved - self.sent[stock]).dropna()
				self.assertGreater(len(off), 10_000)
				self.assertTrue((off == 0).all())

	def test_contacts_are_in_quarantine(self) -> None:
		site_and_facility = self.sent["quarantine_site_current"] + self.sent["quarantine_facility_current"]
		self.assert_holds(site_and_facility, self.sent["followed_f1"])
		self.assert_holds(self.sent["followed_f1"] - site_and_facility, self.sent["quarantine_home_current"])

	def test_a_contact_who_becomes_a_case_is_a_contact_no_more(self) -> None:
		self.assert_holds(self.sent["quarantine_cases"], self.sent["ended_f1"])

	def test_contacts_are_followed_for_fourteen_days(self) -> None:
		last = self.sent[self.sent["slot_index"] == 28].set_index("area")["followed_f1"]
		fortnight = self.sent[self.sent["slot_index"] > 0].groupby("area")["new_f1"].sum()
		# Who missed the first slot reports its contacts in the second: those may be a slot older.
		on_time = self.slot(0).set_index("area")["outcome"] == "accepted"
		last = last[on_time.reindex(last.index)]
		self.assertGreater(len(last), 200)
		self.assertTrue((last <= fortnight.reindex(last.index)).all())
		self.assertGreater(last.sum(), 0.8 * fortnight.reindex(last.index).sum())

	def test_every_warning_is_explained_and_nothing_else(self) -> None:
		sent, adults = self.sent, self.sent["area"].map(self.communes.set_index("code")["adults"])
		broken = {
			"cases_jump": sent["new_cases"] > 5 * sent["previous.new_cases"] + 10,
			"deaths_reported": sent["deaths"] > 0,
			"doses_over_population": sent["adults_one_dose"] > adults,
			"vaccination_fall": sent["adults_one_dose"] < sent["previous.adults_one_dose"],
			"f1_not_followed": (sent["followed_f1"] == 0) & (sent["new_f1"] > 0),
		}
		for rule, where in broken.items():
			with self.subTest(rule=rule):
				explained = sent["explanations"].map(lambda said, rule=rule: bool(said.get(rule)))
				self.assertTrue((explained == where.fillna(False).astype(bool)).all())
				self.assertTrue(explained.any(), "the fortnight shows every warning")
				self.assertLess(explained.mean(), 0.02)

	def test_sentences_have_no_gaps(self) -> None:
		said = [text for row in self.frame["explanations"] for text in row.values()]
		self.assertFalse([text for text in said if "{" in text or "-" in text])

	# --- the epidemic

	def test_the_province_finds_some_tens_of_cases_a_day(self) -> None:
		settled = self.frame[self.frame["slot_index"] < 28]
		days = settled.groupby(settled["slot_index"] // 2)["new_cases"].sum()
		self.assertTrue(days.between(20, 170).all(), days.tolist())
		self.assertTrue(40 < days.mean() < 120, days.tolist())

	def test_the_epidemic_is_under_way_on_the_first_day(self) -> None:
		first = self.slot(0)[["under_treatment", "followed_f1", "quarantine_site_current"]].sum()
		self.assertTrue((first > 150).all(), first.to_dict())

	def test_it_reaches_near_districts_before_far_ones(self) -> None:
		km = pd.Series(self.place.km[[self.place.hub, self.place.market]].min(axis=0)).rank()
		found = []
		for seed in (SEED, 1, 2, 3):
			frame = epidemic.simulate(self.communes, self.times, seed)
			local = frame[(frame["community_cases"] + frame["quarantine_cases"]).fillna(0) > 0]
			first = local.groupby("area")["slot_index"].min().reindex(self.place.codes).fillna(29)
			found.append(km.corr(first.groupby(self.place.district).mean().rank()))
		self.assertGreater(np.mean(found), 0.4, found)
		self.assertGreater(min(found), 0.1, found)

	def test_outbreaks_differ_more_than_chance(self) -> None:
		cases = self.frame.groupby("area")["new_cases"].sum().astype(float)
		self.assertGreater(cases.var(), 3 * cases.mean())

	def test_travellers_bring_cases_to_the_remotest_districts(self) -> None:
		remote = self.district_of(self.frame).isin([self.place.districts[d] for d in self.place.remote])
		per_head = self.frame["imported_cases"].groupby(remote).sum()
		people = self.communes["total"].groupby(
			self.communes["district"].isin(self.place.districts[list(self.place.remote)])
		)
		rate = per_head / people.sum()
		self.assertGreater(rate[True], 1.5 * rate[False])

	def test_nights_and_weekends_are_quiet(self) -> None:
		settled = self.frame[self.frame["slot_index"] < 28]
		hour, weekend = settled["slot_time"].dt.hour, settled["slot_time"].dt.day_of_week >= 5
		doses = settled["doses_given"].groupby([hour, weekend]).mean()
		self.assertLess(doses[8, False], 0.5 * doses[16, False])
		self.assertLess(doses[16, True], 0.8 * doses[16, False])
		samples = settled["rapid_samples"].groupby(hour).mean()
		self.assertLess(samples[8], 0.6 * samples[16])

	def test_vaccination_rises_from_about_four_adults_in_five(self) -> None:
		for slot in (0, 26):
			rows = self.slot(slot).dropna(subset=["adults_one_dose"])
			adults = rows["area"].map(self.communes.set_index("code")["adults"])
			self.assertTrue(0.74 < rows["adults_one_dose"].sum() / adults.sum() < 0.88)
		falls = self.sent["adults_one_dose"] < self.sent["previous.adults_one_dose"]
		self.assertLess(falls.sum(), 10)

	# --- who reports

	def test_shares_of_missing_late_and_returned_reports(self) -> None:
		settled = self.frame[self.frame["slot_index"] < 27]
		missing = (settled["outcome"] == "missing").mean()
		late = (settled["submitted_at"] > settled["slot_time"] - timedelta(minutes=20)).mean()
		self.assertTrue(0.010 < missing < 0.022, missing)
		self.assertTrue(0.012 < late < 0.028, late)
		self.assertTrue(0.009 < settled["returned_once"].mean() < 0.022)

	def test_remote_communes_and_weekends_miss_more(self) -> None:
		frames = [epidemic.simulate(self.communes, self.times, seed) for seed in range(4)]
		settled = pd.concat(frames)[lambda rows: rows["slot_index"] < 27]
		missing = settled["outcome"] == "missing"
		far = settled["area"].map(dict(zip(self.place.codes, self.place.highland > 0.3, strict=True)))
		self.assertGreater(missing[far].mean(), 1.5 * missing[~far].mean())
		weekend = settled["slot_time"].dt.day_of_week >= 5
		self.assertGreater(missing[weekend].mean(), 1.15 * missing[~weekend].mean())

	def test_a_missed_slot_is_made_up_for_in_the_next_report(self) -> None:
		gaps = self.sent.groupby("area")["slot_index"].diff() > 1
		self.assertTrue(gaps.any())
		after = self.sent.loc[gaps, "samples_taken"].astype(float).mean()
		self.assertGreater(after, 1.3 * self.sent.loc[~gaps, "samples_taken"].astype(float).mean())

	def test_slot_before_is_nearly_settled(self) -> None:
		counts = self.slot(-2)["outcome"].value_counts().to_dict()
		self.assertEqual(counts, {"accepted": 549, "missing": 6, "provisional": 4})

	def test_open_slot_leaves_something_for_everybody(self) -> None:
		rows = self.slot(-1)
		counts = rows["outcome"].value_counts()
		self.assertTrue(0.42 < rows["outcome"].isin(SENT).mean() < 0.62)
		self.assertEqual((counts["returned"], counts["draft"]), (2, 5))
		waiting = self.district_of(rows[rows["outcome"] == "waiting"]).value_counts()
		self.assertGreaterEqual(len(waiting), 4)
		self.assertEqual(waiting[self.place.districts[self.place.hub]], WAITING_AT_HUB)
		self.assertEqual(waiting[self.place.districts[self.place.remotest]], WAITING_REMOTEST)

	def test_first_communes_of_the_remotest_district_are_left_to_fill_in(self) -> None:
		rows = self.slot(-1)
		remotest = rows[self.district_of(rows) == self.place.districts[self.place.remotest]]
		self.assertEqual(remotest["outcome"].tolist()[:LEFT_TO_FILL_IN], ["missing"] * LEFT_TO_FILL_IN)

	def test_drafts_are_begun_and_not_sent(self) -> None:
		drafts = self.frame[self.frame["outcome"] == "draft"]
		self.assertTrue(drafts["new_cases"].notna().all())
		self.assertTrue(drafts["doses_given"].isna().all())
		self.assertTrue(drafts["submitted_at"].isna().all())

	# --- when

	def test_times_are_in_order(self) -> None:
		moments = ["first_submitted_at", "returned_at", "submitted_at", "decided_at", "approved_at"]
		settled = self.frame[~self.frame["outcome"].isin(["returned"])]
		for index, earlier in enumerate(moments):
			for later in moments[index + 1 :]:
				both = settled[[earlier, later]].dropna()
				self.assertTrue((both[earlier] <= both[later]).all(), (earlier, later))

	def test_times_are_there_when_the_thing_has_happened(self) -> None:
		outcome = self.frame["outcome"]
		given = self.frame[["submitted_at", "decided_at", "approved_at"]].notna()
		self.assertTrue((given["submitted_at"] == outcome.isin(SENT)).all())
		self.assertTrue((given["decided_at"] == outcome.isin(["accepted", "provisional", "returned"])).all())
		self.assertTrue((given["approved_at"] == (outcome == "accepted")).all())

	def test_reports_come_in_around_the_slot_time(self) -> None:
		settled = self.frame[self.frame["slot_index"] < 28]
		minutes = ((settled["submitted_at"] - settled["slot_time"]).dt.total_seconds() / 60).dropna()
		self.assertTrue(minutes.between(-75, 40).all())
		self.assertLess(minutes.median(), -30)

	def test_a_return_has_a_reason_and_a_time(self) -> None:
		again = self.frame["returned_once"] | (self.frame["outcome"] == "returned")
		self.assertTrue(((self.frame["return_reason"] != "") == again).all())
		self.assertTrue((self.frame["returned_at"].notna() == again).all())
		self.assertTrue((self.frame.loc[self.frame["returned_once"], "outcome"] == "accepted").all())

	def test_nothing_happens_after_now(self) -> None:
		now = self.times[-2] + timedelta(minutes=9)
		frame = epidemic.simulate(
			self.communes, self.times, SEED, open_window=(now - timedelta(minutes=5), now)
		)
		for moment in ("first_submitted_at", "returned_at", "submitted_at", "decided_at", "approved_at"):
			self.assertLessEqual(frame[moment].max(), now)
		pd.testing.assert_frame_equal(
			frame[list(epidemic.FIGURES)], self.frame[list(epidemic.FIGURES)], "now moves no figure"
		)


class TestSmallProvinces(unittest.TestCase):
	def test_one_district_and_few_communes(self) -> None:
		frame = epidemic.simulate(made_up_communes(1, 4), slot_times(count=5), SEED)
		self.assertEqual(len(frame), 20)

	def test_a_single_slot_is_the_open_one(self) -> None:
		frame = epidemic.simulate(made_up_communes(5, 60), slot_times(count=1), SEED)
		self.assertEqual(set(frame["slot_index"]), {0})
		self.assertIn("missing", set(frame["outcome"]))

	def test_first_slot_may_be_in_the_morning(self) -> None:
		times = slot_times(last=datetime(2021, 11, 23, 8), count=29)
		frame = epidemic.simulate(made_up_communes(5, 60), times, SEED)
		self.assertEqual(frame["slot_time"].iloc[0].hour, times[0].hour)

	def test_slots_out_of_order_are_refused(self) -> None:
		with self.assertRaisesRegex(ValueError, "oldest first"):
			epidemic.simulate(made_up_communes(1, 4), slot_times(count=3)[::-1], SEED)

	def test_a_commune_listed_twice_is_refused(self) -> None:
		communes = made_up_communes(1, 4)
		with self.assertRaisesRegex(ValueError, "listed twice: 10000"):
			epidemic.simulate(pd.concat([communes, communes.head(1)]), slot_times(count=3), SEED)

	def test_distances_are_kilometres(self) -> None:
		km = kilometres(np.array([19.81, 20.50]), np.array([105.79, 104.62]))
		self.assertAlmostEqual(km[0, 1], 144.5, delta=1.5)
