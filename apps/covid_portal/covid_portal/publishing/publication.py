"""What one build of the snapshot is about, and the files that the portal's parts make for it (hooks: public_files)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import frappe

from covid_portal.publishing.figures import slots_data
from covid_portal.publishing.series_files import Begun, Series, series_of

T = TypeVar("T")
OF_SLOT = ["name", "report_type", "slot_time", "window_start", "previous_slot", "version", "published_at"]


@dataclass(frozen=True)
class Publication:
	"""Slots whose figures are new, oldest first (none between slots), the newest published slot, and the public figures
	of all these by slot (figures.slot_data). `live`: the build that readers see meanwhile, or what was made of the one to
	come; `said_before`: the build that readers see, also where everything is made afresh: what was withheld in it must stay
	so. `anew`: every page is to be made, also those that no new figure changes: the brand or a template has.

	Many slots are built some at a time. `more_follows`: this is not the last part, so that whatever tells of all slots, or of
	none, need not be made yet; `begun`: what the parts before it came to. `communes`: kept by communes.of_slot(); `kept`: by once()."""

	slots: tuple[str, ...]
	newest: str
	data: dict[str, dict]
	live: Path
	anew: bool = False
	seen: Path | None = None
	more_follows: bool = False
	begun: Begun | None = None
	communes: dict[str, dict] = field(default_factory=dict)
	kept: dict[Callable, object] = field(default_factory=dict)

	@property
	def said_before(self) -> Path:
		return self.seen or self.live

	@property
	def latest(self) -> dict:
		return self.data[self.newest]

	@property
	def newest_is_new(self) -> bool:
		return self.newest in self.slots

	def once(self, read: Callable[[], T]) -> T:
		"""What `read` returns, read at the first asking: several parts of a build show the same."""
		if read not in self.kept:
			self.kept[read] = read()
		return self.kept[read]

	@cached_property
	def series(self) -> Series:
		"""The courses of the areas, with the months of the slots made anew."""
		latest = self.latest
		return series_of(
			self.slots,
			latest["report_type"],
			latest["province"]["code"],
			self.live,
			self.begun,
			self.more_follows,
		)


def publication_of(
	slots: Sequence[str],
	live: Path,
	anew: bool = False,
	seen: Path | None = None,
	more_follows: bool = False,
	begun: Begun | None = None,
) -> Publication:
	newest = newest_published()
	rows = frappe.get_all("Report Slot", {"name": ("in", [*slots, newest])}, OF_SLOT)
	return Publication(tuple(slots), newest, slots_data(rows), live, anew, seen, more_follows, begun)


def newest_published() -> str | None:
	return next(iter(published(limit=1, order="desc")), None)


def published(limit: int | None = None, order: str = "asc") -> list[str]:
	"""All slots that are public, by their time."""
	filters = {"published_at": ("is", "set")}
	return frappe.get_all("Report Slot", filters, pluck="name", order_by=f"slot_time {order}", limit=limit)


def in_order(slots: Collection[str]) -> list[str]:
	"""The oldest first."""
	return frappe.get_all(
		"Report Slot", {"name": ("in", list(slots))}, pluck="name", order_by="slot_time asc"
	)


def files_of(
	publication: Publication, makers: Sequence[str], listers: Sequence[str] = ()
) -> dict[str, bytes | Path | None]:
	"""{path in the snapshot: content} of what the makers, (Publication) -> files, have for it, and of what the listers,
	(Publication, files) -> files, make of it all. None: the file is no more."""
	files: dict[str, bytes | Path | None] = {}
	for maker in makers:
		files |= frappe.get_attr(maker)(publication)
	for lister in listers:
		files |= frappe.get_attr(lister)(publication, files)
	return files
