"""What happens in the test province in eleven days: the script that test_ten_days.py plays, and reckons with.

Every commune reports an hour before each slot, its district approves ten minutes later, the CDC after ten more, and half an
hour after the slot its figures are published, unless the table has lines of that commune and slot, or of that publication.

`time` is the true one; the portal's clock shows what wall() says.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2031, 3, 3)  # day 1, at midnight
HOURS = (8, 16)
LAST_DAY = 11
GRACE, CUTOFF, LOCK = 5 * MINUTE, 30 * MINUTE, 24 * HOUR
DOWN = ((6, "17:00"), (9, "17:00"))  # nothing runs, nobody can do anything
MOVED_BACK = ((3, "16:05"), (3, "17:05"))  # the portal's clock is an hour slow
NEW, RETIRED = "zz_khau_trang", "lockdown_areas"

# field: kind, how it adds up, running total, first and last day
INDICATORS = {
	"new_cases": ("Flow", "Sum", True, 1, LAST_DAY),
	"recovered": ("Flow", "Sum", True, 1, LAST_DAY),
	"doses_given": ("Flow", "Sum", True, 1, LAST_DAY),
	"under_treatment": ("Stock", "Sum", False, 1, LAST_DAY),
	"severe_cases": ("Stock", "Max", False, 1, LAST_DAY),
	"checkpoints": ("Stock", "None", False, 1, LAST_DAY),
	RETIRED: ("Stock", "Sum", False, 1, 8),
	NEW: ("Flow", "Sum", True, 4, LAST_DAY),
}
# commune: its district, its reporter, first and last day, what its figures are made of
COMMUNES = {
	"ZZ11": ("ZZ1", "reporter", 1, 5, 3),
	"ZZ12": ("ZZ1", "sibling", 1, 5, 5),
	"ZZ13": ("ZZ1", "merged", 6, LAST_DAY, 13),
	"ZZ21": ("ZZ2", "outsider", 1, LAST_DAY, 7),
	"ZZ22": ("ZZ2", "ward", 1, 10, 11),
}
MERGED = {"ZZ13": ("ZZ11", "ZZ12")}
APPROVERS = {"ZZ1": "district", "ZZ2": "other-district"}

TABLE = """
day time  who            does     slot  commune  figures
# In the grace of five minutes; after it; not at all.
  1 15:33 ward           send     1-16  ZZ22
  1 15:40 other-district approve  1-16  ZZ22
  1 15:45 cdc            approve  1-16  ZZ22
  2 07:45 sibling        send     2-08  ZZ12
  2 07:50 district       approve  2-08  ZZ12
  2 07:55 cdc            approve  2-08  ZZ12
  2 07:00 nobody         nothing  2-08  ZZ21
# Excused beforehand; after consolidation; excused, and then it reports all the same.
  2 12:00 other-district excuse   3-08  ZZ22
  3 10:00 other-district excuse   2-08  ZZ21
  3 12:00 district       excuse   3-16  ZZ12
  3 15:01 sibling        send     3-16  ZZ12
  3 15:10 district       approve  3-16  ZZ12
  3 15:20 cdc            approve  3-16  ZZ12
# Returned by the district, never sent again; returned by the CDC when it had counted as provisional, and sent again.
  2 15:00 outsider       send     2-16  ZZ21     new_cases=50
  2 15:10 other-district return   2-16  ZZ21
  2 15:00 reporter       send     2-16  ZZ11     new_cases=40
  2 15:10 district       approve  2-16  ZZ11
  2 16:40 cdc            return   2-16  ZZ11
  2 17:10 reporter       send     2-16  ZZ11     new_cases=4
  2 17:20 district       approve  2-16  ZZ11
  2 17:30 cdc            approve  2-16  ZZ11
# A draft is no report.
  3 07:00 sibling        draft    3-08  ZZ12
# The People's Committee contests what the health station sent; the district settles it on another value.
  3 14:30 reporter       send     3-16  ZZ11     new_cases=9
  3 14:40 government     contest  3-16  ZZ11     new_cases=6
  3 14:50 district       settle   3-16  ZZ11     new_cases=6
  3 15:05 reporter       send     3-16  ZZ11     new_cases=6
  3 15:10 district       approve  3-16  ZZ11
  3 15:20 cdc            approve  3-16  ZZ11
