"""Snapshots: the public pages and data files of a slot, built once and served as bytes.

A build is a folder of its own under sites/<site>/snapshots/builds; `live` is a symbolic link to one of them, switched by
renaming, so that a reader never meets half a build and a failed one leaves the last in place.
"""

import json
import os
import shutil
from pathlib import Path

import frappe
from frappe.model.document import Document
from frappe.translate import get_all_translations
from frappe.utils.synchronization import filelock

from covid_portal.publishing import open_data, rendering
from covid_portal.publishing.figures import slot_data
from covid_portal.publishing.files import data_file
from covid_portal.publishing.ledger import ledger_data
from covid_portal.publishing.open_data import SLOTS
from covid_portal.publishing.series_files import series_files

KEPT_BUILDS = 5
LOCK, LONGEST_WAIT = "covid-portal-snapshot", 120  # seconds
# What each page is made of: template by key of rendering.ADDRESSES.
PAGES = {"overview": "overview.html", "corrections": "corrections.html", "data": "open_data.html"}
BRAND_FIELDS = ("organisation", "organisation_en", "site_title", "site_title_en", "notice", "notice_en")
FOOTER_FIELDS = ("responsible_body", "responsible_body_en", "responsible_person", "address", "address_en")
FOOTER_FIELDS += ("phone", "email")


def publish_slot(slot_name: str) -> None:
	publish_slots([slot_name])


def publish_slots(names: list[str]) -> None:
	"""Make the slots' files now, so that a failure undoes the publication; build and switch once it is stored."""
	files_of(names)
	frappe.db.after_commit.add(lambda: make_live(names))


def make_live(names: list[str]) -> None:
	"""Build on the live build and switch to it, one at a time: of two publications at the same moment the second waits,
	and since it makes its files only then, they and the list of corrections know what the first has published."""
	with filelock(LOCK, timeout=LONGEST_WAIT):
		switch(build(names))


def build(names: list[str]) -> Path:
	return write_build(files_of(names))


def files_of(names: list[str]) -> dict[str, bytes]:
	"""What the slots' figures are published as; those of an older slot renew its own file alone: pages show the newest.

	The list of corrections is renewed every time: a version of a slot and the reason for it appear together. So is what
	says what open data there are, and the months of the slots in the areas' series.
	"""
	newest = newest_published()
	data = {name: slot_data(frappe.get_doc("Report Slot", name)) for name in {*names, newest}}
	files = ledger_files() | missing_tables()
	for name in names:
		files |= open_data.slot_files(name, data[name])
	if newest in names:
		files |= open_data.slot_files("latest", data[newest]) | pages("overview", data[newest])
	return files | open_data_files(names, data[newest])


def open_data_files(names: list[str], newest: dict) -> dict[str, bytes]:
	index = open_data.index_data(newest, {lang: translator(lang) for lang in rendering.LANGUAGES})
	return {
		**open_data.data_files(index),
		**series_files(names, newest["report_type"], newest["province"]["code"], live()),
		**pages("data", index),
	}


def missing_tables() -> dict[str, bytes]:
	"""The CSV files of slots that the live build has as JSON alone: published before there were tables."""
	files = (live() / SLOTS).glob("*.json")
	return {
		f"{SLOTS}/{file.stem}.csv": open_data.slot_csv(json.loads(file.read_bytes()))
		for file in files
		if not file.with_suffix(".csv").exists()
	}


def ledger_files() -> dict[str, bytes]:
	data = ledger_data()
	return {rendering.CORRECTIONS_URL.lstrip("/"): data_file(data), **pages("corrections", data)}


def newest_published() -> str | None:
	rows = frappe.get_all(
		"Report Slot", {"published_at": ("is", "set")}, pluck="name", order_by="slot_time desc", limit=1
	)
	return rows[0] if rows else None


def pages(key: str, data: dict) -> dict[str, bytes]:
	"""The page in each language, by its place in the snapshot."""
	return {
		file_of(address): page(PAGES[key], lang, key, data=data).encode()
		for lang, address in rendering.ADDRESSES[key].items()
	}


def file_of(address: str) -> str:
	"""Where a page's address lies in the snapshot: /dinh-chinh → dinh-chinh/index.html, as a web server looks for it."""
	return f"{address.strip('/')}/index.html".lstrip("/")


def page(template: str, lang: str, key: str = "overview", **context: dict) -> str:
	other = "en" if lang == "vi" else "vi"
	return rendering.render(
		template,
		lang,
		translator(lang),
		brand=brand(),
		alternate=rendering.ADDRESSES[key][other],
		current=key,
		**context,
	)


def not_found(lang: str) -> str:
	"""The page of an address at which there is nothing."""
	return rendering.render(
		"not_found.html", lang, translator(lang), brand=brand(), alternate=None, current=None
	)


def translator(lang: str) -> rendering.Translate:
	"""English source → text in the language, from the app's catalogue and an administrator's own translations."""
	texts = get_all_translations(lang) if lang != "en" else {}
	return lambda source: texts.get(source) or source


def brand() -> dict:
	settings: Document = frappe.get_cached_doc("Publishing Settings")
	texts = {field: settings.get(field) or "" for field in BRAND_FIELDS}
	return {**texts, "footer": {field: settings.get(field) or "" for field in FOOTER_FIELDS}}


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
