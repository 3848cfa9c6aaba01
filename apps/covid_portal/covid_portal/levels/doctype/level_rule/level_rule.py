from collections.abc import Iterator

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate

from covid_portal.levels.reckoning import Band, band_faults
from covid_portal.levels.rules import bands_of, content_of


class RuleRefused(frappe.ValidationError):
	"""No level can be worked out by such a rule; the message says what is wrong with it."""


class BandsIllFitting(RuleRefused):
	"""Bands overlap, leave a gap, or do not reach from 0 to everything above."""


class RulesOverlap(RuleRefused):
	"""Two rules are in force on one day."""


class ReferenceMissing(RuleRefused):
	"""A level without a legal reference binds nobody."""


class LevelRule(Document):
	"""By which figures an area has which level, from when to when, and by which decision."""

	def validate(self) -> None:
		self.require_reference()
		self.require_dates()
		self.require_bands()
		self.require_coverage()
		self.require_modifiers()
		self.require_capacity()
		self.require_alone()
		self.count_version()

	def require_reference(self) -> None:
		if not (self.legal_reference or "").strip():
			frappe.throw(
				_("{0}: name the decision that the rule is taken from.").format(self.title), ReferenceMissing
			)

	def require_dates(self) -> None:
		if self.valid_to and getdate(self.valid_to) < getdate(self.valid_from):
			frappe.throw(_("{0}: it ends before it begins.").format(self.title), RuleRefused)

	def require_bands(self) -> None:
		measures = bands_of(self)
		if not measures:
			frappe.throw(_("{0}: there are no bands.").format(self.title), BandsIllFitting)
		for indicator, bands in measures.items():
			label = frappe.db.get_value("Indicator", indicator, "label") or indicator
			if faults := [said_fault(*fault) for fault in band_faults(bands)]:
				frappe.throw(f"{self.title}, {label}: {' '.join(faults)}", BandsIllFitting)

	def require_coverage(self) -> None:
		if problem := next(self.coverage_problems(), None):
			frappe.throw(f"{self.title}: {problem}", BandsIllFitting)

	def coverage_problems(self) -> Iterator[str]:
		lows = [row.from_percent for row in self.coverage]
		if not lows or min(lows) != 0:
			yield _("one row of the coverage must begin at 0 %.")
		for low in sorted({low for low in lows if lows.count(low) > 1}):
			yield _("two rows of the coverage begin at {0} %.").format(f"{low:g}")
		if any(low < 0 or low > 100 for low in lows):
			yield _("coverage is between 0 and 100 %.")
		for row in self.coverage:
			levels = [cint(row.get(f"level_{band}")) for band in range(1, 5)]
			if not all(1 <= level <= 4 for level in levels):
				yield _("in the row from {0} % on, each band needs a level from 1 to 4.").format(
					f"{row.from_percent:g}"
				)
			if levels != sorted(levels):
				yield _("in the row from {0} % on, a higher band has a lower level.").format(
					f"{row.from_percent:g}"
				)

	def require_modifiers(self) -> None:
		for row in self.modifiers:
			if not 0 < row.below <= 100 or row.raises < 1:
				frappe.throw(
					_(
						"{0}: what raises the level, row {1}: a share above 0 and up to 100 %, and at least one level."
					).format(self.title, row.idx),
					RuleRefused,
				)

	def require_capacity(self) -> None:
		given = [bool(self.capacity_used), bool(self.capacity_total), bool(self.capacity_most)]
		if any(given) and not all(given):
			frappe.throw(_("{0}: of the capacity all or nothing is given.").format(self.title), RuleRefused)

	def require_alone(self) -> None:
		"""Of rules in force, one alone holds on a day."""
		if not self.in_force:
			return
		for other in locked_rules(self.report_type, self.name or ""):
			if days := common_days(self, other):
				frappe.throw(
					_("{0} and {1} would both be in force from {2} to {3}.").format(
						self.title, other.name, *days
					),
					RulesOverlap,
				)

	def count_version(self) -> None:
		before = self.get_doc_before_save()
		if not before:
			self.version = 1
		else:
			self.version = before.version + int(content_of(before) != content_of(self))


def locked_rules(report_type: str, but: str) -> list[frappe._dict]:
	"""The other rules in force, locked: of two that are entered at the same moment, the second sees the first."""
	return frappe.db.sql(
		"""select name, valid_from, valid_to from `tabLevel Rule`
		where in_force = 1 and report_type = %s and name != %s order by valid_from for update""",
		(report_type, but),
		as_dict=True,
	)


def said_fault(fault: str, band: Band | None, following: Band | None) -> str:
	if band is None:
		return _("There must be bands 1 to 4.")
	names = (said_band(band), said_band(following) if following else "")
	return {
		"begin": _("{0} is the first band and must begin at 0, 0 itself included."),
		"empty": _("{0} holds nothing."),
		"gap": _("There is a gap between {0} and {1}."),
		"overlap": _("{0} and {1} overlap."),
		"end": _("{0} is the last band and must have no end."),
		"order": _("From the lowest on, the bands must be numbered 1, 2, 3, 4."),
	}[fault].format(*names)


def said_band(band: Band) -> str:
	opening = "[" if band.low_included else "("
	closing = "]" if band.high_included else ")"
	end = "∞" if band.high is None else f"{band.high:g}"
	return _("band {0} {1}").format(band.number, f"{opening}{band.low:g}; {end}{closing}")


def common_days(one: Document, other: dict) -> tuple[str, str] | None:
	"""First and last day on which both are valid; the last one "…" where neither ends."""
	first = max(getdate(one.valid_from), getdate(other.valid_from))
	ends = [getdate(row.valid_to) for row in (one, other) if row.valid_to]
	last = min(ends) if ends else None
	if last and last < first:
		return None
	return str(first), str(last or "…")
