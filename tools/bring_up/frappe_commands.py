"""Runs the commands of Frappe and its apps, as the bench command does, without starting that first."""

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
) -> None:
	"""`bench [--site SITE] WORDS…`"""
	step.run(command(settings, *words, site=site), cwd=settings.sites, env=command_environment(settings))


def command(settings: Settings, *words: str | Path, site: str = "") -> list[str | Path]:
	"""What `bench [--site SITE] WORDS…` comes to, in the folder of the sites."""
	chosen = ["--site", site] if site else []
	return [settings.python, "-m", "frappe.utils.bench_helper", "frappe", *chosen, *words]


def inside(settings: Settings, step: Step, script: str, *words: str, text: str | None = None) -> None:
	"""Runs a script of bring_up/inside with the bench's Python; `text` is its input."""
	command = [settings.python, INSIDE / script, *words]
	step.run(command, cwd=settings.sites, env=command_environment(settings), text=text)
