"""What the public is told of each directive: a row with its files and relations, as open data and pages have it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import frappe

from covid_portal.approval.vocabulary import APPROVED, STATE_FIELD
from covid_portal.directives import files as stored
from covid_portal.directives import plain
from covid_portal.directives.relations import TABLE
from covid_portal.publishing import site_map
from covid_portal.publishing.figures import with_zone

KEY = "directives"
BASE = site_map.address(KEY, "vi")
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


def state_of_all() -> str:
	"""Another one whenever a public directive is new or has changed."""
	count, modified = frappe.db.sql(
		f"select count(*), max(modified) from `tabDirective` where {STATE_FIELD} = %s and is_public = 1",
		APPROVED,
	)[0]
	return hashlib.sha256(f"{count} {modified}".encode()).hexdigest()[:16]


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
