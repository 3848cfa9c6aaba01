"""bench commands of the app: `bench --site SITE <command>`."""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

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
	"""Make an account for each duty with a generated password, and list them in a CSV file. They issue the first bulletins."""
	connect(context)
	from covid_portal.demo import accounts, bulletins, directives, levels
	from covid_portal.publishing.snapshot import publish_slots

	try:
		count = accounts.make(path)
		decided = levels.decide_all()
		issued, directed = bulletins.issue(), directives.issue()
		if issued or directed:
			publish_slots([])
		frappe.db.commit()
	finally:
		frappe.destroy()
	click.echo(f"{count} accounts made; see {path}")
	click.echo(f"{issued} bulletins and {directed} directives issued, {decided} levels decided")


@click.command("use-channel-standin")
@click.argument("account")
@pass_context
def use_channel_standin(context: dict, account: str) -> None:
	"""Lead Zalo and SMS of a demo site to the stand-in that its configuration names; ACCOUNT is what the stand-in prints."""
	connect(context)
	from covid_portal.channels import setup

	try:
		setup.use_standin(json.loads(account))
		frappe.db.commit()
	except setup.NoStandin as error:
		click.secho(str(error), fg="red", err=True)
		sys.exit(1)
	finally:
		frappe.destroy()


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


@click.command("load-opening-balances")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, resolve_path=True))
@click.option(
	"--source", required=True, help="Where the figures come from: bulletin or register, number and date."
)
@click.option("--doctype", default="Situation Report", show_default=True, help="What the reports are.")
@pass_context
def load_opening_balances(context: dict, path: str, source: str, doctype: str) -> None:
	"""Load what had come together before the first slot from the CSV file PATH: area, and a column for each figure."""
	connect(context)
	from covid_portal.reporting import opening_balances

	try:
		count = opening_balances.load(Path(path), doctype, source)
		frappe.db.commit()
		click.echo(f"{count} balances stored")
	except opening_balances.BalancesRefused as error:
		frappe.db.rollback()
		refuse(error)
	finally:
		frappe.destroy()


@click.command("load-staff")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, resolve_path=True))
@pass_context
def load_staff(context: dict, path: str) -> None:
	"""Make accounts and give duties from the table PATH (XLSX or CSV): all rows, or none and what is wrong by row."""
	connect(context)
	from covid_portal.setup import staff_accounts

	try:
		made = staff_accounts.load_file(Path(path))
		if made["problems"]:
			raise staff_accounts.StaffRefused(
				"\n".join(f"{row['row']}: {row['message']}" for row in made["problems"])
			)
		frappe.db.commit()
		click.echo(f"{made['accounts']} accounts made, {made['duties']} duties given")
	except staff_accounts.StaffRefused as error:
		frappe.db.rollback()
		refuse(error)
	finally:
		frappe.destroy()


@click.command("import-directives")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, resolve_path=True))
@click.option("--unit", required=True, help="The unit that issues or publishes them.")
@pass_context
def import_directives(context: dict, folder: str, unit: str) -> None:
	"""Make drafts of directives from the files in FOLDER and the table (XLSX or CSV) beside them: all, or none and what is wrong."""
	connect(context)
	from covid_portal.directives import importing

	try:
		names = importing.load_folder(Path(folder), unit)
		frappe.db.commit()
		click.echo(f"{len(names)} drafts: {names[0]} to {names[-1]}")
	except importing.ImportRefused as error:
		frappe.db.rollback()
		refuse(error)
	finally:
		frappe.destroy()


def refuse(error: Exception) -> None:
	"""A sentence for the operator, and the status of failure."""
	click.secho(str(error), fg="red", err=True)
	sys.exit(1)


def change_keys(context: dict, change: Callable[[], str | None]) -> None:
	"""Change the keys, store that, and have the public list follow."""
	connect(context)
	from covid_portal.bulletins import keys
	from covid_portal.publishing import publication, snapshot

	try:
		made = change()
		if publication.newest_published():
			snapshot.publish_slots([])
		frappe.db.commit()
		if made:
			click.echo(f"{made}: {keys.file_of(made)}")
			click.echo("Keep a copy of this file in a safe place, apart from the database's backups.")
	except keys.KeyRefused as error:
		refuse(error)
	finally:
		frappe.destroy()


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
	connect(context)
	from covid_portal.bulletins import keys

	try:
		for key in keys.listed():
			state = (
				f"revoked from {key['revoked_from']}" if key["revoked_from"] else key["valid_to"] or "in use"
			)
			file = "private key here" if keys.file_of(key["key_id"]).is_file() else "no private key here"
			click.echo(f"{key['key_id']}  {key['valid_from']} - {state}  {file}  {key['public_key']}")
	finally:
		frappe.destroy()


@click.command("privacy-key-rotate")
@pass_context
def privacy_key_rotate(context: dict) -> None:
	"""Make a new site key of personal data and wrap the keys of all persons with it. Then keep site_config.json anew."""
	connect(context)
	from covid_portal.privacy import subjects

	try:
		key_id, count = subjects.rotate()
	finally:
		frappe.destroy()
	click.echo(f"{key_id} is in use; {count} persons' keys are wrapped with it")


