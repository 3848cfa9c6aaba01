"""Finding directives by number, title and text, with and without Vietnamese marks: staff in the Desk, everybody else by a page.

Numbers and titles come first, then texts in which the words stand beside each other, then texts that have them all.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import ClassVar

import frappe
from frappe.rate_limiter import rate_limit
from frappe.website.page_renderers.base_renderer import BaseRenderer
from werkzeug.wrappers import Response

from covid_portal.directives import access, plain
from covid_portal.directives.doctype.directive_text.directive_text import NEWEST
from covid_portal.directives.numbering import like
from covid_portal.publishing import pages, renderer, site_map

SHOWN = 30
LONGEST = 200  # characters of a query
LOOKED_THROUGH, SAMPLE = 300, 40  # directives
COMMON, COMMON_FOR = "covid-portal-common-words", 600  # seconds
# From one network in a minute: offices share an address.
SEARCHES, SECONDS = 120, 60
TEXT = "Directive Text"
PUBLIC = "text.is_public = 1"
ADDRESS = f"{site_map.address('directives', 'vi')}/tim"
NO_ANSWER = {"query": "", "rows": [], "most": SHOWN, "too_many": False}
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


class SearchPage(BaseRenderer):
	"""/van-ban/tim?q=…: the public ones, as a page of the portal made now; nothing that is asked is kept."""

	ADDRESSES: ClassVar = {
		site_map.in_language(ADDRESS, lang).strip("/"): lang for lang in site_map.LANGUAGES
	}

	def can_render(self) -> bool:
		return self.path in self.ADDRESSES

	def render(self) -> Response:
		lang, status = self.ADDRESSES[self.path], 200
		try:
			data = public_answer()
		except frappe.ValidationError:  # the limit's
			frappe.clear_messages()
			data, status = {**NO_ANSWER, "too_many": True}, 429
		other = site_map.in_language(ADDRESS, "en" if lang == "vi" else "vi")
		text = pages.render("directives_found.html", lang, "directives", alternate=other, data=data)
		renderer.send_no_cookies()
		headers = {"Cache-Control": "no-store", **renderer.SECURITY}
		return Response(text, status, mimetype="text/html", headers=headers)


@rate_limit(limit=SEARCHES, seconds=SECONDS)
def public_answer() -> dict:
	"""The words are read here: some versions of the limit hand on the address's own, others what they were called with."""
	query = str(frappe.form_dict.get("q") or "").strip()[:LONGEST]
	return {**NO_ANSWER, "query": query, "rows": described(found(query, PUBLIC), query)}


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
	number, words, pairs = plain.number(query), plain.singles(query), plain.pairs(query)
	if any(letter.isdigit() for letter in number):
		yield lambda condition: ask("text.number_plain like %(value)s", condition, value=like(number) + "%")
	yield lambda condition: having("head", words, condition)
	if pairs:
		yield lambda condition: having("body", pairs, condition)
	yield lambda condition: having("body", words, condition)


def having(column: str, words: list[str], condition: str) -> list[str]:
	"""Directives whose column has all the words. Of words that stand nearly everywhere the index has as many entries as there are
	directives, and the newest directives have them: then these are looked through, and the index asked where they are too few."""
	if are_common(column, words):
		names = among_newest(column, words, condition)
		if len(names) == SHOWN:
			return names
	return ask(
		f"match(text.{column}) against(%(words)s in boolean mode)", condition, words=plain.all_of(words)
	)


def are_common(column: str, words: list[str]) -> bool:
	return set(words) <= common_words()[column]


def common_words() -> dict[str, set[str]]:
	"""{column: words of so many directives that the newest LOOKED_THROUGH may well have SHOWN with them}; by a sample, some
	minutes old. It decides on the way alone, not on what is found."""
	found = frappe.cache.get_value(COMMON, expires=True)
	if found is None:
		rows = frappe.db.sql(
			f"select head, body from `tab{TEXT}` order by issued_on desc, name desc limit {SAMPLE}"
		)
		columns = zip(*rows, strict=True) if rows else ((), ())
		found = {name: in_many(texts) for name, texts in zip(("head", "body"), columns, strict=True)}
		frappe.cache.set_value(COMMON, found, expires_in_sec=COMMON_FOR)
	return found


def in_many(texts: tuple[str | None, ...]) -> set[str]:
	counts = Counter(word for text in texts for word in (text or "").split())  # each word once in a text
	return {word for word, count in counts.items() if count * LOOKED_THROUGH >= SHOWN * SAMPLE}


def among_newest(column: str, words: list[str], condition: str) -> list[str]:
	"""Read without the index."""
	newest = frappe.db.sql_list(
		f"""select text.name from `tab{TEXT}` text force index for order by (`{NEWEST}`) where {condition}
		order by text.issued_on desc, text.name desc limit {LOOKED_THROUGH}"""
	)
	values = {f"word_{number}": f" {word} " for number, word in enumerate(words)}
	text = f"cast(concat(' ', text.{column}, ' ') as binary)"
	holds = " and ".join(f"instr({text}, cast(%({name})s as binary))" for name in values)
	return ask(holds, "text.name in %(names)s", names=newest or [""], **values)


def ask(fits: str, condition: str, **values: str | list[str]) -> list[str]:
	"""The newest first."""
	return frappe.db.sql_list(
		f"select text.name from `tab{TEXT}` text where {fits} and {condition} "
		f"order by text.issued_on desc, text.name desc limit {SHOWN}",
		values,
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
