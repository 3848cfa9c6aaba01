"""Runs the commands of Frappe and its apps, as the bench command does, without starting that first."""

from collections.abc import Mapping
from pathlib import Path

from bring_up.environment import command_environment
from bring_up.settings import Settings
from bring_up.steps import Step

INSIDE = Path(__file__).resolve().parent / "inside"


def frappe(
	settings: Settings,
	step: Step,
	*words: str | Path,
	site: str = "",
	show: bool = False,
	variables: Mapping[str, str] | None = None,
) -> None:
	"""`bench [--site SITE] WORDS…`, with more environment variables where given."""
	chosen = ["--site", site] if site else []
	command = [settings.python, "-m", "frappe.utils.bench_helper", "frappe", *chosen, *words]
	environment = command_environment(settings) | dict(variables or {})
	step.run(command, cwd=settings.sites, env=environment, show=show)


def inside(settings: Settings, step: Step, script: str, *words: str, text: str | None = None) -> None:
	"""Runs a script of bring_up/inside with the bench's Python; `text` is its input."""
	command = [settings.python, INSIDE / script, *words]
	step.run(command, cwd=settings.sites, env=command_environment(settings), text=text)
