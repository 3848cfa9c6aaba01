"""When each page changed last, as sitemap.xml says: what the live build's says of a page that is not made now still holds,
so that of years of pages none is opened.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from frappe.utils import now_datetime
from frappe.utils.data import get_system_timezone

from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.outline import INDEX, address_of
from covid_portal.publishing.publication import Publication

FILE = "sitemap.xml"
ENTRY = re.compile("<url><loc>([^<]+)</loc><lastmod>([^<]+)</lastmod>")  # as listing.py writes it
CANONICAL = re.compile(rb'<link rel="canonical" href="([^"]+)"')
HEAD = 4000  # bytes of a page in which its own address stands

Made = Mapping[str, bytes | None]


def last_changes(publication: Publication, made: Made, base: str) -> dict[str, str]:
	"""{address: ISO time of the last change} of every page but the copies, in order; `base`: the portal's own address."""
	# Pages that earlier parts of the build have made are in no site map yet.
	told = {} if publication.begun else told_before(publication.live / FILE, base)
	found = told or walked(publication.live)
	now = with_zone(now_datetime())
	for path, content in made.items():
		if not is_page(path):
			continue
		address = address_of(path)
		if content is None or is_copy(content[:HEAD], address):
			found.pop(address, None)
		elif address not in found or differs(publication.live / path, content):
			found[address] = now
	return dict(sorted(found.items()))


def is_page(path: str) -> bool:
	return path.rpartition("/")[2] == INDEX


def told_before(file: Path, base: str) -> dict[str, str]:
	"""What the site map there says; nothing where the portal had another address then."""
	text = file.read_text(encoding="utf-8") if file.is_file() else ""
	rows = [(unescape(address), changed) for address, changed in ENTRY.findall(text)]
	if not all(address.startswith(f"{base}/") for address, _changed in rows):
		return {}
	return {address.removeprefix(base): changed for address, changed in rows}


def walked(live: Path) -> dict[str, str]:
	"""The same from all pages there are; a file's time is that of its content."""
	zone, found, folder = ZoneInfo(get_system_timezone()), {}, live.resolve()
	for file in folder.rglob(INDEX):
		address = address_of(file.relative_to(folder).as_posix())
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
