"""What one build of the snapshot is about, and the files that the portal's parts make for it (hooks: public_files)."""

from dataclasses import dataclass
from pathlib import Path

import frappe

from covid_portal.publishing.figures import slot_data


@dataclass(frozen=True)
class Publication:
	"""Slots whose figures are new, oldest first (none between slots), the newest published slot, and the public figures
	of all these by slot (figures.slot_data). `live`: the build that readers see meanwhile."""

	slots: tuple[str, ...]
	newest: str
	data: dict[str, dict]
	live: Path

	@property
	def latest(self) -> dict:
		return self.data[self.newest]

	@property
	def newest_is_new(self) -> bool:
		return self.newest in self.slots


def publication_of(slots: list[str], live: Path) -> Publication:
	newest = newest_published()
	data = {name: slot_data(frappe.get_doc("Report Slot", name)) for name in {*slots, newest}}
	return Publication(tuple(slots), newest, data, live)


def newest_published() -> str | None:
	rows = frappe.get_all(
		"Report Slot", {"published_at": ("is", "set")}, pluck="name", order_by="slot_time desc", limit=1
	)
	return rows[0] if rows else None


def files_of(publication: Publication, makers: list[str]) -> dict[str, bytes]:
	"""{path in the snapshot: content} of what the makers, (Publication) -> files, have for it."""
	files: dict[str, bytes] = {}
	for maker in makers:
		files |= frappe.get_attr(maker)(publication)
	return files
