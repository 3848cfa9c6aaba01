"""The lists of directives: of each year all, by type and by body, in pages; and /van-ban itself, the newest year's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from covid_portal.directives import plain
from covid_portal.directives.public_rows import BASE, KEY, years_of
from covid_portal.publishing import pages, site_map

ON_A_PAGE = 100
BY_TYPE, BY_BODY = "loai", "co-quan"
WAYS = ((BY_TYPE, "type"), (BY_BODY, "issuer"))


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
	"""Of the pages of these years, as they are for these rows."""
	return {
		pages.file_of(site_map.in_language(address, lang))
		for listing in listings(list(rows), years)
		for address in listing.own_addresses
		for lang in site_map.LANGUAGES
	}


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
