"""What the public sees of directives: a page for each at its lasting address, its files, lists by year, type and issuing body, a
feed, and open data. A build makes what differs from the live one; where nothing has changed it asks one question.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe.utils import getdate

from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD
from covid_portal.directives import files as stored
from covid_portal.directives import plain
from covid_portal.directives.relations import TABLE
from covid_portal.publishing import feeds, pages, site_map, structured
from covid_portal.publishing.figures import with_zone
from covid_portal.publishing.files import data_file
from covid_portal.publishing.open_data import V1
from covid_portal.publishing.publication import Publication
from covid_portal.publishing.rendering import environment, local
from covid_portal.publishing.search_index import Entry

FOLDER = f"{V1}/directives"
INDEX = f"{V1}/directives.json"
KEY, BASE = "directives", site_map.address("directives", "vi")
FEED = f"{BASE}.atom"
ON_A_PAGE, IN_FEED, FOUND = 100, 40, 60
BY_TYPE, BY_BODY = "loai", "co-quan"
WAYS = ((BY_TYPE, "type"), (BY_BODY, "issuer"))
DATES = ("issued_on", "effective_from", "effective_to")
TEXTS = (
	"slug",
	"identifier",
	"symbol",
	"subject",
	"subject_en",
	"summary",
	"summary_en",
	"signer",
	"signer_title",
)


def files(publication: Publication) -> dict[str, bytes | Path | None]:
	state = state_of_all()
	if not publication.anew and state == live_state(publication.live):
		return {}
	rows, live = public_rows(), live_rows(publication.live)
	before = {} if publication.anew else live
	changed = [row for row in rows if before.get(row["slug"]) != row]
	gone = [live[slug] for slug in live.keys() - {row["slug"] for row in rows}]
	years = {row["year"] for row in (*changed, *gone)}
	if years_of(rows) != years_of(before.values()):
		years |= set(years_of(rows))  # each list leads to every year
	made = (
		pages_of(changed, publication.live) | lists(rows, years) | feed(rows) | data_files(rows, years, state)
	)
	return dict.fromkeys(paths_of(gone) | paths_of_lists(live.values(), years)) | made


# --- rows


def state_of_all() -> str:
	"""Another one whenever a public directive is new or has changed."""
	count, modified = frappe.db.sql(
		f"select count(*), max(modified) from `tabDirective` where {STATE_FIELD} = %s and is_public = 1",
		APPROVED,
	)[0]
	return hashlib.sha256(f"{count} {modified}".encode()).hexdigest()[:16]


def live_state(live: Path) -> str | None:
	file = live / INDEX
	return json.loads(file.read_bytes())["state"] if file.is_file() else None


def live_rows(live: Path) -> dict[str, dict]:
	"""{slug: row} of the live build's files of years."""
	contents = (json.loads(file.read_bytes()) for file in (live / FOLDER).glob("????.json"))
	return {row["slug"]: row for content in contents for row in content["directives"]}


def public_rows() -> list[dict]:
	"""All public directives, the newest first."""
	rows = frappe.db.sql(
		f"""select this.*, kind.type_name_en, unit.unit_name, unit.unit_name_en from `tabDirective` this
		left join `tabDirective Type` kind on kind.name = this.directive_type
		left join `tabUnit` unit on unit.name = this.unit
		where this.{STATE_FIELD} = %s and this.is_public = 1
		order by this.issued_on desc, this.published_at desc, this.name desc""",
		APPROVED,
		as_dict=True,
	)
	attached, (named, naming) = files_of_all(), relations_of_all()
	return [
		told(row, attached.get(row.name, []), named.get(row.name, []), naming.get(row.name, []))
		for row in rows
	]


def told(row: dict, attached: list[dict], named: list[dict], naming: list[dict]) -> dict:
	issuer = row.other_body or row.unit_name
	return {
		**{field: row[field] or "" for field in TEXTS},
		**{field: str(row[field]) if row[field] else None for field in DATES},
		"number": row.number,
		"year": str(row.issued_on)[:4],
		"type": row.directive_type,
		"type_en": row.type_name_en or row.directive_type,
		"issuer": issuer,
		"issuer_en": (row.other_body_en if row.other_body else row.unit_name_en) or issuer,
		"effect": row.effect,
		"published_at": with_zone(row.published_at),
		"page": f"{BASE}/{row.slug}",
		"files": [file_row(row.slug, file) for file in attached],
		"relations": named,
		"changed_by": naming,
	}


