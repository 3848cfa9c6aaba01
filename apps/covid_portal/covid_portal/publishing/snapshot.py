"""Snapshots: the public pages and data files of a slot, built once and served as bytes.

A build is a folder of its own under sites/<site>/snapshots/builds; `live` is a symbolic link to one of them, switched by
renaming, so that a reader never meets half a build and a failed one leaves the last in place.
"""

import os
import shutil
from pathlib import Path

import frappe
from frappe.utils.synchronization import filelock

from covid_portal.publishing.publication import files_of, publication_of

KEPT_BUILDS = 5
LOCK, LONGEST_WAIT = "covid-portal-snapshot", 120  # seconds


def publish_slot(slot_name: str) -> None:
	publish_slots([slot_name])


def publish_slots(names: list[str]) -> None:
	"""Make the slots' files now, so that a failure undoes the publication; build and switch once it is stored."""
	slot_files(names)
	frappe.db.after_commit.add(lambda: make_live(names))


def make_live(names: list[str]) -> None:
	"""Build on the live build and switch to it, one at a time: of two publications at the same moment the second waits,
	and since it makes its files only then, they and the list of corrections know what the first has published."""
	with filelock(LOCK, timeout=LONGEST_WAIT):
		switch(build(names))


def build(names: list[str]) -> Path:
	return write_build(slot_files(names))


def slot_files(names: list[str]) -> dict[str, bytes]:
	"""What the slots' figures are published as; those of an older slot renew its own files alone: pages show the newest."""
	return files_of(publication_of(names, live()), frappe.get_hooks("public_files"))


# --- files


def root() -> Path:
	return Path(frappe.get_site_path("snapshots")).resolve()


def live() -> Path:
	return root() / "live"


def write_build(files: dict[str, bytes]) -> Path:
	"""A new build: the files of the live one, hard-linked, with those of the given ones that differ in place of theirs."""
	builds = root() / "builds"
	builds.mkdir(parents=True, exist_ok=True)
	folder = builds / f"{frappe.utils.now_datetime():%Y%m%d%H%M%S%f}"
	if live().exists():
		shutil.copytree(live().resolve(), folder, copy_function=os.link)
	for path, content in files.items():
		if not holds(folder / path, content):
			write_file(folder / path, content)
	return folder


def holds(path: Path, content: bytes) -> bool:
	return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def write_file(path: Path, content: bytes) -> None:
	"""Replace the file, never write into it: a hard link shares it with older builds."""
	path.parent.mkdir(parents=True, exist_ok=True)
	temporary = path.with_name(f".{path.name}.new")
	temporary.write_bytes(content)
	temporary.replace(path)


def switch(folder: Path) -> None:
	"""Make the build live, in one step, and forget what is no longer needed."""
	temporary = root() / f".live-{folder.name}"
	temporary.symlink_to(folder)
	temporary.replace(live())
	# The framework asks its list of unknown addresses before any page renderer.
	frappe.cache.delete_value("website_404")
	others = sorted(path for path in (root() / "builds").iterdir() if path != folder)
	for old in others[: 1 - KEPT_BUILDS]:
		shutil.rmtree(old, ignore_errors=True)
