"""What the finished pages hold, read from the pages themselves: the site map and the search need no second list."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from covid_portal.publishing import site_map
from covid_portal.publishing.site_map import Translate

# A heading's own anchor, or that of the section it begins.
HEADING = re.compile(
	r'(?:<section[^>]*? id="([^"]+)"[^>]*>\s*)?<h2(?:[^>]*? id="([^"]+)")?[^>]*>(.*?)</h2>', re.S
)
DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"')
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
		self.live = live

	def text(self, path: str) -> str:
		"""The page at the path; empty where there is none yet."""
		if path in self.made:
			return self.made[path].decode()
		file = self.live / path
		return file.read_text(encoding="utf-8") if file.is_file() else ""


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
