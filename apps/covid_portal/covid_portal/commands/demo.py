"""A site to try: its epidemic, its accounts, its stand-ins."""

import json

import click
import frappe
from frappe.commands import pass_context

from covid_portal.commands.site import connected, refusing


@click.command("load-demo")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 60), help="Days of history.")
@click.option("--seed", default=38, show_default=True, help="The same seed gives the same epidemic.")
@pass_context
def load_demo(context: dict, days: int, seed: int) -> None:
	"""Fill the site with an illustrative epidemic that ends now. Does nothing on a site that has reports."""
	with connected(context):
		from covid_portal.demo import load

		with refusing(load.DemoRefused):
			for line in load.load(days, seed):
				click.echo(line)


@click.command("make-demo-accounts")
@click.option("--csv", "path", required=True, type=click.Path(dir_okay=False, resolve_path=True))
@pass_context
def make_demo_accounts(context: dict, path: str) -> None:
	"""Make an account for each duty with a generated password, and list them in a CSV file. They issue the first bulletins."""
	with connected(context):
		from covid_portal.demo import accounts, bulletins, directives, levels
		from covid_portal.publishing.snapshot import publish_slots

		count = accounts.make(path)
		decided = levels.decide_all()
		issued, directed = bulletins.issue(), directives.issue()
		if issued or directed:
			publish_slots([])
		frappe.db.commit()
	click.echo(f"{count} accounts made; see {path}")
	click.echo(f"{issued} bulletins and {directed} directives issued, {decided} levels decided")


@click.command("use-channel-standin")
@click.argument("account")
@pass_context
def use_channel_standin(context: dict, account: str) -> None:
	"""Lead Zalo and SMS of a demo site to the stand-in that its configuration names; ACCOUNT is what the stand-in prints."""
	with connected(context):
		from covid_portal.channels import setup

		with refusing(setup.NoStandin):
			setup.use_standin(json.loads(account))
			frappe.db.commit()


COMMANDS = (load_demo, make_demo_accounts, use_channel_standin)
