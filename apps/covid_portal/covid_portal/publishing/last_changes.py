"""When each page changed last, as the site map says: what the live build's says of a page that is not made now still holds,
so that of years of pages none is opened.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from frappe.utils.data import get_system_timezone

from covid_portal.publishing import pages
from covid_portal.publishing.outline import INDEX, address_of

ENTRY = re.compile(
	"<(?:url|sitemap)><loc>([^<]+)</loc><lastmod>([^<]+)</lastmod>"
)  # as site_map_files.py writes it
CANONICAL = re.compile(rb'<link rel="canonical" href="([^"]+)"')
HEAD = 4000  # bytes of a page in which its own address stands

Made = Mapping[str, bytes | None]  # by path, or by address
Changes = dict[str, str]  # {address: ISO time of the last change}


def pages_made(made: Made) -> dict[str, bytes | None]:
	"""{address: content} of the pages among a build's files. None: it is gone, or a copy of another."""
	found = {address_of(path): content for path, content in made.items() if is_page(path)}
	return {
		address: None if content is None or is_copy(content[:HEAD], address) else content
		for address, content in found.items()
	}


def is_page(path: str) -> bool:
	return path.rpartition("/")[2] == INDEX


def renewed(told: Changes, made: Made, live: Path, now: str) -> Changes:
	"""What is told of some pages, with those that were made now, by address; in the order of the addresses."""
	found = dict(told)
	for address, content in made.items():
		if content is None:
			found.pop(address, None)
		elif address not in found or differs(live / pages.file_of(address), content):
			found[address] = now
	return dict(sorted(found.items()))


def told_before(file: Path, base: str) -> Changes:
	"""What a file of the site map says; nothing where the portal had another address then. `base`: its own address."""
	text = file.read_text(encoding="utf-8") if file.is_file() else ""
	rows = [(unescape(address), changed) for address, changed in ENTRY.findall(text)]
	if not all(address.startswith(f"{base}/") for address, _changed in rows):
		return {}
	return {address.removeprefix(base): changed for address, changed in rows}


def walked(files: Iterable[Path], live: Path) -> Changes:
	"""The same from pages of the live build themselves; a file's time is that of its content."""
	zone, found = ZoneInfo(get_system_timezone()), {}
	for file in files:
		address = address_of(file.relative_to(live).as_posix())
		with file.open("rb") as page:
			if is_copy(page.read(HEAD), address):
				continue
		found[address] = datetime.fromtimestamp(int(file.stat().st_mtime), zone).isoformat()
	return found


def is_copy(head: bytes, address: str) -> bool:
	"""Whether the page names another address as its own: a bulletin stands at its number and at its slot."""
	own = CANONICAL.search(head)
	return bool(own) and urlsplit(own[1].decode()).path != address


def differs(file: Path, content: bytes) -> bool:
	return not file.is_file() or file.read_bytes() != content
