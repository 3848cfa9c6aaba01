"""The site map for search engines: sitemap.xml, which is an index, and a file for the pages of each section; two, four,
eight … where a section has very many. A page stays in its file, beside the same page in the other language: a build opens
and writes the files of what it has made, and takes the others over as they are.
"""

import itertools
from collections.abc import Iterator, Set
from html import escape
from pathlib import Path
from zlib import crc32

from frappe.utils import now_datetime

from covid_portal.publishing import pages, site_map
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.last_changes import Changes, Made, pages_made, renewed, told_before, walked
from covid_portal.publishing.outline import INDEX
from covid_portal.publishing.publication import Publication

FILE = "sitemap.xml"
MOST = 25_000  # addresses: half of what sitemaps.org allows in a file, so that long ones stay below its 50 MB too
MAIN = "trang"  # the section of the pages right below the overview
SITE_MAP, XHTML = "http://www.sitemaps.org/schemas/sitemap/0.9", "http://www.w3.org/1999/xhtml"
XML_HEAD = "<?xml version='1.0' encoding='utf-8'?>"


def files(publication: Publication, made: Made) -> dict[str, bytes | None]:
	"""The index and the files that differ. `made`: the files of this build by their path."""
	base, live, now = pages.public_address(), publication.live.resolve(), with_zone(now_datetime())
	# Pages that earlier parts of the build have made are in no site map yet.
	told = {} if publication.begun else told_index(live, base)
	fresh: dict[str, dict[str, bytes | None]] = {} if told else {name: {} for name in sections_of(live)}
	for address, content in pages_made(made).items():
		fresh.setdefault(section_of(address), {})[address] = content
	index, written = dict(told), {}
	for section, own in sorted(fresh.items()):
		for number, changes in parts_of(section, own, told, live, base, now).items():
			path = file_of(section, number)
			if changes or number:
				written[path] = part_file(changes, base)
				index[path] = max(changes.values(), default=now)
			elif index.pop(path, None):
				written[path] = None
	return {**written, FILE: index_file(index, base)}


def told_index(live: Path, base: str) -> Changes:
	"""{file: last change of its pages}; nothing where there was no index yet, or the portal had another address."""
	found = told_before(live / FILE, base)
	paths = {address.removeprefix("/"): changed for address, changed in found.items()}
	return paths if all(path.startswith("sitemap-") for path in paths) else {}


def file_of(section: str, number: int) -> str:
	return f"sitemap-{section}-{number + 1}.xml"


# --- which page stands where


def section_of(address: str) -> str:
	"""/ban-tin/76 and /en/ban-tin/76 → ban-tin; /ban-tin → MAIN."""
	steps = in_vietnamese(address).strip("/").split("/")
	return steps[0] if len(steps) > 1 else MAIN


def number_of(address: str, count: int) -> int:
	"""Of `count` files, a power of two. Of twice as many it is the same one, or the one `count` further on."""
	return crc32(in_vietnamese(address).encode()) % count


def in_vietnamese(address: str) -> str:
	return site_map.counterpart(address) if address.startswith(site_map.ENGLISH) else address


def sections_of(live: Path) -> set[str]:
	"""Those that have pages in the live build."""
	english = site_map.ENGLISH.strip("/")
	folders = [*live.glob("*/*/"), *live.glob(f"{english}/*/*/")]
	return {MAIN, *(folder.parent.name for folder in folders)} - {english}


def page_files(live: Path, section: str) -> Iterator[Path]:
	for folder in (live, live / site_map.ENGLISH.strip("/")):
		if section == MAIN:
			yield from (file for file in (folder / INDEX, *folder.glob(f"*/{INDEX}")) if file.is_file())
		else:
			yield from (folder / section).glob(f"*/**/{INDEX}")


# --- what stands in a file


def parts_of(section: str, made: Made, told: Changes, live: Path, base: str, now: str) -> dict[int, Changes]:
	"""{number: changes} of the section's files that hold a page made now; of all where there are none yet, or, twice as many,
	where one becomes too long. `told`: the index of the live build, empty where it tells nothing."""
	count = next(number for number in itertools.count() if file_of(section, number) not in told)
	if not count:
		found = {} if told else walked(page_files(live, section), live)
		return split(renewed(found, made, live, now))

	def part(number: int) -> Changes:
		own = {address: content for address, content in made.items() if number_of(address, count) == number}
		return renewed(told_before(live / file_of(section, number), base), own, live, now)

	touched = {number: part(number) for number in sorted({number_of(address, count) for address in made})}
	if all(len(changes) <= MOST for changes in touched.values()):
		return touched
	others = {number: part(number) for number in range(count) if number not in touched}
	return split(
		{address: day for changes in (touched | others).values() for address, day in changes.items()}
	)


def split(changes: Changes) -> dict[int, Changes]:
	"""Over as many files as take them, a power of two."""
	for power in itertools.count():
		parts: dict[int, Changes] = {number: {} for number in range(2**power)}
		for address, changed in changes.items():
			parts[number_of(address, 2**power)][address] = changed
		if all(len(part) <= MOST for part in parts.values()):
			return parts


def part_file(changes: Changes, base: str) -> bytes:
	"""Every page, naming the same one in the other language, with the time of its last change. Written as text: an element
	for each link of years of pages takes more memory than the whole file."""
	entries = "\n".join(entry(address, changed, base, changes.keys()) for address, changed in changes.items())
	head = f'<urlset xmlns="{SITE_MAP}" xmlns:xhtml="{XHTML}">'
	return f"{XML_HEAD}\n{head}\n{entries}\n</urlset>\n".encode()


def entry(address: str, changed: str, base: str, addresses: Set[str]) -> str:
	links = "".join(
		f'<xhtml:link rel="alternate" hreflang="{lang}" href="{escape(base + other)}"/>'
		for lang, other in alternates(address, addresses).items()
	)
	return f"<url><loc>{escape(base + address)}</loc><lastmod>{changed}</lastmod>{links}</url>"


def alternates(address: str, addresses: Set[str]) -> dict[str, str]:
	"""{language: address} of a page that there is in both; empty for others."""
	other = site_map.counterpart(address)
	if other not in addresses:
		return {}
	vi, en = (other, address) if address.startswith(site_map.ENGLISH) else (address, other)
	return {"vi": vi, "en": en, "x-default": vi}


def index_file(index: Changes, base: str) -> bytes:
	rows = "\n".join(
		f"<sitemap><loc>{base}/{path}</loc><lastmod>{changed}</lastmod></sitemap>"
		for path, changed in sorted(index.items())
	)
	return f'{XML_HEAD}\n<sitemapindex xmlns="{SITE_MAP}">\n{rows}\n</sitemapindex>\n'.encode()
