"""Snapshots: the public pages and data files, built once and served as bytes (publishing/store.py: how they lie on disk).

Whoever changes what is public says so in the transaction of the change: publish_slots(), or rebuild() for what is no slot's.
What waits is stored (publishing/changes.py) and built after the commit: slots at once, the rest by a job, several changes
by one build. A build that fails leaves the last one live; what it was for waits on and is tried again by tick().
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import frappe
from frappe import _
from frappe.utils import now_datetime
from frappe.utils.file_lock import LockTimeoutError
from frappe.utils.synchronization import filelock

from covid_portal.organisation import jobs
from covid_portal.publishing import changes, history
from covid_portal.publishing.changes import Asked
from covid_portal.publishing.publication import (
	files_of,
	in_order,
	newest_published,
	publication_of,
	published,
)
from covid_portal.publishing.series_files import Begun, months_by_slot
from covid_portal.publishing.store import Staged, Store

LOCK, LONGEST_WAIT = "covid-portal-snapshot", 60  # seconds
SLOTS_AT_ONCE = 100  # their figures together are what a build may take of memory
PAUSE_AFTER_FAILURE = timedelta(minutes=10)
JOB = "covid_portal.publishing.snapshot.build_waiting"
APP = Path(__file__).resolve().parent.parent
LOOK_FOLDERS = ("templates/public", "public", "publishing", "translations")
LOOK_SUFFIXES = (".html", ".css", ".js", ".svg", ".woff2", ".py", ".csv", ".json")


@dataclass(frozen=True)
class Made:
	"""Files made before the commit. They are those of the build too, if nothing else came between: `change` is all that
	waits, and `live` still the build that they were made on, whose record the transaction has seen."""

	change: str
	live: str | None
	files: dict[str, bytes | Path | None]


# --- asking for a build


def publish_slot(slot_name: str) -> None:
	publish_slots([slot_name])


def publish_slots(names: list[str]) -> None:
	"""Make the newest slots' files now, so that a failure undoes the publication; build and switch once it is stored."""
	made = try_out(names[-SLOTS_AT_ONCE:])
	change = changes.store(slots=names)
	whole = Made(change, *made) if made and len(names) <= SLOTS_AT_ONCE else None
	frappe.db.after_commit.add(lambda: build_now(whole))


def try_out(names: list[str]) -> tuple[str | None, dict[str, bytes | Path | None]]:
	live, seen = store().live_name(), history.last()
	files = files_of(publication_of(names, store().live, anew=not live), makers(), listers())
	return (live if seen and seen.build == live else ""), files


def rebuild(makers: Iterable[str] = (), why: str = "", anew: bool = False) -> None:
	"""What these makers, of the hook public_files, have is out of date (no name: what any of them has); `anew`: every page is, as when the brand changed.
	After the commit a job builds, once for all that a transaction asked for. `why`: a few words for the record."""
	waiting = frappe.flags.setdefault("snapshot_waiting", {})
	if not waiting:
		frappe.db.before_commit.add(store_waiting)
		frappe.db.after_rollback.add(waiting.clear)
	waiting[(tuple(makers), why, anew)] = True


def store_waiting() -> None:
	waiting = frappe.flags.pop("snapshot_waiting", None) or {}
	if not waiting or not newest_published():  # the first publication shows everything
		return
	for makers, why, anew in waiting:
		changes.store(makers=makers, why=why, anew=anew)
	enqueue()


def enqueue() -> None:
	jobs.once_after_commit(JOB, LOCK, queue="long")


def rebuild_all(why: str = "") -> str | None:
	"""Everything that is public made anew from the database, now; None, or why it failed."""
	changes.store(why=why or _("Full rebuild"), full=True)
	frappe.db.commit()  # what waits is read by whoever builds
	build_now()
	result = history.last()
	return result.problem if result and result.outcome == history.FAILED else None


def tick() -> None:
	"""Every minute: what waits although its job is gone, or its build failed some time ago."""
	asked_at, before = changes.newest(), history.last()
	if not asked_at:
		return
	failed = bool(before) and before.outcome == history.FAILED and asked_at <= before.tried_at
	if failed and before.tried_at > now_datetime() - PAUSE_AFTER_FAILURE:
		return
	enqueue()


def after_migrate() -> None:
	"""Pages made by another version of the app, or in another layout, are made anew."""
	refresh_look()


def refresh_look() -> bool:
	"""Whether pages were made with other templates, styles or texts than there are now; if so they are made anew."""
	if not newest_published():
		return False
	live = store().live_name()
	if live and store().read_manifest(live)["look"] == look():
		return False
	changes.store(why=_("Another version of the portal"), anew=True, full=not live)
	frappe.db.commit()  # what waits is read by whoever builds
	build_now()
	return True


# --- building


def build_now(made: Made | None = None) -> None:
	"""One build at a time: of two publications at the same moment the second waits, and since it makes its files only
	then, they and the list of corrections know what the first has published. Who waits too long leaves it to a job."""
	try:
		with filelock(LOCK, timeout=LONGEST_WAIT):
			build_all(made)
			frappe.db.commit()  # the record belongs to what is live by now
	except LockTimeoutError:
		enqueue()
		frappe.db.commit()


