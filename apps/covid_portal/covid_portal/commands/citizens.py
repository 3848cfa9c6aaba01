"""Receipts of who comes home."""

import click
import frappe
from frappe.commands import pass_context

from covid_portal.commands.site import connected


@click.command("home-return-key-rotate")
@pass_context
def home_return_key_rotate(context: dict) -> None:
	"""Sign receipts to come with a new key; those of the key before go on being valid until they end."""
	with connected(context):
		from covid_portal.citizens import receipt_keys

		key_id = receipt_keys.rotate()
		frappe.db.commit()
	click.echo(f"{key_id} signs receipts from now on")


COMMANDS = (home_return_key_rotate,)
