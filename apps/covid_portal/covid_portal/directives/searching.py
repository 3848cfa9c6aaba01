"""Finding directives by number, title and text, with and without Vietnamese marks: staff in the Desk, everybody else by a page.

Numbers and titles come first, then texts in which the words stand beside each other, then texts that have them all.
"""

from collections.abc import Callable, Iterator

import frappe
from frappe.rate_limiter import rate_limit
from werkzeug.wrappers import Response

from covid_portal.directives import access, plain
from covid_portal.directives.numbering import like
from covid_portal.publishing import pages, site_map

SHOWN = 30
LONGEST = 200  # characters of a query
# From one network in a minute: offices share an address.
SEARCHES, SECONDS = 120, 60
TEXT = "Directive Text"
PUBLIC = "text.is_public = 1"
SHOWN_COLUMNS = (
	"name",
	"slug",
	"identifier",
	"directive_type",
	"subject",
	"subject_en",
	"issued_on",
	"effect",
	"is_public",
)


@frappe.whitelist(methods=["GET"])
def find(query: str) -> list[dict]:
	"""What the session's user may read: [{name, identifier, directive_type, subject, issued_on, effect, workflow_state, passage}]."""
	frappe.has_permission(access.DOCTYPE, "read", throw=True)
	seen = access.condition()
	condition = (
		"1 = 1"
		if seen == access.EVERYTHING
		else f"text.directive in (select name from `tabDirective` where {seen})"
	)
	return described(found(query, condition), query)


@frappe.whitelist(allow_guest=True, methods=["GET"])
@rate_limit(limit=SEARCHES, seconds=SECONDS)
def page(q: str | None = None, lang: str | None = None) -> Response:
	"""The public ones, as a page of the portal; nothing that is asked is kept."""
	lang = lang if lang in site_map.LANGUAGES else site_map.LANGUAGES[0]
	query = (q or "").strip()[:LONGEST]
	data = {"query": query, "rows": described(found(query, PUBLIC), query), "most": SHOWN}
	text = pages.render("directives_found.html", lang, "directives", data=data)
	return Response(text, mimetype="text/html", headers={"Cache-Control": "no-store"})


def found(query: str, condition: str) -> list[str]:
	"""Names, the best first; at most SHOWN."""
	query, names = query[:LONGEST], {}
	if not plain.words(query):
		return []
	for ask in searches(query):
		if len(names) < SHOWN:
			names |= dict.fromkeys(ask(condition))
	return list(names)[:SHOWN]


def searches(query: str) -> Iterator[Callable[[str], list[str]]]:
	number, words, phrase = plain.number(query), plain.any_order(query), plain.as_phrase(query)
	if any(letter.isdigit() for letter in number):
		yield lambda condition: ask("text.number_plain like %s", like(number) + "%", condition)
	yield lambda condition: ask("match(text.head) against(%s in boolean mode)", words, condition)
	if phrase:
		yield lambda condition: ask("match(text.body) against(%s in boolean mode)", phrase, condition)
	yield lambda condition: ask("match(text.body) against(%s in boolean mode)", words, condition)


def ask(fits: str, value: str, condition: str) -> list[str]:
	"""The newest first."""
	return frappe.db.sql_list(
		f"select text.directive from `tab{TEXT}` text where {fits} and {condition} "
		f"order by text.issued_on desc, text.directive limit {SHOWN}",
		value,
	)


def described(names: list[str], query: str) -> list[dict]:
	"""In their order, each with the passage of its text that has the words."""
	if not names:
		return []
	columns = ", ".join(f"directive.{column}" for column in (*SHOWN_COLUMNS, "workflow_state", "summary"))
	rows = frappe.db.sql(
		f"""select {columns}, kind.type_name_en directive_type_en, text.text from `tabDirective` directive
		join `tab{TEXT}` text on text.name = directive.name
		left join `tabDirective Type` kind on kind.name = directive.directive_type
		where directive.name in %s""",
		[names],
		as_dict=True,
	)
	for row in rows:
		row.passage = plain.passage(row.pop("text") or row.summary or "", query)
		row.pop("summary")
	return sorted(rows, key=lambda row: names.index(row.name))