def build_waiting() -> None:
	"""Job: all that waits, and what comes meanwhile."""
	with filelock(LOCK, timeout=10 * LONGEST_WAIT):
		frappe.db.rollback()  # the wait may have been long: what is stored now counts
		while build_all():
			frappe.db.commit()
		frappe.db.commit()


def build_all(made: Made | None = None) -> bool:
	"""Build what waits, if anything does, and switch to it. False: nothing waits, or the build failed."""
	asked = changes.waiting()
	if not asked:
		return False
	try:
		built = build(asked, made)
	except Exception as error:
		history.record_failure(asked, error)
		return False
	history.record(built, asked)
	changes.done(asked)
	return True


def build(asked: Asked, made: Made | None = None) -> history.Built:
	started, own = time.monotonic(), store()
	if asked.full or not own.live_name():
		staged = staged_in_parts(own, published() or asked.slots, afresh=True)
	elif len(asked.slots) > SLOTS_AT_ONCE:
		staged = staged_in_parts(own, in_order(asked.slots), anew=asked.anew)
	else:
		staged = staged_at_once(own, files_for(own, asked, made))
	digest = go_live(own, staged)
	return history.Built(
		build=staged.name,
		manifest=digest,
		files=len(staged.manifest),
		changed=staged.changed,
		written=staged.written,
		seconds=round(time.monotonic() - started, 1),
	)


def files_for(own: Store, asked: Asked, made: Made | None) -> dict[str, bytes | Path | None]:
	if made and asked.names == (made.change,) and made.live == own.live_name():
		return made.files
	slots = in_order(asked.slots)
	if asked.anew:
		slots = in_order({*slots, newest_published()})
	asked_of = makers() if slots else list(asked.makers) or makers()
	return files_of(publication_of(slots, own.live, asked.anew), asked_of, listers())


def staged_at_once(own: Store, files: dict[str, bytes | Path | None]) -> Staged:
	staged = own.stage(now_datetime(), look())
	own.put(staged, files)
	return staged


def staged_in_parts(own: Store, slots: Sequence[str], anew: bool = False, afresh: bool = False) -> Staged:
	"""Some slots at a time, each part on what was made before it. `anew`: every page of the live build is out of date;
	`afresh`: nothing of it is taken over."""
	staged = own.stage(now_datetime(), look(), afresh)
	planned, begun = parts(slots), None
	for number, part in enumerate(planned, 1):
		is_last = number == len(planned)
		begun = put_part(own, staged, part, begun, is_last, anew and is_last)
	return staged


def put_part(
	own: Store, staged: Staged, slots: Sequence[str], begun: Begun | None, is_last: bool, anew: bool
) -> Begun:
	"""Only what is returned outlives the part: figures and files of all together take more memory than a build may."""
	publication = publication_of(slots, staged.files, anew, own.live, more_follows=not is_last, begun=begun)
	own.put(staged, files_of(publication, makers(), listers() if is_last else ()))
	return publication.series.begun


def parts(slots: Sequence[str]) -> list[list[str]]:
	"""By month, so that the files of a month are made once, as far as it has no more slots than a part may."""
	by_month = groupby(months_by_slot(slots).items(), key=itemgetter(1))
	whole = [[slot for slot, _month in rows] for _month, rows in by_month]
	return [
		month[start : start + SLOTS_AT_ONCE]
		for month in whole
		for start in range(0, len(month), SLOTS_AT_ONCE)
	]


def go_live(own: Store, staged: Staged) -> str:
	digest = own.finish(staged)
	own.switch(staged.name)
	forget_unknown_addresses()
	own.collect(staged.dropped)
	own.prune()
	return digest


def forget_unknown_addresses() -> None:
	"""The framework asks its list of unknown addresses before any page renderer."""
	frappe.cache.delete_value("website_404")


def makers() -> list[str]:
	return frappe.get_hooks("public_files")


def listers() -> list[str]:
	return frappe.get_hooks("public_lists")


def roll_back(build: str, why: str = "") -> None:
	"""Make a kept build live again. What was published since is shown again by the next full rebuild. Raises NoSuchBuild."""
	with filelock(LOCK, timeout=LONGEST_WAIT):
		own = store()
		own.switch(build)
		forget_unknown_addresses()
		content = (own.builds / build / "manifest.json").read_bytes()
		files = own.read_manifest(build)["files"]
		history.record_rollback(build, hashlib.sha256(content).hexdigest(), len(files), why)


@lru_cache
def look() -> str:
	"""Digest of what pages are made with: templates, styles, scripts, texts, and the code that fills them."""
	digest = hashlib.sha256()
	for folder in LOOK_FOLDERS:
		for path in sorted((APP / folder).rglob("*")):
			own = path.relative_to(APP)
			if path.suffix in LOOK_SUFFIXES and "dist" not in own.parts and not path.name.startswith("test_"):
				digest.update(f"{own}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
	return digest.hexdigest()


# --- where it lies


def root() -> Path:
	return Path(frappe.get_site_path("snapshots")).resolve()


def store() -> Store:
	return Store(root(), quick=bool(frappe.conf.get("quick_snapshots")))


def live() -> Path:
	return store().live
