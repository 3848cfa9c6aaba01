"""What the finished pages hold, read from the pages themselves: the site map and the search need no second list."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from covid_portal.publishing import site_map
from covid_portal.publishing.site_map import Translate

# A heading's own anchor, or that of the section it begins.
HEADING = re.compile(
	r'(?:<section[^>]*? id="([^"]+)"[^>]*>\s*)?<h2(?:[^>]*? id="([^"]+)")?[^>]*>(.*?)</h2>', re.S
)
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
CANONICAL = re.compile(rb'<link rel="canonical" href="([^"]+)"')
HEAD = 4000  # bytes of a page in which its own address stands
INDEX = "index.html"
LISTING = ("site_map", "search")  # made of this outline, so no part of it


@dataclass(frozen=True)
class Outlined:
	"""A page of site_map.PAGES with its sections, [(heading, address)]."""

	key: str
	group: str
	label: str
	url: str
	description: str
	sections: tuple[tuple[str, str], ...]


class Build:
	"""The pages of the build under way: those made now over those of the live build."""

	def __init__(self, made: dict[str, bytes | None], live: Path) -> None:
		self.made = {path: content for path, content in made.items() if content is not None}
		self.gone, self.live = made.keys() - self.made.keys(), live

	def text(self, path: str) -> str:
		"""The page at the path; empty where there is none yet."""
		if path in self.made:
			return self.made[path].decode()
		file = self.live / path
		return file.read_text(encoding="utf-8") if file.is_file() else ""

	def pages(self) -> list[str]:
		"""Paths of all pages, in order."""
		there = {
			file.relative_to(self.live.resolve()).as_posix() for file in self.live.resolve().rglob(INDEX)
		}
		made = {path for path in self.made if path.rpartition("/")[2] == INDEX}
		return sorted((there | made) - self.gone)

	def is_copy(self, path: str) -> bool:
		"""Whether the page names another address as its own: a bulletin stands at its number and at its slot."""
		if path in self.made:
			head = self.made[path][:HEAD]
		else:
			with (self.live / path).open("rb") as file:
				head = file.read(HEAD)
		own = CANONICAL.search(head)
		return bool(own) and urlsplit(own[1].decode()).path != address_of(path)

	def changed_at(self, path: str) -> float | None:
		"""Seconds since 1970 of the live page's last change; None where this build changes it."""
		file = self.live / path
		if path in self.made and not (file.is_file() and file.read_bytes() == self.made[path]):
			return None
		return file.stat().st_mtime


def address_of(path: str) -> str:
	"""Where a page of the snapshot is read: dinh-chinh/index.html → /dinh-chinh, en/index.html → /en/."""
	address = "/" + path.removesuffix(INDEX).rstrip("/")
	return f"{address}/" if address == site_map.ENGLISH else address


def outlines(build: Build, lang: str, _: Translate) -> list[Outlined]:
	"""All pages; one that is not made yet has no sections."""
	named = site_map.names(_)
	return [outlined(page, lang, named[page.key], build) for page in site_map.PAGES]


def outlined(page: site_map.Page, lang: str, label: str, build: Build) -> Outlined:
	url = page.address(lang)
	if page.key in LISTING:
		return Outlined(page.key, page.group, label, url, "", ())
	text = build.text(f"{url.strip('/')}/{INDEX}".lstrip("/"))
	found = DESCRIPTION.search(text)
	description = unescape(found[1]).removeprefix(f"{label}. ") if found else ""
	sections = tuple(
		(plain(heading), f"{url}#{own or section}")
		for section, own, heading in HEADING.findall(text)
		if own or section
	)
	return Outlined(page.key, page.group, label, url, description, sections)


def plain(markup: str) -> str:
	return " ".join(unescape(re.sub(r"<[^>]+>", "", markup)).split())