def files_of_all() -> dict[str, list[dict]]:
	columns = ["parent", "file", "title", "kind", "pages", "text_state", "sha256"]
	rows = frappe.get_all("Directive File", {"parenttype": "Directive"}, columns, order_by="parent, idx")
	found: dict[str, list[dict]] = {}
	for row in rows:
		found.setdefault(row.parent, []).append(row)
	return found


def file_row(slug: str, file: dict) -> dict:
	"""`scan`: there is no text in it that a search or a screen reader could read."""
	name = Path(file.file.rpartition("/")[2]).stem
	return {
		"url": f"{BASE}/{slug}/{file.sha256[:8]}-{plain.slug(name)[:60] or 'van-ban'}{stored.SUFFIXES[file.kind]}",
		"title": file.title or name,
		"format": file.kind,
		"pages": file.pages or None,
		"scan": file.text_state == stored.NO_TEXT,
		"sha256": file.sha256,
	}


def relations_of_all() -> tuple[dict[str, list[dict]], dict[str, list[dict]]]:
	"""What each directive names, and what names it: {name: [{kind, identifier, title, page, from}]}. What is not public
	stands there by its number, without a page."""
	rows = frappe.db.sql(
		f"""select row.parent, row.kind, row.directive, row.other,
			coalesce(row.from_date, newer.effective_from, newer.issued_on) since,
			newer.slug, newer.identifier, newer.subject, newer.subject_en,
			older.slug older_slug, older.identifier older_identifier, older.subject older_subject,
			older.subject_en older_subject_en, older.is_public older_public
		from `tab{TABLE}` row
		join `tabDirective` newer on newer.name = row.parent and newer.{STATE_FIELD} = %s and newer.is_public = 1
		left join `tabDirective` older on older.name = row.directive
		order by row.parent, row.idx""",
		APPROVED,
		as_dict=True,
	)
	named: dict[str, list[dict]] = {}
	naming: dict[str, list[dict]] = {}
	for row in rows:
		since = str(row.since) if row.since else None
		other = {"kind": row.kind, "from": since, **named_one(row)}
		named.setdefault(row.parent, []).append(other)
		if row.directive:
			own = {
				"identifier": row.identifier,
				"title": row.subject,
				"title_en": row.subject_en or row.subject,
			}
			own |= {"kind": row.kind, "from": since, "page": f"{BASE}/{row.slug}"}
			naming.setdefault(row.directive, []).append(own)
	return named, naming


def named_one(row: dict) -> dict:
	if row.directive and row.older_public:
		title = row.older_subject
		page = f"{BASE}/{row.older_slug}"
		return {
			"identifier": row.older_identifier,
			"title": title,
			"title_en": row.older_subject_en or title,
			"page": page,
		}
	text = row.other or row.older_identifier
	return {"identifier": text, "title": "", "title_en": "", "page": None}


def years_of(rows: Iterable[dict]) -> list[str]:
	return sorted({row["year"] for row in rows}, reverse=True)


# --- one directive


def pages_of(rows: list[dict], live: Path) -> dict[str, bytes | Path]:
	return copies_of(rows, live) | {
		pages.file_of(site_map.in_language(row["page"], lang)): page_of(row, lang)
		for row in rows
		for lang in site_map.LANGUAGES
	}


def page_of(row: dict, lang: str) -> bytes:
	data = {**row, "updated_at": row["published_at"]}
	other = site_map.in_language(row["page"], "en" if lang == "vi" else "vi")
	text = pages.render(
		"directive.html", lang, KEY, alternate=other, data=data, structured=legislation(row, lang)
	)
	return text.encode()


