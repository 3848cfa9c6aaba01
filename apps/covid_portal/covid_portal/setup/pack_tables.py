"""The CSV files of a province pack: of which DocType each is, and which field a column fills."""

from collections.abc import Callable
from dataclasses import dataclass, field

WHOLE_NUMBERS = (
	*("level", "min_age", "max_age", "tile_column", "tile_row", "tile_index", "priority", "min_doses"),
	*("days_since_dose", "recovered_within_days", "days", "monitoring_days", "weight"),
	*("is_hardship", "from_memory", "sequence", "shown"),
)
NUMBERS = (*WHOLE_NUMBERS, "latitude", "longitude")


@dataclass
class Table:
	"""One CSV file of the pack: its DocType, and file column -> field; the first column is the key, and the rows' name."""

	file: str
	doctype: str
	columns: dict[str, str]
	required: tuple[str, ...]
	parent: str | None = None  # column with the code of the parent row, in a tree
	optional: bool = False  # a pack may be without it
	rows: list[tuple[int, dict]] = field(default_factory=list)

	@property
	def key(self) -> str:
		return next(iter(self.columns))

	@property
	def fields(self) -> dict[str, str]:
		"""Without a key that is the name and nothing else."""
		return {column: target for column, target in self.columns.items() if target != "name"}

	def codes(self) -> set[str]:
		return {row[self.key] for _line, row in self.rows}


def tables() -> dict[str, Table]:
	names = {"code": "code", "name": "{}_name", "name_en": "{}_name_en"}
	validity = {"valid_from": "valid_from", "valid_to": "valid_to"}

	def named(prefix: str) -> dict[str, str]:
		return {column: target.format(prefix) for column, target in names.items()}

	place = ("tile_column", "tile_row", "tile_index", "latitude", "longitude")
	return {
		"population_groups": Table(
			"population_groups.csv",
			"Population Group",
			{**named("group"), "min_age": "min_age", "max_age": "max_age"},
			("code", "name"),
		),
		"areas": Table(
			"areas.csv",
			"Area",
			{
				"code": "code",
				"name": "area_name",
				"full_name": "full_name",
				"name_en": "name_en",
				"full_name_en": "full_name_en",
				"kind": "kind",
				"level": "level",
				"parent": "parent_area",
				**validity,
				**{column: column for column in place},
			},
			("code", "name", "full_name", "kind", "level"),
			parent="parent",
		),
		"unit_types": Table(
			"unit_types.csv",
			"Unit Type",
			{**named("type"), "line": "line", "level": "level"},
			("code", "name", "line", "level"),
		),
		"units": Table(
			"units.csv",
			"Unit",
			{
				**named("unit"),
				"unit_type": "unit_type",
				"area": "area",
				"parent_unit": "parent_unit",
				**validity,
			},
			("code", "name", "unit_type", "area"),
			parent="parent_unit",
		),
		"holidays": Table(
			"holidays.csv",
			"Public Holiday",
			{"date": "date", "name": "holiday_name", "name_en": "holiday_name_en"},
			("date", "name"),
		),
		"services": Table(
			"services.csv",
			"Related Service",
			{
				"code": "name",
				**same("title", "title_en", "kind", "audience", "url", "sequence", "shown"),
				**same("note", "note_en"),
			},
			("code", "title", "kind", "audience", "url", "shown"),
			optional=True,
		),
		**returns_tables(named),
	}


def returns_tables(named: Callable[[str], dict[str, str]]) -> dict[str, Table]:
	"""What coming home is ruled by."""
	return {
		"return_origins": Table(
			"return_origins.csv", "Return Origin", named("origin"), ("code", "name"), optional=True
		),
		"immunity_states": Table(
			"immunity_states.csv",
			"Immunity State",
			{**named("state"), **same("priority", "min_doses", "days_since_dose", "recovered_within_days")},
			("code", "name", "name_en", "priority"),
			optional=True,
		),
		"arrival_rules": Table(
			"arrival_rules.csv",
			"Arrival Rule",
			same(
				*("code", "level", "immunity", "area", "valid_from", "valid_to", "measure", "days"),
				*("monitoring_days", "test_days", "obligation", "obligation_en", "reason", "reason_en"),
				*("reference", "from_memory"),
			),
			(
				*("code", "level", "immunity", "valid_from", "measure", "days"),
				*("obligation", "obligation_en", "reason", "reason_en", "reference"),
			),
			optional=True,
		),
		"return_reasons": Table(
			"return_reasons.csv",
			"Return Reason",
			{**named("reason"), **same("weight", "is_hardship")},
			("code", "name", "name_en", "weight"),
			optional=True,
		),
	}


def same(*columns: str) -> dict[str, str]:
	"""Columns whose field has the same name."""
	return {column: column for column in columns}
