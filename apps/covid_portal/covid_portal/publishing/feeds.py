"""The feed of what was published: the newest slots and corrections, as Atom (RFC 4287), in each language."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import frappe

from covid_portal.publishing import ledger, open_data, pages, site_map
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import xml_file
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import FEED, environment

ATOM = "http://www.w3.org/2005/Atom"
SLOTS, CORRECTIONS = 20, 20


@dataclass(frozen=True)
class Item:
	"""`id`: what tells it from all others, for good; `times`: first published, last changed (ISO); `data`: its file."""

	id: str
	title: str
	text: str
	url: str
	times: tuple[str, str]
	data: str = ""


@dataclass(frozen=True)
class Head:
	"""Address of a feed in Vietnamese, the page it is of, and its title; the portal's own title where there is none."""

	address: str = FEED
	page: str = "overview"
	title: str = ""


PORTAL = Head()


def files(publication: Publication) -> dict[str, bytes]:
	if publication.more_follows:
		return {}
	slots, corrections = (
		list(newest_slots(publication)),
		ledger.ledger_data(publication.said_before)["corrections"][:CORRECTIONS],
	)
	return {
		site_map.in_language(FEED, lang).lstrip("/"): feed(
			lang, [*slot_items(slots, lang), *correction_items(corrections, lang)]
		)
		for lang in site_map.LANGUAGES
	}


def newest_slots(publication: Publication) -> Iterator[dict]:
	"""The public figures of the newest published slots, those of earlier builds as these have them."""
	names = frappe.get_all(
		"Report Slot", {"published_at": ("is", "set")}, pluck="name", order_by="slot_time desc", limit=SLOTS
	)
	for name in names:
		file = Path(publication.live / open_data.SLOTS / f"{name}.json")
		if name in publication.data:
			yield publication.data[name]
		elif file.is_file():
			yield json.loads(file.read_bytes())


def slot_items(slots: list[dict], lang: str) -> Iterator[Item]:
	_, write = pages.translator(lang), environment(lang, pages.translator(lang)).filters
	for data in slots:
		counts, figures = data["reporting"], data["province"]["figures"]
		said = [
			_("{0} of {1} communes, wards and townships have reported").format(
				write["number"](counts["reported"]), write["number"](counts["expected"])
			)
		]
		for field, label in (
			("new_cases", _("New cases in this slot")),
			("under_treatment", _("Under treatment")),
		):
			if figures.get(field) is not None:
				said.append(f"{label}: {write['number'](figures[field])}")
		yield Item(
			f"slot/{data['slot']}",
			_("Situation as of {0}").format(write["hour_date"](data["time"])),
			". ".join(said) + ".",
			site_map.address("overview", lang),
			(data["time"], data["published_at"]),
			f"/{open_data.SLOTS}/{data['slot']}.json",
		)


def correction_items(rows: list[dict], lang: str) -> Iterator[Item]:
	_, write = pages.translator(lang), environment(lang, pages.translator(lang)).filters
	for row in rows:
		place, label = write["local"](row, "name"), write["local"](row, "label")
		values = [write["number"](row[key]) for key in ("old", "new")]
		yield Item(
			f"correction/{row['correction']}/{row['field']}",
			_("Correction: {0}, {1}").format(place, label),
			_("Slot of {0}: {1} becomes {2}. Reason: {3}").format(
				write["hour_date"](row["time"]), *values, row["reason"]
			),
			site_map.address("corrections", lang),
			(row["approved_at"], row["approved_at"]),
		)


def feed(lang: str, items: list[Item], head: Head = PORTAL) -> bytes:
	"""The newest first. Ids are tag URIs (RFC 4151) of the portal's host."""
	base, brand = pages.public_address(), pages.brand()
	suffix = "" if lang == "vi" else "_en"
	tag = f"tag:{urlsplit(base).hostname},2021:{lang}"
	items = sorted(items, key=lambda item: item.times[1], reverse=True)
	root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": lang})
	titles = [head.title, brand[f"site_title{suffix}"]]
	name = "feed" if head.address == FEED else head.page
	fill(root, id=f"{tag}/{name}", title=" – ".join(filter(None, titles)))
	fill(root, updated=items[0].times[1] if items else with_zone("2021-01-01"))
	link(root, "self", base + site_map.in_language(head.address, lang), "application/atom+xml")
	link(root, "alternate", base + site_map.address(head.page, lang), "text/html")
	fill(ElementTree.SubElement(root, "author"), name=brand[f"organisation{suffix}"])
	for item in items:
		entry = ElementTree.SubElement(root, "entry")
		fill(entry, id=f"{tag}/{item.id}", title=item.title, published=item.times[0], updated=item.times[1])
		link(entry, "alternate", base + item.url, "text/html")
		if item.data:
			link(entry, "related", base + item.data, "application/json")
		fill(entry, summary=item.text)
	return xml_file(root)


def fill(element: ElementTree.Element, **texts: str) -> None:
	for tag, text in texts.items():
		ElementTree.SubElement(element, tag).text = text


def link(element: ElementTree.Element, rel: str, href: str, form: str) -> None:
	ElementTree.SubElement(element, "link", {"rel": rel, "type": form, "href": href})