def copies_of(rows: list[dict], live: Path) -> dict[str, Path]:
	"""The files as they were checked, those that the live build lacks: an address never has another content. One that is
	lost or was changed on the disk must not keep all others from the public."""
	wanted: dict[str, list[str]] = {}
	for file in (file for row in rows for file in row["files"]):
		if not (live / file["url"].lstrip("/")).is_file():
			wanted.setdefault(file["sha256"], []).append(file["url"])
	made: dict[str, Path] = {}
	for url, digest in frappe.get_all(
		"Directive File", {"sha256": ("in", list(wanted) or [""])}, ["file", "sha256"], as_list=True
	):
		path = stored.path_of(url)
		if path and stored.digest(path.read_bytes()) == digest:
			made |= {address.lstrip("/"): path for address in wanted[digest]}
	for url in sorted(url for urls in wanted.values() for url in urls if url.lstrip("/") not in made):
		frappe.log_error(title=f"File of a directive is missing: {url}"[:140])
	return made


def legislation(row: dict, lang: str) -> dict:
	"""For search engines (schema.org)."""
	return {
		"@context": structured.CONTEXT,
		"@type": "Legislation",
		"name": local(row, "subject", lang=lang),
		"legislationIdentifier": row["identifier"],
		"legislationType": row["type"],
		"legislationDate": row["issued_on"],
		"legislationPassedBy": {"@type": "GovernmentOrganization", "name": row["issuer"]},
		"url": pages.public_address() + site_map.in_language(row["page"], lang),
		"inLanguage": "vi",
		"publisher": structured.publisher(lang),
	}


def paths_of(rows: Iterable[dict]) -> set[str]:
	"""Of the pages and files of directives."""
	return {
		path
		for row in rows
		for path in (
			*(pages.file_of(site_map.in_language(row["page"], lang)) for lang in site_map.LANGUAGES),
			*(file["url"].lstrip("/") for file in row["files"]),
		)
	}


# --- lists


@dataclass(frozen=True)
class Listing:
	"""A list in pages of ON_A_PAGE rows: at `base`, base/trang-2, … `by`: the field that its rows have in common. `is_first`:
	/van-ban itself, one page alone, whose others are those of its year."""

	base: str
	rows: list[dict]
	year: str | None
	by: str = ""
	is_first: bool = False

	@property
	def parts(self) -> list[list[dict]]:
		starts = range(0, len(self.rows), ON_A_PAGE)
		return [self.rows[start : start + ON_A_PAGE] for start in starts] or [[]]

	@property
	def addresses(self) -> list[str]:
		below = of_year(self.year) if self.is_first else self.base
		return [self.base, *(f"{below}/trang-{number}" for number in range(2, len(self.parts) + 1))]

	@property
	def own_addresses(self) -> list[str]:
		return self.addresses[: 1 if self.is_first else None]


def of_year(year: str | None, way: str = "", name: str = "") -> str:
	return "/".join(filter(None, (BASE, "nam", year, way, plain.slug(name))))


def listings(rows: list[dict], years: Iterable[str]) -> Iterator[Listing]:
	"""Of these years: all, by type, by body; and the first page, which shows the newest year."""
	newest = next(iter(years_of(rows)), None)
	if newest is None or newest in years:
		yield Listing(BASE, [row for row in rows if row["year"] == newest], newest, is_first=True)
	for year in years:
		own = [row for row in rows if row["year"] == year]
		if own:
			yield Listing(of_year(year), own, year)
		for way, field in WAYS:
			for name in {row[field] for row in own}:
				some = [row for row in own if row[field] == name]
				yield Listing(of_year(year, way, name), some, year, field)


def paths_of_lists(rows: Iterable[dict], years: Iterable[str]) -> set[str]:
	"""Of pages and data of these years, as they are for these rows."""
	rows = list(rows)
	addresses = {address for listing in listings(rows, years) for address in listing.own_addresses}
	pages_there = {
		pages.file_of(site_map.in_language(address, lang))
		for address in addresses
		for lang in site_map.LANGUAGES
	}
	return pages_there | {f"{FOLDER}/{year}.json" for year in years}