# The clock shows 15:15 when this is sent, though the slot of 16:00 has been consolidated.
  3 16:15 ward           send     3-16  ZZ22
  3 16:20 other-district approve  3-16  ZZ22
  3 16:25 cdc            approve  3-16  ZZ22
# Corrections: of a report; of a figure that nobody had reported, in an excused commune.
  3 12:10 sibling        correct  2-08  ZZ12     doses_given=777,under_treatment=5
  3 12:20 district       agree    2-08  ZZ12
  3 12:30 cdc            agree    2-08  ZZ12
  4 10:00 outsider       correct  2-08  ZZ21     new_cases=4,severe_cases=9
  4 10:10 other-district agree    2-08  ZZ21
  4 10:20 cdc            agree    2-08  ZZ21
# More time beforehand; more time afterwards, by which what was late is not.
  4 07:20 other-district extend   4-08  ZZ21     due=4-07:55
  4 07:50 outsider       send     4-08  ZZ21
  4 07:52 other-district approve  4-08  ZZ21
  4 07:54 cdc            approve  4-08  ZZ21
  4 15:50 ward           send     4-16  ZZ22
  4 15:52 other-district approve  4-16  ZZ22
  4 15:54 cdc            approve  4-16  ZZ22
  4 16:20 other-district extend   4-16  ZZ22     due=4-15:50
# A new indicator; an old one, whose last day is in the downtime.
  4 09:00 administrator  add      4-16  -
  6 12:00 administrator  retire   8-16  -
# Two communes become one. It sends nothing at first; then comes a report of the time before.
  5 07:00 nobody         nothing  5-08  ZZ12
  5 13:00 administrator  merge    6-08  ZZ13
  5 15:00 nobody         nothing  5-16  ZZ12
  6 07:00 nobody         nothing  6-08  ZZ13
  6 10:00 sibling        send     5-16  ZZ12     new_cases=2,under_treatment=33
  6 10:10 district       approve  5-16  ZZ12
  6 10:20 cdc            approve  5-16  ZZ12
# An excuse that is revoked days later.
  5 14:00 other-district excuse   6-08  ZZ21
  6 07:00 nobody         nothing  6-08  ZZ21
 10 11:00 other-district revoke   6-08  ZZ21
# After the downtime: late reports of slots not locked yet, and one whose lock is opened again.
  9 17:10 merged         send     9-16  ZZ13
  9 17:12 district       approve  9-16  ZZ13
  9 17:14 cdc            approve  9-16  ZZ13
  9 17:16 ward           send     9-08  ZZ22
  9 17:18 other-district approve  9-08  ZZ22
  9 17:20 cdc            approve  9-08  ZZ22
  9 17:30 other-district extend   8-16  ZZ21     due=9-20:00,lock=10-12:00
  9 18:00 outsider       send     8-16  ZZ21     lockdown_areas=4
  9 18:10 other-district approve  8-16  ZZ21
  9 18:20 cdc            approve  8-16  ZZ21
  9 18:30 publisher      publish  7-08  -
  9 18:32 publisher      publish  8-08  -
  9 18:34 publisher      publish  8-16  -
  9 18:36 publisher      publish  9-08  -
  9 18:38 publisher      publish  9-16  -
# A commune is closed for good, and nothing takes its place.
  9 19:00 administrator  close    10-16 ZZ22
# A correction from the time before the merger moves the commune that came of it.
 10 10:00 reporter       correct  5-16  ZZ11     doses_given=1000,under_treatment=90
 10 10:10 district       agree    5-16  ZZ11
 10 10:20 cdc            agree    5-16  ZZ11
# At the end one report is provisional, one still with the district.
 11 15:00 outsider       send     11-16 ZZ21
 11 15:10 other-district approve  11-16 ZZ21
 11 15:00 merged         send     11-16 ZZ13
