"""Directives of the time before the portal."""

from pathlib import Path

import click
import frappe
from frappe.commands import pass_context

from covid_portal.commands.site import connected, refusing


@click.command("import-directives")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, resolve_path=True))
@click.option("--unit", required=True, help="The unit that issues or publishes them.")
@pass_context
def import_directives(context: dict, folder: str, unit: str) -> None:
	"""Make drafts of directives from the files in FOLDER and the table (XLSX or CSV) beside them: all, or none and what is wrong."""
	with connected(context):
		from covid_portal.directives import importing

		with refusing(importing.ImportRefused):
			names = importing.load_folder(Path(folder), unit)
			frappe.db.commit()
	click.echo(f"{len(names)} drafts: {names[0]} to {names[-1]}")


COMMANDS = (import_directives,)