def lists(rows: list[dict], years: Iterable[str]) -> dict[str, bytes]:
	all_years = years_of(rows)
	return {path: page for listing in listings(rows, years) for path, page in listed(listing, all_years)}


def listed(listing: Listing, years: list[str]) -> Iterator[tuple[str, bytes]]:
	"""(path, page) in each language."""
	some = listing.rows[0] if listing.by else {}
	data = {
		"year": listing.year,
		"years": years,
		"of": listing.by
		and {"by": listing.by, **{key: some[key] for key in (listing.by, f"{listing.by}_en")}},
		"types": ways(listing.rows, "type", BY_TYPE) if not listing.by else [],
		"bodies": ways(listing.rows, "issuer", BY_BODY) if not listing.by else [],
		"addresses": listing.addresses,
	}
	for number, address in enumerate(listing.own_addresses, 1):
		shown = {**data, "directives": listing.parts[number - 1], "page": number}
		for lang in site_map.LANGUAGES:
			other = site_map.in_language(address, "en" if lang == "vi" else "vi")
			text = pages.render("directives.html", lang, KEY, alternate=other, data=shown)
			yield pages.file_of(site_map.in_language(address, lang)), text.encode()


def ways(rows: list[dict], field: str, way: str) -> list[dict]:
	"""[{label, label_en, url, count}], the most frequent first."""
	counts: dict[str, int] = {}
	english = {row[field]: row[f"{field}_en"] for row in rows}
	for row in rows:
		counts[row[field]] = counts.get(row[field], 0) + 1
	return [
		{
			"label": name,
			"label_en": english[name],
			"url": of_year(rows[0]["year"], way, name),
			"count": count,
		}
		for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
	]


def data_files(rows: list[dict], years: Iterable[str], state: str) -> dict[str, bytes]:
	made = {
		f"{FOLDER}/{year}.json": data_file(
			{"year": year, "directives": [row for row in rows if row["year"] == year]}
		)
		for year in set(years) & set(years_of(rows))
	}
	all_years = years_of(rows)
	newest = [row for row in rows if row["year"] == all_years[0]] if all_years else []
	index = {
		"count": len(rows),
		"state": state,
		"feed": FEED,
		"years": [{"year": year, "url": f"/{FOLDER}/{year}.json"} for year in all_years],
		"directives": newest[:ON_A_PAGE],
	}
	return made | {INDEX: data_file(index)}


def feed(rows: list[dict]) -> dict[str, bytes]:
	newest = sorted(rows, key=lambda row: row["published_at"], reverse=True)[:IN_FEED]
	made = {}
	for lang in site_map.LANGUAGES:
		title = site_map.names(pages.translator(lang))[KEY]
		items = [feed_item(row, lang) for row in newest]
		address = site_map.in_language(FEED, lang)
		made[address.lstrip("/")] = feeds.feed(lang, items, feeds.Head(FEED, KEY, title))
	return made


def feed_item(row: dict, lang: str) -> feeds.Item:
	title = f"{local(row, 'type', lang=lang)} {row['identifier']}: {local(row, 'subject', lang=lang)}"
	times = (row["published_at"], row["published_at"])
	url = site_map.in_language(row["page"], lang)
	return feeds.Item(f"directive/{row['slug']}", title, local(row, "summary", lang=lang), url, times)


def search_entries(_publication: Publication, lang: str) -> list[Entry]:
	"""The newest ones by number and subject; all of them and their texts are found by the search of /van-ban."""
	kind = pages.translator(lang)("Directive")
	day = environment(lang, pages.translator(lang)).filters["date"]
	columns = ["slug", "identifier", "directive_type", "subject", "subject_en", "issued_on"]
	rows = frappe.get_all(
		"Directive",
		{STATE_FIELD: APPROVED, "is_public": 1},
		columns,
		order_by="issued_on desc, name desc",
		limit=FOUND,
	)
	return [
		Entry(
			f"{row.identifier}: {local(row, 'subject', lang=lang)}",
			kind,
			site_map.in_language(f"{BASE}/{row.slug}", lang),
			f"{row.directive_type} · {day(str(getdate(row.issued_on)))}",
		)
		for row in rows
	]
