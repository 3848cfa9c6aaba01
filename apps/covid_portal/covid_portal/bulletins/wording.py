"""The words of a bulletin: templates an editor may amend, filled in with its figures; and numbers as they are spoken.

A template has a sentence in each line and names what it tells in braces: {new_cases}, {total_new_cases}, {time} … A line that
names a figure nobody reported is left out: a bulletin never says "0" where nothing is known.
"""

import re
from collections.abc import Callable, Iterable

import frappe
from frappe import _
from frappe.utils import get_datetime

from covid_portal.publishing import rendering
from covid_portal.publishing.figures import COMPLETENESS

NAME = re.compile(r"\{([a-z0-9_]+)\}")
DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", " nghìn", " triệu", " tỷ")
# A loudspeaker reads about 150 syllables in a minute, and Vietnamese writes each apart.
MOST_SPOKEN = 300
BESIDE_FIGURES = ("time", "hour", "date", "province", "issuer", "superseded_number", *COMPLETENESS)


class UnknownName(frappe.ValidationError):
	"""A template names what no bulletin has."""


class TooLong(frappe.ValidationError):
	"""More than two minutes at a loudspeaker."""


def check_template(text: str, label: str, fields: Iterable[str]) -> None:
	"""Every name in braces is one of BESIDE_FIGURES, an indicator, or total_ with one."""
	known = {*BESIDE_FIGURES, *fields, *(f"total_{field}" for field in fields)}
	unknown = sorted(set(NAME.findall(text or "")) - known)
	if unknown:
		frappe.throw(
			_(
				"{0}: there is no {1} to put in. Names of indicators, total_ before them, and {2} can be."
			).format(label, ", ".join(unknown), ", ".join(BESIDE_FIGURES)),
			UnknownName,
		)


def fill(template: str, values: dict[str, str | None]) -> str:
	"""The template's lines with their values, without those of which one is missing."""
	lines = (template or "").split("\n")
	return "\n".join(
		NAME.sub(lambda name: values[name[1]], line)
		for line in lines
		if all(values.get(name) is not None for name in NAME.findall(line))
	).strip()


def written(figures: dict, issuer: str, superseded: int | None, lang: str) -> dict[str, str | None]:
	"""The values of templates as a reader in `lang` expects them. `figures`: what figures.frozen() gives."""
	at = figures["time"]
	local = {"en": "name_en"}.get(lang, "name")
	name = figures["province"][local]
	return {
		"time": rendering.hour_date(at, lang=lang).replace(rendering.NBSP, " "),
		"hour": rendering.hour(at, lang=lang).replace(rendering.NBSP, " "),
		"date": rendering.short_date(at, lang=lang),
		"province": lower_first(name) if lang == "vi" else name,
		"issuer": issuer,
		"superseded_number": str(superseded) if superseded else None,
		**numbers(figures, lambda number: rendering.number(number, lang=lang)),
	}


def spoken(figures: dict, issuer: str, superseded: int | None) -> dict[str, str | None]:
	"""The values as a loudspeaker reads them out in Vietnamese: every number in words."""
	at = get_datetime(figures["time"])
	minutes = f" {in_words(at.minute)} phút" if at.minute else ""
	hour = f"{in_words(at.hour)} giờ{minutes}"
	date = f"ngày {in_words(at.day)} tháng {in_words(at.month)}"  # which year it is, listeners know
	return {
		"time": f"{hour}, {date}",
		"hour": hour,
		"date": date,
		"province": lower_first(figures["province"]["name"]),
		"issuer": issuer,
		"superseded_number": in_words(superseded) if superseded else None,
		**numbers(figures, in_words),
	}


def numbers(figures: dict, say: Callable[[int], str]) -> dict[str, str | None]:
	def said(value: int | None) -> str | None:
		return None if value is None else say(value)

	values = {key: said(figures["reporting"][key]) for key in COMPLETENESS}
	for row in figures["figures"]:
		values[row["field"]] = said(row["value"])
		values[f"total_{row['field']}"] = said(row["total"])
	return values


def lower_first(text: str) -> str:
	return text[:1].lower() + text[1:]


# --- numbers as they are spoken


def in_words(number: int) -> str:
	"""1015 → "một nghìn không trăm mười lăm". As announcers read: what stands between is said ("không trăm"), which the
	packages for this leave out."""
	groups = []
	while number >= 1000 and len(groups) < len(SCALES) - 1:
		number, rest = divmod(number, 1000)
		groups.append(rest)
	first = in_words(number) if number >= 1000 else group_in_words(number, whole=False)
	parts = [first + SCALES[len(groups)]]
	parts += [
		group_in_words(group, whole=True) + SCALES[place]
		for place, group in reversed(list(enumerate(groups)))
		if group
	]
	return " ".join(parts)


def group_in_words(number: int, whole: bool) -> str:
	"""Three digits; `whole`: others stand before them, so that hundreds are said though there are none."""
	hundreds, rest = divmod(number, 100)
	tens, ones = divmod(rest, 10)
	said = [f"{DIGITS[hundreds]} trăm"] if hundreds or whole else []
	if not rest:
		return " ".join(said) or DIGITS[0]
	if tens == 0:
		return " ".join([*said, "lẻ", DIGITS[ones]] if said else [DIGITS[ones]])
	said.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
	return " ".join([*said, last_digit(tens, ones)]).strip()


def last_digit(tens: int, ones: int) -> str:
	if ones == 1 and tens > 1:
		return "mốt"
	return "lăm" if ones == 5 else DIGITS[ones] if ones else ""


def check_spoken(text: str, whose: str) -> None:
	"""Two minutes at the most."""
	syllables = len(text.split())
	if syllables > MOST_SPOKEN:
		frappe.throw(
			_("{0}: the loudspeaker text has {1} syllables; two minutes are {2}. Shorten it.").format(
				whose, syllables, MOST_SPOKEN
			),
			TooLong,
		)
