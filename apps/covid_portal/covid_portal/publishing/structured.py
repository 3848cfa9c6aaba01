"""What search engines read (schema.org, JSON-LD): who runs the portal, what is announced, which data there are."""

from covid_portal.publishing import pages, site_map
from covid_portal.publishing.rendering import DATA_URL, environment

CONTEXT = "https://schema.org"


def announcement(data: dict, lang: str) -> dict:
	"""The newest slot (figures.slot_data) as a SpecialAnnouncement."""
	_, write = pages.translator(lang), environment(lang, pages.translator(lang)).filters
	counts, base = data["reporting"], pages.public_address()
	return {
		"@context": CONTEXT,
		"@type": "SpecialAnnouncement",
		"name": _("Situation as of {0}").format(write["hour_date"](data["time"])),
		"text": _("{0} of {1} communes, wards and townships have reported").format(
			write["number"](counts["reported"]), write["number"](counts["expected"])
		)
		+ ".",
		"datePosted": data["published_at"],
		"category": "https://www.wikidata.org/wiki/Q81068910",  # the COVID-19 pandemic
		"url": base + site_map.address("overview", lang),
		"inLanguage": lang,
		"spatialCoverage": {"@type": "AdministrativeArea", "name": write["local"](data["province"], "name")},
		"diseaseSpreadStatistics": base + DATA_URL,
		"publisher": publisher(lang),
	}


def publisher(lang: str) -> dict:
	name = pages.brand()["organisation" if lang == "vi" else "organisation_en"]
	return {"@type": "GovernmentOrganization", "name": name, "url": pages.public_address() + "/"}


def dataset(index: dict, lang: str) -> dict:
	"""The open data (open_data.index_data) as a Dataset, with the files that have one address."""
	suffix, base = "" if lang == "vi" else "_en", pages.public_address()
	return {
		"@context": CONTEXT,
		"@type": "Dataset",
		"name": f"{index[f'site_title{suffix}']}: {site_map.names(pages.translator(lang))['data']}",
		"description": pages.translator(lang)(
			"Figures of the epidemic by slot, day and area, as JSON and CSV, updated with every slot."
		),
		"url": base + site_map.address("data", lang),
		"inLanguage": lang,
		"license": index[f"licence{suffix}"],
		"isAccessibleForFree": True,
		"dateModified": index["updated_at"],
		"creator": publisher(lang),
		"distribution": [
			{
				"@type": "DataDownload",
				"contentUrl": base + row["url"],
				"encodingFormat": "application/json" if row["format"] == "json" else "text/csv",
				"description": row[f"description{suffix}"],
			}
			for row in index["resources"]
			if "{" not in row["url"]
		],
	}
