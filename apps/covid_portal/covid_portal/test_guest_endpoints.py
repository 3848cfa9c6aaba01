"""What is open to everybody stands in the inventory, as it is and nothing else."""

import ast
from contextlib import suppress
from pathlib import Path
from unittest import TestCase

import frappe

from covid_portal.citizens import forms
from covid_portal.citizens.home_return import HomeReturnMaker
from covid_portal.citizens.intake import InvalidSubmission, Maker
from covid_portal.citizens.petitions import PetitionMaker
from covid_portal.guest_endpoints import BY_PATH, GUEST_ENDPOINTS, OF_EVERY_FORM

APP = Path(frappe.get_app_path("covid_portal"))


def open_functions() -> dict[str, ast.FunctionDef]:
	"""{dotted path: function} of everything marked allow_guest in the app."""
	return {
		f"covid_portal.{'.'.join(file.relative_to(APP).with_suffix('').parts)}.{node.name}": node
		for file in sorted(APP.rglob("*.py"))
		for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
		if isinstance(node, ast.FunctionDef) and any(is_open(mark) for mark in node.decorator_list)
	}


def is_open(mark: ast.expr) -> bool:
	return isinstance(mark, ast.Call) and any(keyword.arg == "allow_guest" for keyword in mark.keywords)


def methods_of(node: ast.FunctionDef) -> tuple[str, ...]:
	mark = next(mark for mark in node.decorator_list if is_open(mark))
	named = [keyword.value for keyword in mark.keywords if keyword.arg == "methods"]
	return tuple(ast.literal_eval(named[0])) if named else ()


class Asked(dict):
	"""A form that remembers what it is asked for."""

	def __init__(self, **values: object) -> None:
		super().__init__(values)
		self.fields: set[str] = set()

	def get(self, field: str, default: object = None) -> object:
		self.fields.add(field)
		return super().get(field, default)

	def of(self, maker: Maker) -> None:
		with suppress(InvalidSubmission):
			maker.check(self)


class TestGuestEndpoints(TestCase):
	def test_every_open_function_is_listed_and_every_row_is_one(self):
		self.assertEqual(sorted(open_functions()), sorted(BY_PATH))

	def test_each_is_as_its_row_says(self):
		for path, node in open_functions().items():
			with self.subTest(path):
				takes = {argument.arg: ast.unparse(argument.annotation) for argument in node.args.args}
				self.assertEqual(takes, BY_PATH[path].takes)
				self.assertEqual(methods_of(node), BY_PATH[path].methods)

	def test_the_fields_of_the_forms_are_those_that_are_asked_for(self):
		"""The tests from outside make what they attack with of these."""
		petition = BY_PATH["covid_portal.citizens.forms.send_petition"]
		asked = Asked()
		asked.of(PetitionMaker())
		self.assertEqual(set(petition.form), (asked.fields - forms.OURS) | set(OF_EVERY_FORM))
		coming_home = BY_PATH["covid_portal.citizens.return_form.send"]
		asked, person = Asked(), Asked(full_name="A")
		asked["persons"] = [person]
		asked.of(HomeReturnMaker())
		persons = {f"persons.1.{field}" for field in person.fields}
		self.assertEqual(set(coming_home.form), asked.fields - {"persons"} | persons | set(OF_EVERY_FORM))

	def test_each_row_says_its_limit_and_its_reason(self):
		for endpoint in GUEST_ENDPOINTS:
			with self.subTest(endpoint.path):
				self.assertTrue(endpoint.methods and endpoint.limit and endpoint.reason)
