"""The public form /dang-ky-ve-que: its page in the snapshot, and what becomes of what is sent from it."""

import re
from collections.abc import Mapping
from typing import Any

import frappe
from werkzeug.wrappers import Response

from covid_portal.citizens import arrival_rules, forms, home_return, return_pages
from covid_portal.organisation.guest_input import checked
from covid_portal.privacy.quiet import without_values
from covid_portal.publishing import pages, site_map
from covid_portal.publishing.publication import Publication

KIND = home_return.DOCTYPE
BLOCKS = 6  # persons for whom there is room without a script
OF_PERSON = re.compile(r"persons\.(\d{1,2})\.([a-z_]{1,30})")


def page_data() -> dict:
	"""What the form is made of, in the snapshot and where it comes back with problems."""
	book = arrival_rules.book()
	reasons = offered_reasons()
	transports = [(name, name) for name in home_return.TRANSPORTS]
	places = return_pages.places()
	return {
		"origins": book.origins,
		"places": places,
		"reasons": reasons,
		"transports": transports,
		"most_persons": home_return.most_persons(),
		"blocks": min(BLOCKS, home_return.most_persons()),
		"known_values": known_values(book.origins, places, reasons),
	}


def offered_reasons() -> list[dict]:
	return frappe.get_all(
		"Return Reason",
		{"disabled": 0},
		["code", "reason_name as name", "reason_name_en as name_en"],
		order_by="weight desc, code",
	)


def known_values(origins: list[dict], places: list[dict], reasons: list[dict]) -> set[str]:
	"""What a list can have been left at: nothing else is shown as chosen."""
	return {
		*(row["code"] for rows in (origins, reasons) for row in rows),
		*(commune["code"] for whole in places for commune in whole["communes"]),
		*home_return.TRANSPORTS,
		*home_return.TEST_KINDS,
		*home_return.TEST_RESULTS,
		*"01234",
	}


def files(publication: Publication) -> dict[str, bytes]:
	"""Made with every publication: areas, origins and reasons are those of today."""
	data = {**page_data(), "updated_at": publication.latest["published_at"]}
	return {
		pages.file_of(site_map.address("return_form", lang)): pages.render(
			"return_form.html", lang, "return_form", data=translated(data, lang)
		).encode()
		for lang in site_map.LANGUAGES
	}


# --- sent. xss_safe: texts stay as they were typed, and are escaped where they are shown.


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def send(page: str | None = None, lang: str | None = None) -> dict | Response:
	"""Take a registration in: {"code", "held"}, or {"problems": {field: sentence}} with the status of the refusal.

	With `page` a finished page instead, in `lang`; of what was wrong the form as it was filled in.
	"""
	lang = lang if lang in site_map.LANGUAGES else site_map.LANGUAGES[0]
	frappe.local.lang = lang
	form = with_persons(frappe.local.form_dict)
	try:
		answer, status = forms.take_in(KIND, form), 200
	except frappe.ValidationError as error:
		problems, status = forms.refusal(error)
		answer = {"problems": problems}
	if page:
		return page_of(answer, status, lang)
	frappe.local.response.http_status_code = status
	return answer


def with_persons(form: Mapping[str, Any]) -> dict[str, Any]:
	"""The fields as a page without a script sends them, persons.2.full_name, as a list of persons."""
	plain = {name: value for name, value in form.items() if not OF_PERSON.fullmatch(name)}
	rows: dict[int, dict[str, Any]] = {}
	for name, value in form.items():
		if found := OF_PERSON.fullmatch(name):
			rows.setdefault(int(found[1]), {})[found[2]] = value
	if not rows:
		return plain
	return {**plain, "persons": [rows.get(number, {}) for number in range(1, max(rows) + 1)]}


def page_of(answer: dict, status: int, lang: str) -> Response:
	if "code" in answer:
		text = pages.render("return_sent.html", lang, "return_form", data=answer)
	else:
		form = {"values": shown_values(), "problems": answer["problems"]}
		text = pages.render(
			"return_form.html", lang, "return_form", data={**translated(page_data(), lang), "form": form}
		)
	return Response(text, status, mimetype="text/html", headers={"Cache-Control": "no-store"})


def shown_values() -> dict[str, str]:
	return forms.typed(frappe.local.form_dict)


def translated(data: dict, lang: str) -> dict:
	"""Lists of (key, what is said), in the page's language."""
	_say = pages.translator(lang)
	name = "name" if lang == "vi" else "name_en"
	return {
		**data,
		"transports": [(key, _say(key)) for key, _label in data["transports"]],
		"reasons": [(row["code"], row[name] or row["name"]) for row in data["reasons"]],
	}
