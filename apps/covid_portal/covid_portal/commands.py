"""bench commands of the app: `bench --site SITE <command>`."""

import sys

import click
import frappe
from frappe.commands import get_site, pass_context


def connect(context: dict) -> None:
	frappe.init(site=get_site(context))
	frappe.connect()
	frappe.set_user("Administrator")


@click.command("load-province-pack")
@click.argument("path", type=click.Path(exists=True, file_okay=False, resolve_path=True))
@pass_context
def load_province_pack(context: dict, path: str) -> None:
	"""Load areas, units, holidays and texts of a province from the folder PATH. Loading it again does no harm."""
	connect(context)
	from covid_portal.setup import province_pack

	try:
		added = province_pack.load(path)
		frappe.db.commit()
	except province_pack.PackError as error:
		click.secho(f"The pack was not loaded; nothing was stored.\n{error}", fg="red", err=True)
		sys.exit(1)
	finally:
		frappe.destroy()
	for doctype, count in added.items():
		click.echo(f"{doctype}: {count} added")


@click.command("load-demo")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 60), help="Days of history.")
@click.option("--seed", default=38, show_default=True, help="The same seed gives the same epidemic.")
@pass_context
def load_demo(context: dict, days: int, seed: int) -> None:
	"""Fill the site with an illustrative epidemic that ends now. Does nothing on a site that has reports."""
	connect(context)
	from covid_portal.demo import load

	try:
		for line in load.load(days, seed):
			click.echo(line)
	except load.DemoRefused as error:
		click.secho(str(error), fg="red", err=True)
		sys.exit(1)
	finally:
		frappe.destroy()


@click.command("make-demo-accounts")
@click.option("--csv", "path", required=True, type=click.Path(dir_okay=False, resolve_path=True))
@pass_context
def make_demo_accounts(context: dict, path: str) -> None:
	"""Make an account for each duty with a generated password, and list them in a CSV file."""
	connect(context)
	from covid_portal.demo import accounts

	try:
		count = accounts.make(path)
		frappe.db.commit()
	finally:
		frappe.destroy()
	click.echo(f"{count} accounts made; see {path}")


@click.command("advance-slots")
@pass_context
def advance_slots(context: dict) -> None:
	"""Let the clock of the report slots tick once; the scheduler does the same every minute."""
	connect(context)
	from covid_portal.reporting import clock

	try:
		clock.tick()
		frappe.db.commit()
	finally:
		frappe.destroy()


@click.command("load-history")
@click.argument("path", type=click.Path(exists=True, resolve_path=True))
@click.option(
	"--months", multiple=True, metavar="YYYY-MM", help="Only these months; give it again for more of them."
)
@click.option("--doctype", default="Situation Report", show_default=True, help="What the reports are.")
@pass_context
def load_history(context: dict, path: str, months: tuple[str, ...], doctype: str) -> None:
	"""Load approved reports of past slots from PATH: a CSV file or workbook, or a folder of them. Goes on where it stopped."""
	connect(context)
	from covid_portal.reporting.spreadsheet import history
	from covid_portal.reporting.spreadsheet.problems import WorkbookRefused

	try:
		for line in history.load(path, doctype, months):
			click.echo(line)
	except (history.HistoryError, WorkbookRefused) as error:
		click.secho(str(error), fg="red", err=True)
		sys.exit(1)
	finally:
		frappe.destroy()


commands = [load_history, load_province_pack, load_demo, make_demo_accounts, advance_slots]
