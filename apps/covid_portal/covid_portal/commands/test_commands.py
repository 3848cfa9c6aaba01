"""Every command of the app is found by bench."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import click
from frappe.tests.utils import FrappeTestCase
from frappe.utils import bench_helper

from covid_portal import commands


class TestCommands(FrappeTestCase):
	def test_bench_finds_every_command_whatever_file_it_stands_in(self) -> None:
		found = bench_helper.get_app_commands("covid_portal")
		self.assertEqual(sorted(found), sorted(defined()))
		self.assertEqual(len(commands.commands), len(found), "two commands of one name")

	def test_a_command_stands_where_its_subject_says(self) -> None:
		for command, module in (
			("load-province-pack", "setup"),
			("load-history", "reporting"),
			("snapshot-rebuild", "publishing"),
			("bulletin-key-new", "bulletins"),
			("privacy-key-rotate", "privacy"),
		):
			found = bench_helper.get_app_commands("covid_portal")[command]
			self.assertEqual(found.callback.__module__, f"{commands.__name__}.{module}")


def defined() -> Iterator[str]:
	"""Names of the commands in the files of the package."""
	for module in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
		for value in vars(import_module(module.name)).values():
			if isinstance(value, click.Command):
				yield value.name
