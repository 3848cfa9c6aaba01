"""What is open to everybody stands in the inventory, as it is and nothing else."""

import ast
from pathlib import Path
from unittest import TestCase

import frappe

from covid_portal.guest_endpoints import BY_PATH, GUEST_ENDPOINTS

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


class TestGuestEndpoints(TestCase):
	def test_every_open_function_is_listed_and_every_row_is_one(self):
		self.assertEqual(sorted(open_functions()), sorted(BY_PATH))

	def test_each_is_as_its_row_says(self):
		for path, node in open_functions().items():
			with self.subTest(path):
				takes = {argument.arg: ast.unparse(argument.annotation) for argument in node.args.args}
				self.assertEqual(takes, BY_PATH[path].takes)
				self.assertEqual(methods_of(node), BY_PATH[path].methods)

	def test_each_row_says_its_limit_and_its_reason(self):
		for endpoint in GUEST_ENDPOINTS:
			with self.subTest(endpoint.path):
				self.assertTrue(endpoint.methods and endpoint.limit and endpoint.reason)
