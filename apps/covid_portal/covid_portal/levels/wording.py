"""Why an area has its level, in plain sentences: with the numbers for those who decide, in bands for everybody.

In public, of a commune and of its wholes alike, a step names the band that a figure lies in and never the figure: small
cells are said nowhere else either (publishing/suppression.py).
"""

from collections.abc import Callable

import frappe

from covid_portal.publishing import pages, rendering

NUMBERS = ("count", "persons", "reports", "rate", "share")  # what is not said in public


def public_steps(steps: list[dict]) -> list[dict]:
	"""The steps without the figures that led to them. What raises a level is named where it did."""
	told = [step for step in steps if step["step"] != "modifier" or step["applies"]]
	return [
		step if step["step"] == "parts" else {key: value for key, value in step.items() if key not in NUMBERS}
		for step in told
	]


def why(steps: list[dict], lang: str) -> list[str]:
	"""A sentence for each step."""
	teller = Teller(lang)
	return [teller.said(step) for step in steps]


class Teller:
	def __init__(self, lang: str) -> None:
		self.lang, self._ = lang, pages.translator(lang)
		label = "label" if lang == "vi" else "label_en"
		self.labels = dict(frappe.get_all("Indicator", fields=["fieldname", label], as_list=True))
		name = "group_name" if lang == "vi" else "group_name_en"
		self.groups = dict(frappe.get_all("Population Group", fields=["name", name], as_list=True))

	def said(self, step: dict) -> str:
		kinds: dict[str, Callable[[dict], str]] = {
			"rate": self.rate,
			"coverage": self.coverage,
			"modifier": self.modifier,
			"parts": self.parts,
			"capacity": self.capacity,
		}
		return kinds[step["step"]](step)

	def number(self, value: float | None) -> str:
		digits = 0 if value is None or float(value).is_integer() else 1
		return rendering.number(value, digits, lang=self.lang)

	def percent(self, value: float | None) -> str:
		digits = 0 if value is None or float(value).is_integer() else 1
		return self._("not known") if value is None else rendering.percent(value, digits, lang=self.lang)

	def label(self, field: str) -> str:
		return self.labels.get(field) or field

	def rate(self, step: dict) -> str:
		_ = self._
		if step["band"] is None:
			return _("Not assessed: too few reports of the last 7 days, or the population is not known.")
		bounds = (self.number(step["from"]), self.number(step["to"]))
		between = (
			_("{0} to {1}").format(*bounds) if step["to"] is not None else _("{0} or more").format(bounds[0])
		)
		text = _("{0} in 7 days per 100,000 people: {1}, band {2} of 4.").format(
			self.label(step["indicator"]), between, step["band"]
		)
		if "rate" not in step:
			return text
		return (
			text
			+ " "
			+ _("({0} among {1} people, {2} per 100,000; {3} of the reports are in.)").format(
				self.number(step["count"]),
				self.number(step["persons"]),
				self.number(step["rate"]),
				self.percent(step["reports"]),
			)
		)

	def coverage(self, step: dict) -> str:
		_ = self._
		reached = (
			_("at least {0}").format(self.percent(step["from"]))
			if step["from"]
			else _("less than {0}").format(self.percent(step["to"]))
		)
		text = _("{0}: {1}. With band {2} this is level {3}.").format(
			self.label(step["indicator"]), reached, step["band"], step["level"]
		)
		return f"{text} ({self.percent(step['share'])})" if "share" in step else text

	def modifier(self, step: dict) -> str:
		_ = self._
		text = (
			_("{0}: less than {1}. This raises the level to {2}.")
			if step["applies"]
			else _("{0}: not less than {1}, or no cases. The level stays {2}.")
		).format(self.label(step["indicator"]), self.percent(step["below"]), step["level"])
		return f"{text} ({self.percent(step['share'])})" if "share" in step else text

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
			_("The figures allow a lower level, and the beds in use are at most {0}: it falls to level {1}.")
			if step["met"]
			else _(
				"The figures allow a lower level, but the beds in use are not known to be at most {0}: it stays at level {1}."
			)
		).format(self.percent(step["most"]), step["level"])
		return f"{text} ({self.percent(step['share'])})" if "share" in step else text