@click.command("privacy-key-drop-old")
@pass_context
def privacy_key_drop_old(context: dict) -> None:
	"""Remove the site keys with which nothing is wrapped any more: a day after a rotation, when no old backup needs them."""
	connect(context)
	from covid_portal.privacy import subjects

	try:
		subjects.rewrap()
		dropped = subjects.drop_old_keys()
	finally:
		frappe.destroy()
	click.echo(f"dropped: {', '.join(dropped) or 'none'}")


@click.command("privacy-index-key-rotate")
@click.option("--go-on", is_flag=True, help="Take up a rotation that was interrupted, without another key.")
@pass_context
def privacy_index_key_rotate(context: dict, go_on: bool) -> None:
	"""Find phone numbers, senders and codes by a new key from now on. Then keep site_config.json anew."""
	connect(context)
	from covid_portal.privacy import reindex

	try:
		count = reindex.reindex() if go_on else reindex.rotate()
	finally:
		frappe.destroy()
	click.echo(f"{count} documents are found by the new key")


@click.command("privacy-index-key-drop-old")
@pass_context
def privacy_index_key_drop_old(context: dict) -> None:
	"""Remove the keys by which nothing is found any more: a day after a rotation."""
	connect(context)
	from covid_portal.privacy import reindex

	try:
		count = reindex.drop_old_keys()
	finally:
		frappe.destroy()
	click.echo(f"dropped: {count}")


@click.command("home-return-key-rotate")
@pass_context
def home_return_key_rotate(context: dict) -> None:
	"""Sign receipts to come with a new key; those of the key before go on being valid until they end."""
	connect(context)
	from covid_portal.citizens import receipt_keys

	try:
		key_id = receipt_keys.rotate()
		frappe.db.commit()
	finally:
		frappe.destroy()
	click.echo(f"{key_id} signs receipts from now on")


@click.command("snapshot-list")
@click.option("--limit", default=20, show_default=True, help="So many of the newest.")
@pass_context
def snapshot_list(context: dict, limit: int) -> None:
	"""What was published when, by whom and why, the newest first; * is live, + is kept and can be made live again."""
	connect(context)
	from covid_portal.publishing import history, snapshot

	try:
		store = snapshot.store()
		live, kept = store.live_name(), store.kept()
		for row in history.newest(limit):
			mark = "*" if row.build == live else "+" if row.build in kept else " "
			click.echo(history.line(mark, row))
	finally:
		frappe.destroy()


@click.command("snapshot-rollback")
@click.argument("build")
@click.option("--why", default="", help="For the record.")
@pass_context
def snapshot_rollback(context: dict, build: str, why: str) -> None:
	"""Make the kept BUILD live again. What was published after it comes back with snapshot-rebuild."""
	connect(context)
	from covid_portal.publishing import snapshot
	from covid_portal.publishing.store import NoSuchBuild

	try:
		snapshot.roll_back(build, why)
		frappe.db.commit()
	except NoSuchBuild:
		click.secho(f"{build} is not kept; see snapshot-list.", fg="red", err=True)
		sys.exit(1)
	finally:
		frappe.destroy()
	click.echo(f"{build} is live")


@click.command("snapshot-rebuild")
@click.option("--if-outdated", is_flag=True, help="Only the pages, and only where the app has changed since.")
@pass_context
def snapshot_rebuild(context: dict, if_outdated: bool) -> None:
	"""Make everything that is public anew from the database, and switch to it."""
	connect(context)
	from covid_portal.publishing import snapshot

	try:
		if if_outdated:
			click.echo("pages made anew" if snapshot.refresh_look() else "nothing to do")
			return
		if problem := snapshot.rebuild_all():
			click.secho(problem, fg="red", err=True)
			sys.exit(1)
		click.echo(f"{snapshot.store().live_name()} is live")
	finally:
		frappe.destroy()


@click.command("snapshot-verify")
@pass_context
def snapshot_verify(context: dict) -> None:
	"""Check every file of the live build against its manifest; ends with status 1 where one is not what was published."""
	connect(context)
	from covid_portal.publishing import snapshot

	try:
		problems = list(snapshot.store().problems())
	finally:
		frappe.destroy()
	for problem in problems:
		click.secho(problem, fg="red", err=True)
	click.echo(f"{len(problems)} problems")
	sys.exit(1 if problems else 0)


commands = [
	import_directives,
	load_history,
	load_opening_balances,
	load_province_pack,
	load_staff,
	load_demo,
	make_demo_accounts,
	use_channel_standin,
	advance_slots,
	bulletin_key_new,
	bulletin_key_rotate,
	bulletin_key_revoke,
	bulletin_key_list,
	privacy_key_rotate,
	privacy_key_drop_old,
	privacy_index_key_rotate,
	privacy_index_key_drop_old,
	home_return_key_rotate,
	snapshot_list,
	snapshot_rollback,
	snapshot_rebuild,
	snapshot_verify,
]
