"""The province and its staff."""

from pathlib import Path

import click
import frappe
from frappe.commands import pass_context

from covid_portal.commands.site import connected, refusing


@click.command("load-province-pack")
@click.argument("path", type=click.Path(exists=True, file_okay=False, resolve_path=True))
@pass_context
def load_province_pack(context: dict, path: str) -> None:
	"""Load areas, units, holidays and texts of a province from the folder PATH. Loading it again does no harm."""
	with connected(context):
		from covid_portal.setup import province_pack

		unloaded = "The pack was not loaded; nothing was stored.\n"
		with refusing(province_pack.PackError, said_before=unloaded):
			added = province_pack.load(path)
			frappe.db.commit()
	for doctype, count in added.items():
		click.echo(f"{doctype}: {count} added")


@click.command("load-staff")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, resolve_path=True))
@pass_context
def load_staff(context: dict, path: str) -> None:
	"""Make accounts and give duties from the table PATH (XLSX or CSV): all rows, or none and what is wrong by row."""
	with connected(context):
		from covid_portal.setup import plain_table, staff_accounts

		with refusing(plain_table.TableRefused):
			made = staff_accounts.load_file(Path(path))
			if made["problems"]:
				raise plain_table.TableRefused(
					"\n".join(f"{row['row']}: {row['message']}" for row in made["problems"])
				)
			frappe.db.commit()
	click.echo(f"{made['accounts']} accounts made, {made['duties']} duties given")


COMMANDS = (load_province_pack, load_staff)
