"""The keys that bulletins are signed with."""

from collections.abc import Callable
from datetime import datetime

import click
import frappe
from frappe.commands import pass_context

from covid_portal.commands.site import connected, refusing


def change_keys(context: dict, change: Callable[[], str | None]) -> None:
	"""Change the keys, store that, and have the public list follow."""
	with connected(context):
		from covid_portal.bulletins import keys
		from covid_portal.publishing import publication, snapshot

		with refusing(keys.KeyRefused):
			made = change()
			if publication.newest_published():
				snapshot.publish_slots([])
			frappe.db.commit()
			if made:
				click.echo(f"{made}: {keys.file_of(made)}")
				click.echo("Keep a copy of this file in a safe place, apart from the database's backups.")


@click.command("bulletin-key-new")
@pass_context
def bulletin_key_new(context: dict) -> None:
	"""Make the key that bulletins are signed with. Refused where one is in use."""
	from covid_portal.bulletins import keys

	change_keys(context, keys.make)


@click.command("bulletin-key-rotate")
@pass_context
def bulletin_key_rotate(context: dict) -> None:
	"""Make a new key in place of the one in use. What the old one signed stays valid."""
	from covid_portal.bulletins import keys

	change_keys(context, keys.rotate)


@click.command("bulletin-key-revoke")
@click.argument("key_id")
@click.option("--since", required=True, type=click.DateTime(), help="From when on it was in strange hands.")
@click.option("--reason", required=True, help="Why; it is published.")
@pass_context
def bulletin_key_revoke(context: dict, key_id: str, since: datetime, reason: str) -> None:
	"""What the key signed from that moment on counts no more. Then make a new one with bulletin-key-new."""
	from covid_portal.bulletins import keys

	change_keys(context, lambda: keys.revoke(key_id, since, reason))


@click.command("bulletin-key-list")
@pass_context
def bulletin_key_list(context: dict) -> None:
	"""List the keys, and whether their private half is on this host."""
	with connected(context):
		from covid_portal.bulletins import keys

		for key in keys.listed():
			state = (
				f"revoked from {key['revoked_from']}" if key["revoked_from"] else key["valid_to"] or "in use"
			)
			file = "private key here" if keys.file_of(key["key_id"]).is_file() else "no private key here"
			click.echo(f"{key['key_id']}  {key['valid_from']} - {state}  {file}  {key['public_key']}")


COMMANDS = (bulletin_key_new, bulletin_key_rotate, bulletin_key_revoke, bulletin_key_list)
