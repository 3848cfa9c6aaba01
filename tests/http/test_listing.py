"""How the portal is found: site map, robots.txt, search index, feed and previews, as a program from outside reads them."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from portal import LATEST, Client, Portal, kind, one_of_each, site_map_of

LANGUAGES = {"": "vi", "/en": "en"}


@pytest.fixture(scope="module")
def reader(portal: Portal) -> Client:
	return portal.guest()


@pytest.fixture(scope="module")
def site_map(reader: Client) -> dict[str, ElementTree.Element]:
	return site_map_of(reader)


@pytest.fixture(scope="module")
def texts(reader: Client, site_map: dict) -> dict[str, str]:
	"""Every page, and one of each kind below them."""
	answers = {path: reader.get(path) for path in one_of_each(site_map)}
	assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
	return {path: answer.text for path, answer in answers.items()}


def test_robots_txt_leads_to_the_site_map_and_keeps_out_of_the_desk(reader: Client) -> None:
	answer = reader.get("/robots.txt")
	assert answer.headers["Content-Type"].startswith("text/plain")
	assert "Disallow: /app\n" in answer.text and "/sitemap.xml\n" in answer.text


def test_the_site_map_has_every_page_that_another_links_to(site_map: dict, texts: dict[str, str]) -> None:
	for path, text in texts.items():
		assert set(own_pages(text)) <= site_map.keys(), path


def own_pages(text: str) -> Iterator[str]:
	"""Paths of pages that the text leads to; files, staff pages and other sites are none."""
	for address in re.findall(r'<a [^>]*?href="(/[^"]*)"', text):
		path = urlsplit(address).path
		if "." not in path.rpartition("/")[2] and path != "/bao-cao":
			yield path


def test_each_page_says_its_language_its_address_and_what_a_preview_shows(
	site_map: dict, texts: dict[str, str]
) -> None:
	titles = []
	for path, text in texts.items():
		lang = "en" if path.startswith("/en") else "vi"
		head = text.partition("</head>")[0]
		assert f'<html lang="{lang}">' in text
		assert urlsplit(re.search(r'rel="canonical" href="([^"]+)"', head)[1]).path == path
		links = dict(re.findall(r'rel="alternate" hreflang="([^"]+)" href="([^"]+)"', head))
		assert {key: urlsplit(link).path in site_map for key, link in links.items()} == dict.fromkeys(
			("vi", "en", "x-default"), True
		), path
		for name in ("title", "description", "image", "url", "site_name"):
			assert re.search(rf'property="og:{name}" content="[^"]+"', head), (path, name)
		title = re.search(r"<title>([^<]+)</title>", head)[1]
		if "*" not in kind(path):  # the newest month of bulletins is what /ban-tin shows, too
			titles.append(title)
	assert len(set(titles)) == len(titles) > 14


def test_the_picture_of_previews_is_there_and_small(reader: Client, texts: dict[str, str]) -> None:
	address = re.search(r'property="og:image" content="([^"]+)"', texts["/"])[1]
	answer = reader.get(urlsplit(address).path)
	assert answer.ok and answer.content.startswith(b"\x89PNG") and len(answer.content) <= 60_000


def test_what_search_engines_read_agrees_with_the_data(reader: Client, texts: dict[str, str]) -> None:
	latest = reader.get(LATEST).json()
	announced = structured(texts["/"])
	assert (announced["@type"], announced["datePosted"]) == ("SpecialAnnouncement", latest["published_at"])
	files = [row["contentUrl"] for row in structured(texts["/en/du-lieu-mo"])["distribution"]]
	assert len(files) > 3 and all(reader.get(urlsplit(address).path).ok for address in files)


def structured(text: str) -> dict:
	return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])


@pytest.mark.parametrize("prefix", LANGUAGES)
def test_the_feed_is_sound_and_begins_with_the_newest_slot(prefix: str, reader: Client) -> None:
	answer = reader.get(f"{prefix}/tin.atom")
	assert answer.headers["Content-Type"].startswith("application/atom+xml")
	feed = feedparser.parse(answer.content)
	assert not feed.bozo, feed.get("bozo_exception")
	assert feed.version == "atom10" and feed.feed.language == LANGUAGES[prefix]
	assert len({entry.id for entry in feed.entries}) == len(feed.entries) > 5
	assert all(entry.title and entry.summary and entry.updated_parsed for entry in feed.entries)
	assert all(reader.get(path).ok for path in {urlsplit(entry.link).path for entry in feed.entries})
	latest = reader.get(LATEST).json()
	assert any(entry.id.endswith(f"slot/{latest['slot']}") for entry in feed.entries)


@pytest.mark.parametrize("prefix", LANGUAGES)
def test_everything_the_search_finds_is_there(
	prefix: str, reader: Client, site_map: dict, texts: dict[str, str]
) -> None:
	index = reader.get(f"{prefix}/tim-kiem/index.json").json()
	assert len(index["entries"]) > 600
	assert any("Xã Tam Chung" in " ".join(row[:2]) for row in index["entries"])
	read = dict(texts)
	for title, _note, address, number, _weight in index["entries"]:
		path, anchor = urlsplit(address).path, urlsplit(address).fragment
		assert path in site_map or reader.get(path).ok, address
		if anchor and path not in read:
			read[path] = reader.get(path).text
		assert not anchor or f'id="{anchor}"' in read[path], address
		assert title and index["kinds"][number]


def test_a_browser_can_add_the_search(reader: Client, texts: dict[str, str]) -> None:
	address = re.search(r'rel="search" [^>]*href="([^"]+)"', texts["/en/"])[1]
	description = ElementTree.fromstring(reader.get(address).content)
	template = urlsplit(description.find("{*}Url").get("template"))
	assert (template.path, template.query) == ("/en/tim-kiem", "q={searchTerms}")