"""


@dataclass(frozen=True, order=True)
class Slot:
	day: int
	hour: int

	@property
	def at(self) -> datetime:
		return START + (self.day - 1) * DAY + self.hour * HOUR

	@property
	def number(self) -> int:
		return 2 * self.day - 1 + HOURS.index(self.hour)


@dataclass(frozen=True)
class Act:
	at: datetime  # true time
	who: str
	does: str
	slot: Slot
	area: str = "-"
	figures: dict[str, int | None] = field(default_factory=dict)
	times: dict[str, datetime] = field(default_factory=dict)


def moment(day: int | str, time: str) -> datetime:
	hour, minute = time.split(":")
	return START + (int(day) - 1) * DAY + int(hour) * HOUR + int(minute) * MINUTE


def day_of(number: int) -> date:
	return (START + (number - 1) * DAY).date()


def wall(at: datetime) -> datetime:
	"""What the portal's clock shows then."""
	first, last = (moment(*when) for when in MOVED_BACK)
	return at - HOUR if first <= at < last else at


def is_down(at: datetime) -> bool:
	first, last = (moment(*when) for when in DOWN)
	return first <= at < last


def slots() -> list[Slot]:
	return [Slot(day, hour) for day in range(1, LAST_DAY + 1) for hour in HOURS]


def owing(slot: Slot) -> list[str]:
	return [area for area, (_d, _w, first, last, _b) in COMMUNES.items() if first <= slot.day <= last]


def acts() -> list[Act]:
	"""All of them, in their order."""
	table = [read(line) for line in TABLE.splitlines()[2:] if not line.startswith("#")]
	told = {(act.slot, act.area) for act in table if act.does in ("send", "draft", "nothing")}
	published = {act.slot for act in table if act.does == "publish"}
	excused = {(act.slot, act.area) for act in table if act.does == "excuse"}
	routine = []
	for slot in slots():
		for area in owing(slot):
			if (slot, area) not in told | excused:
				routine += usual_way(slot, area)
		if slot not in published:
			routine.append(Act(slot.at + 30 * MINUTE, "publisher", "publish", slot))
	played = [act for act in routine if not is_down(act.at)] + [act for act in table if act.does != "nothing"]
	return sorted(played, key=lambda act: act.at)


def usual_way(slot: Slot, area: str) -> list[Act]:
	district, reporter = COMMUNES[area][:2]
	return [
		Act(slot.at - 60 * MINUTE, reporter, "send", slot, area, usual_figures(slot, area)),
		Act(slot.at - 50 * MINUTE, APPROVERS[district], "approve", slot, area),
		Act(slot.at - 40 * MINUTE, "cdc", "approve", slot, area),
	]


def usual_figures(slot: Slot, area: str) -> dict[str, int | None]:
	"""Different for every commune and slot, now and then a blank or a zero."""
	number, base = slot.number, COMMUNES[area][-1]
	values = {
		"new_cases": base * number % 9,
		"recovered": (base + number) % 4,
		"doses_given": 100 * base + number if number % 5 else None,
		"under_treatment": 20 * base + number,
		"severe_cases": base * number % 6 if number % 3 != 1 else None,
		"checkpoints": base % 3 if number % 4 else None,
		RETIRED: (base + number) % 3,
		NEW: 10 * number + base if area != "ZZ12" else None,
	}
	return {field: value for field, value in values.items() if is_asked(field, slot)}


def is_asked(field: str, slot: Slot) -> bool:
	"""Whether the form has the figure; the new one from the afternoon on of the day on which it was added."""
	_kind, _aggregation, _total, first, last = INDICATORS[field]
	return first <= slot.day <= last and not (field == NEW and slot == Slot(first, HOURS[0]))


def read(line: str) -> Act:
	day, time, who, does, slot, area, *rest = line.split()
	at, of = moment(day, time), Slot(*map(int, slot.split("-")))
	pairs = dict(pair.split("=") for pair in rest[0].split(",")) if rest else {}
	if does == "extend":
		times = {key: moment(*value.split("-")) for key, value in pairs.items()}
		return Act(at, who, does, of, area, times=times)
	figures = {key: int(value) for key, value in pairs.items()}
	if does in ("send", "draft"):
		figures = usual_figures(of, area) | figures
	return Act(at, who, does, of, area, figures)
