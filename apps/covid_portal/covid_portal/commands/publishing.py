"""Snapshots: what is public, and what was."""

import sys

import click
import frappe
from frappe.commands import pass_context

from covid_portal.commands.site import connected, refuse


@click.command("snapshot-list")
@click.option("--limit", default=20, show_default=True, help="So many of the newest.")
@pass_context
def snapshot_list(context: dict, limit: int) -> None:
	"""What was published when, by whom and why, the newest first; * is live, + is kept and can be made live again."""
	with connected(context):
		from covid_portal.publishing import history, snapshot

		store = snapshot.store()
		live, kept = store.live_name(), store.kept()
		for row in history.newest(limit):
			mark = "*" if row.build == live else "+" if row.build in kept else " "
			click.echo(history.line(mark, row))


@click.command("snapshot-rollback")
@click.argument("build")
@click.option("--why", default="", help="For the record.")
@pass_context
def snapshot_rollback(context: dict, build: str, why: str) -> None:
	"""Make the kept BUILD live again. What was published after it comes back with snapshot-rebuild."""
	with connected(context):
		from covid_portal.publishing import snapshot
		from covid_portal.publishing.store import NoSuchBuild

		try:
			snapshot.roll_back(build, why)
			frappe.db.commit()
		except NoSuchBuild:
			refuse(f"{build} is not kept; see snapshot-list.")
	click.echo(f"{build} is live")


@click.command("snapshot-rebuild")
@click.option("--if-outdated", is_flag=True, help="Only the pages, and only where the app has changed since.")
@pass_context
def snapshot_rebuild(context: dict, if_outdated: bool) -> None:
	"""Make everything that is public anew from the database, and switch to it."""
	with connected(context):
		from covid_portal.publishing import snapshot

		if if_outdated:
			click.echo("pages made anew" if snapshot.refresh_look() else "nothing to do")
			return
		if problem := snapshot.rebuild_all():
			refuse(problem)
		click.echo(f"{snapshot.store().live_name()} is live")


@click.command("snapshot-verify")
@pass_context
def snapshot_verify(context: dict) -> None:
	"""Check every file of the live build against its manifest; ends with status 1 where one is not what was published."""
	with connected(context):
		from covid_portal.publishing import snapshot

		problems = list(snapshot.store().problems())
	for problem in problems:
		click.secho(problem, fg="red", err=True)
	click.echo(f"{len(problems)} problems")
	sys.exit(1 if problems else 0)


COMMANDS = (snapshot_list, snapshot_rollback, snapshot_rebuild, snapshot_verify)
