"""Sites installed before lists had columns enough for a laptop."""

from covid_portal.setup.list_columns import widen_lists


def execute() -> None:
	widen_lists()
