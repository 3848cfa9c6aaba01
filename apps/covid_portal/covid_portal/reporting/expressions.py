"""The little language of Validation Rules: arithmetic and comparisons over figures, nothing else.

Python's own parser reads the text; only the node types listed here are let through, and our own evaluator computes.
The same tree is evaluated for one report (numbers), for a whole slot (pandas columns) and, as JSON, in the browser.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from typing import Any, NoReturn

import numpy as np
from frappe import _

Tree = dict[str, Any]

BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">"}
FUNCTIONS: dict[str, Callable] = {
	"+": operator.add,
	"-": operator.sub,
	"*": operator.mul,
	"/": operator.truediv,
	"==": operator.eq,
	"!=": operator.ne,
	"<=": operator.le,
	"<": operator.lt,
	">=": operator.ge,
	">": operator.gt,
	"neg": operator.neg,
	"not": np.logical_not,
	"and": lambda *values: reduce(np.logical_and, values),
	"or": lambda *values: reduce(np.logical_or, values),
}
MAX_LENGTH = 1000
MAX_DEPTH = 40  # operators inside operators: far above any rule, far below what evaluation could stand
LARGEST_NUMBER = 1e12
SPACES = ("previous", "population")
TRUE_OR_FALSE = {*COMPARE.values(), "and", "or", "not"}


class ExpressionError(ValueError):
	"""The text is not an expression of this language; the message says what is wrong and where."""

	def __init__(self, what: str, column: int | None = None, text: str = "") -> None:
		self.what, self.column = what, column  # the column is counted from 1
		super().__init__(what if column is None else located(what, column, text))


def located(what: str, column: int, text: str) -> str:
	here = text[column - 1 : column + 19].strip()
	return f"{what}, " + (
		_("at character {0}: “{1}”").format(column, here) if here else _("at character {0}").format(column)
	)


@lru_cache(maxsize=512)
def parse(text: str) -> Tree:
	"""The expression as {"op", "args"} | {"name"} | {"value"}. Raises ExpressionError."""
	line = one_line(text)
	if len(line) > MAX_LENGTH:
		raise ExpressionError(_("it is longer than {0} characters").format(MAX_LENGTH))
	try:
		node = ast.parse(line.strip(), mode="eval").body
	except SyntaxError as error:
		raise ExpressionError(_("it cannot be read"), indent(line) + (error.offset or 1), line) from error
	except (RecursionError, MemoryError, ValueError) as error:
		raise ExpressionError(_("it cannot be read")) from error
	tree = Reader(line).convert(node)
	if not is_comparison(tree):
		raise ExpressionError(_("it must compare figures, so that the result is true or false"))
	return tree


def one_line(text: str) -> str:
	"""Line breaks mean nothing; characters keep their places."""
	return "".join(" " if letter.isspace() else letter for letter in text or "")


def indent(line: str) -> int:
	return len(line) - len(line.lstrip())


class Reader:
	"""Turns Python's nodes into our tree, and refuses, at its place, whatever is not of the language."""

	def __init__(self, line: str) -> None:
		self.line = line

	def convert(self, node: ast.AST, depth: int = 0) -> Tree:
		if depth > MAX_DEPTH:
			self.refuse(node, _("too many operators inside each other"))
		if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
			return self.operation(node, BINARY[type(node.op)], [node.left, node.right], depth)
		if isinstance(node, ast.BoolOp):
			name = "and" if isinstance(node.op, ast.And) else "or"
			return self.operation(node, name, node.values, depth)
		if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
			name = "not" if isinstance(node.op, ast.Not) else "neg"
			return self.operation(node, name, [node.operand], depth)
		if isinstance(node, ast.Compare):
			return self.comparison(node, depth)
		return self.leaf(node)

	def operation(self, node: ast.AST, name: str, parts: list[ast.AST], depth: int) -> Tree:
		"""and, or, not join comparisons; arithmetic joins numbers."""
		args = [self.convert(part, depth + 1) for part in parts]
		for part, tree in zip(parts, args, strict=True):
			if is_comparison(tree) != (name in ("and", "or", "not")):
				self.refuse(part, self.wrong_side(name))
		return {"op": name, "args": args}

	def wrong_side(self, name: str) -> str:
		if name in ("and", "or", "not"):
			return _("“{0}” joins comparisons, not numbers").format(name)
		return _("a comparison cannot be reckoned with")

	def comparison(self, node: ast.Compare, depth: int) -> Tree:
		"""a <= b <= c means a <= b and b <= c."""
		parts = [node.left, *node.comparators]
		sides = [self.convert(part, depth + 1) for part in parts]
		for part, side in zip(parts, sides, strict=True):
			if is_comparison(side):
				self.refuse(part, self.wrong_side("+"))
		if any(type(op) not in COMPARE for op in node.ops):
			self.refuse(node, _("only == != < <= > >= compare"))
		pairs = [
			{"op": COMPARE[type(op)], "args": [left, right]}
			for op, left, right in zip(node.ops, sides, sides[1:], strict=False)
		]
		return pairs[0] if len(pairs) == 1 else {"op": "and", "args": pairs}

	def leaf(self, node: ast.AST) -> Tree:
		if isinstance(node, ast.Constant) and type(node.value) in (int, float):
			if not node.value <= LARGEST_NUMBER:
				self.refuse(node, _("the number is too large"))
			return {"value": node.value}
		if isinstance(node, ast.Name):
			return {"name": node.id}
		if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in SPACES:
			return {"name": f"{node.value.id}.{node.attr}"}
		self.refuse(node, _("only figures, numbers, + - * / and comparisons may stand here"))

	def refuse(self, node: ast.AST, what: str) -> NoReturn:
		before = self.line.strip().encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore")
		raise ExpressionError(what, indent(self.line) + len(before) + 1, self.line)


def is_comparison(tree: Tree) -> bool:
	return tree.get("op") in TRUE_OR_FALSE


def names(tree: Tree) -> list[str]:
	"""Names in the order of appearance, each once."""
	found = [tree["name"]] if "name" in tree else []
	for argument in tree.get("args", ()):
		found.extend(names(argument))
	return list(dict.fromkeys(found))


def divisors(tree: Tree) -> list[Tree]:
	"""What something is divided by, the inner ones first; where one is 0, the rule does not apply."""
	found = [divisor for argument in tree.get("args", ()) for divisor in divisors(argument)]
	return [*found, tree["args"][1]] if tree.get("op") == "/" else found


def evaluate(tree: Tree, values: Mapping[str, Any]) -> Any:
	"""Value of the tree; `values` maps names to numbers or to pandas columns of one length."""
	if "value" in tree:
		return tree["value"]
	if "name" in tree:
		return values[tree["name"]]
	return FUNCTIONS[tree["op"]](*(evaluate(argument, values) for argument in tree["args"]))


def holds(tree: Tree, values: Mapping[str, Any]) -> bool | None:
	"""Whether it is true for one report; None where it does not apply: a figure it names was not given."""
	if any(values.get(name) is None for name in names(tree)):
		return None
	try:
		return bool(evaluate(tree, values))
	except ZeroDivisionError:
		return None
