"""The slots of the run: those asked for, preceded by weeks that are simulated and not reported."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

# Long enough for a fortnight's quarantine and treatment to be in balance on the first reported day.
WARM_UP_DAYS = 26
SLOTS_PER_DAY = 2


@dataclass(frozen=True)
class Timeline:
	"""`times` of the reported slots; `morning` and `weekend` cover the warm-up as well."""

	times: np.ndarray
	morning: np.ndarray
	weekend: np.ndarray

	@classmethod
	def of(cls, slot_times: list[datetime]) -> "Timeline":
		"""From two slot times a day, oldest first; raises ValueError if none, or not in order."""
		times = np.array(slot_times, dtype="datetime64[s]")
		if not len(times) or (np.diff(times) <= np.timedelta64(0)).any():
			raise ValueError("slot times must be given oldest first, at least one")
		days = np.arange(-WARM_UP_DAYS, 0) + times[0].astype("datetime64[D]")
		before = np.column_stack([days + np.timedelta64(8, "h"), days + np.timedelta64(16, "h")]).ravel()
		if _hour(times[:1])[0] >= 12:
			before = np.append(before, times[0].astype("datetime64[D]") + np.timedelta64(8, "h"))
		every = np.concatenate([before.astype("datetime64[s]"), times])
		return cls(times=times, morning=_hour(every) < 12, weekend=_weekend(every))

	@property
	def slots(self) -> int:
		"""Slots simulated, warm-up included."""
		return len(self.morning)

	@property
	def reported(self) -> slice:
		return slice(self.slots - len(self.times), self.slots)

	def afternoon(self, day: int) -> int:
		"""The 16:00 slot of a day counted from the first reported one; `slots` if the run ends before."""
		slot = self.slots - len(self.times) + day * SLOTS_PER_DAY
		slot += int(self.morning[self.reported.start])
		return min(max(slot, 0), self.slots)


def _hour(times: np.ndarray) -> np.ndarray:
	return (times - times.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)


def _weekend(times: np.ndarray) -> np.ndarray:
	# 1970-01-01 was a Thursday, the fourth day of the week.
	return (times.astype("datetime64[D]").astype(int) + 3) % 7 >= 5
