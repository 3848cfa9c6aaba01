"""Why an area has its level, in plain sentences: with the numbers for those who decide (reckoning.steps), in bands for
everybody (telling.public_steps)."""

from collections.abc import Callable

import frappe

from covid_portal.publishing import pages, rendering


def why(steps: list[dict], lang: str) -> list[str]:
	"""A sentence for each step."""
	teller = Teller(lang)
	return [teller.said(step) for step in steps]


def labels(lang: str) -> dict[str, str]:
	"""{field: what the indicator is called}, where a rule has words of its own for it in these."""
	label, words = ("label", "told_as") if lang == "vi" else ("label_en", "told_as_en")
	indicators = frappe.get_all("Indicator", fields=["name", "fieldname", label])
	told = frappe.get_all("Level Rule Band", {words: ("is", "set")}, ["indicator", words], as_list=True)
	own = dict(told)
	return {row.fieldname: own.get(row.name) or row[label] for row in indicators}


class Teller:
	"""Reads what indicators are called once, for the steps of all areas."""

	def __init__(self, lang: str) -> None:
		self.lang, self._ = lang, pages.translator(lang)
		self.labels = labels(lang)

	def said(self, step: dict) -> str:
		kinds: dict[str, Callable[[dict], str]] = {
			"rate": self.rate,
			"rates": self.rates,
			"coverage": self.coverage,
			"modifier": self.modifier,
			"raised": self.raised,
			"parts": self.parts,
			"capacity": self.capacity,
		}
		return kinds[step["step"]](step)

	# --- words for numbers

	def number(self, value: float | None) -> str:
		digits = 0 if value is None or float(value).is_integer() else 1
		return rendering.number(value, digits, lang=self.lang)

	def percent(self, value: float | None) -> str:
		digits = 0 if value is None or float(value).is_integer() else 1
		return self._("not known") if value is None else rendering.percent(value, digits, lang=self.lang)

	def label(self, field: str) -> str:
		return self.labels.get(field) or field

	def per_100000(self, rate: dict) -> str:
		_ = self._
		text = _("{0} in 7 days per 100,000 people") if rate["flow"] else _("{0} now per 100,000 people")
		return text.format(self.label(rate["indicator"]))

	def between(self, ends: dict) -> str:
		"""The rates from one end to the other, as people say it."""
		_ = self._
		low, high = self.number(ends["from"]), self.number(ends["to"])
		if ends["to"] is None:
			least = _("{0} or more") if ends["from_included"] else _("more than {0}")
			return least.format(low) if ends["from"] or not ends["from_included"] else _("any number")
		most = (_("at most {0}") if ends["to_included"] else _("less than {0}")).format(high)
		if not ends["from"] and ends["from_included"]:
			return most
		least = (_("at least {0}") if ends["from_included"] else _("more than {0}")).format(low)
		return _("{0} but {1}").format(least, most)

	# --- steps with numbers

	def rate(self, step: dict) -> str:
		_ = self._
		if step["band"] is None:
			return _("Not assessed: too few reports of the last 7 days, or the population is not known.")
		text = _("{0}: {1}, band {2} of 4.").format(self.per_100000(step), self.between(step), step["band"])
		numbers = _("({0} among {1} people, {2} per 100,000; {3} of the reports are in.)").format(
			self.number(step["count"]),
			self.number(step["persons"]),
			self.number(step["rate"]),
			self.percent(step["reports"]),
		)
		return f"{text} {numbers}"

	def modifier(self, step: dict) -> str:
		_ = self._
		text = (
			_("{0}: less than {1}. This raises the level to {2}.")
			if step["applies"]
			else _("{0}: not less than {1}, or no cases. The level stays {2}.")
		).format(self.label(step["indicator"]), self.percent(step["below"]), step["level"])
		return f"{text} ({self.percent(step['share'])})"

	# --- steps that everybody reads

	def rates(self, step: dict) -> str:
		_ = self._
		told = [_("{0}: {1}.").format(self.per_100000(rate), self.between(rate)) for rate in step["rates"]]
		return (
			told[0] if len(told) == 1 else _("The highest of these bands counts. {0}").format(" ".join(told))
		)

	def coverage(self, step: dict) -> str:
		_ = self._
		reached = (
			_("{0} or more").format(self.percent(step["from"]))
			if step["from"]
			else _("less than {0}").format(self.percent(step["to"]))
		)
		if "band" not in step:
			return _("{0}: {1}.").format(self.label(step["indicator"]), reached)
		return _("{0}: {1}. With band {2} this is level {3}. ({4})").format(
			self.label(step["indicator"]), reached, step["band"], step["level"], self.percent(step["share"])
		)

	def raised(self, step: dict) -> str:
		_ = self._
		because = ", ".join(
			_("{0}: less than {1}").format(self.label(row["indicator"]), self.percent(row["below"]))
			for row in step["because"]
		)
		if step["certain"]:
			return _("The level was raised: there were cases, and too few are vaccinated ({0}).").format(
				because
			)
		up_to = ", ".join(map(self.between, step["rates"]))
		text = _(
			"If that number is {0}, the level was raised: there were cases, and too few are vaccinated ({1})."
		)
		return text.format(up_to, because)

	def parts(self, step: dict) -> str:
		_ = self._
		if not step["reached"][0]:
			return _("Not assessed: none of its communes is.")
		return _(
			"Of {0} communes assessed {1} are at level 2 or above, {2} at 3 or above, {3} at 4. The level is the highest that {4} of them reach: {5}."
		).format(*map(self.number, step["reached"]), self.percent(step["share"]), step["level"])

	def capacity(self, step: dict) -> str:
		_ = self._
		text = (
			_("At most {0} of the beds are in use, so that the level could fall to {1}.")
			if step["met"]
			else _(
				"It is not known that at most {0} of the beds are in use: the level does not fall below {1}, whatever the other figures."
			)
		).format(self.percent(step["most"]), step["level"])
		return f"{text} ({self.percent(step['share'])})" if "share" in step else text
