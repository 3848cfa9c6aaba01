"""What all commands do: connect to the site, and end with a sentence where something is refused."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import frappe
from frappe.commands import get_site


@contextmanager
def connected(context: dict) -> Iterator[None]:
	"""On the site, as Administrator. What was not committed is undone at the end."""
	site = get_site(context)
	try:
		frappe.init(site=site)
		frappe.connect()
		frappe.set_user("Administrator")
		yield
	finally:
		frappe.destroy()


@contextmanager
def refusing(*kinds: type[Exception], said_before: str = "") -> Iterator[None]:
	"""An error of these kinds is what the command says to the operator, with the status of failure."""
	try:
		yield
	except kinds as error:
		refuse(f"{said_before}{error}")


def refuse(sentence: str) -> None:
	click.secho(sentence, fg="red", err=True)
	sys.exit(1)
