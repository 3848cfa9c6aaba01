"""The keys of personal data."""

import click
from frappe.commands import pass_context

from covid_portal.commands.site import connected


@click.command("privacy-key-rotate")
@pass_context
def privacy_key_rotate(context: dict) -> None:
	"""Make a new site key of personal data and wrap the keys of all persons with it. Then keep site_config.json anew."""
	with connected(context):
		from covid_portal.privacy import subjects

		key_id, count = subjects.rotate()
	click.echo(f"{key_id} is in use; {count} persons' keys are wrapped with it")


@click.command("privacy-key-drop-old")
@pass_context
def privacy_key_drop_old(context: dict) -> None:
	"""Remove the site keys with which nothing is wrapped any more: a day after a rotation, when no old backup needs them."""
	with connected(context):
		from covid_portal.privacy import subjects

		subjects.rewrap()
		dropped = subjects.drop_old_keys()
	click.echo(f"dropped: {', '.join(dropped) or 'none'}")


@click.command("privacy-index-key-rotate")
@click.option("--go-on", is_flag=True, help="Take up a rotation that was interrupted, without another key.")
@pass_context
def privacy_index_key_rotate(context: dict, go_on: bool) -> None:
	"""Find phone numbers, senders and codes by a new key from now on. Then keep site_config.json anew."""
	with connected(context):
		from covid_portal.privacy import reindex

		count = reindex.reindex() if go_on else reindex.rotate()
	click.echo(f"{count} documents are found by the new key")


@click.command("privacy-index-key-drop-old")
@pass_context
def privacy_index_key_drop_old(context: dict) -> None:
	"""Remove the keys by which nothing is found any more: a day after a rotation."""
	with connected(context):
		from covid_portal.privacy import reindex

		count = reindex.drop_old_keys()
	click.echo(f"dropped: {count}")


COMMANDS = (
	privacy_key_rotate,
	privacy_key_drop_old,
	privacy_index_key_rotate,
	privacy_index_key_drop_old,
)
