"""Slots, and figures of the past."""

from pathlib import Path

import click
import frappe
from frappe.commands import pass_context

from covid_portal.commands.site import connected, refusing


@click.command("advance-slots")
@pass_context
def advance_slots(context: dict) -> None:
	"""Let the clock of the report slots tick once; the scheduler does the same every minute."""
	with connected(context):
		from covid_portal.reporting import clock

		clock.tick()
		frappe.db.commit()


@click.command("load-history")
@click.argument("path", type=click.Path(exists=True, resolve_path=True))
@click.option(
	"--months", multiple=True, metavar="YYYY-MM", help="Only these months; give it again for more of them."
)
@click.option("--doctype", default="Situation Report", show_default=True, help="What the reports are.")
@pass_context
def load_history(context: dict, path: str, months: tuple[str, ...], doctype: str) -> None:
	"""Load approved reports of past slots from PATH: a CSV file or workbook, or a folder of them. Goes on where it stopped."""
	with connected(context):
		from covid_portal.reporting.spreadsheet import history
		from covid_portal.reporting.spreadsheet.problems import WorkbookRefused

		with refusing(history.HistoryError, WorkbookRefused):
			for line in history.load(path, doctype, months):
				click.echo(line)


@click.command("load-opening-balances")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, resolve_path=True))
@click.option(
	"--source", required=True, help="Where the figures come from: bulletin or register, number and date."
)
@click.option("--doctype", default="Situation Report", show_default=True, help="What the reports are.")
@pass_context
def load_opening_balances(context: dict, path: str, source: str, doctype: str) -> None:
	"""Load what had come together before the first slot from the CSV file PATH: area, and a column for each figure."""
	with connected(context):
		from covid_portal.reporting import opening_balances

		with refusing(opening_balances.BalancesRefused):
			count = opening_balances.load(Path(path), doctype, source)
			frappe.db.commit()
	click.echo(f"{count} balances stored")


COMMANDS = (advance_slots, load_history, load_opening_balances)
