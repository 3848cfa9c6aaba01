"""The little language of Validation Rules: arithmetic and comparisons over figures, nothing else.

Python's own parser reads the text; only the node types listed here are let through, and our own evaluator computes.
The same tree is evaluated for one report (numbers), for a whole slot (pandas columns) and, as JSON, in the browser.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache, reduce
from typing import Any

import numpy as np

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
MAX_DEPTH = 100  # a sum of all figures, and far from where Python's own stack ends
LARGEST = 10**12  # exact in the browser and in a column of floats as well
LOGICAL = ("and", "or", "not")
SPACES = ("previous", "population")


class ExpressionError(ValueError):
	"""The text is not an expression of this language; the message says what is wrong."""


@lru_cache(maxsize=512)
def parse(text: str) -> Tree:
	"""The expression as {"op", "args"} | {"name"} | {"value"}. Raises ExpressionError."""
	if len(text) > MAX_LENGTH:
		raise ExpressionError(f"longer than {MAX_LENGTH} characters")
	try:
		tree = convert(ast.parse(text.strip(), mode="eval").body)
		if depth(tree) > MAX_DEPTH:
			raise ExpressionError(f"nested more than {MAX_DEPTH} deep")
	except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
		raise ExpressionError(str(error) or "cannot be read") from error
	if not is_comparison(tree):
		raise ExpressionError("it must compare figures: the result is true or false")
	require_kinds(tree)
	return tree


def convert(node: ast.AST) -> Tree:
	if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
		return {"op": BINARY[type(node.op)], "args": [convert(node.left), convert(node.right)]}
	if isinstance(node, ast.BoolOp):
		return {
			"op": "and" if isinstance(node.op, ast.And) else "or",
			"args": [convert(value) for value in node.values],
		}
	if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
		return {"op": "not" if isinstance(node.op, ast.Not) else "neg", "args": [convert(node.operand)]}
	if isinstance(node, ast.Compare):
		return convert_comparison(node)
	return convert_leaf(node)


def convert_comparison(node: ast.Compare) -> Tree:
	"""a <= b <= c means a <= b and b <= c."""
	sides = [convert(side) for side in (node.left, *node.comparators)]
	if any(type(op) not in COMPARE for op in node.ops):
		raise ExpressionError("only == != < <= > >= compare")
	pairs = [
		{"op": COMPARE[type(op)], "args": [left, right]}
		for op, left, right in zip(node.ops, sides, sides[1:], strict=False)
	]
	return pairs[0] if len(pairs) == 1 else {"op": "and", "args": pairs}


def convert_leaf(node: ast.AST) -> Tree:
	if isinstance(node, ast.Constant) and type(node.value) in (int, float):
		if not abs(node.value) <= LARGEST:
			raise ExpressionError(f"numbers above {LARGEST} cannot be used")
		return {"value": node.value}
	if isinstance(node, ast.Name):
		return {"name": node.id}
	if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in SPACES:
		return {"name": f"{node.value.id}.{node.attr}"}
	raise ExpressionError("only figures, numbers, + - * / and comparisons may stand here")


def depth(tree: Tree) -> int:
	return 1 + max(map(depth, tree.get("args", ())), default=0)


def is_comparison(tree: Tree) -> bool:
	return tree.get("op") in {*COMPARE.values(), *LOGICAL}


def require_kinds(tree: Tree) -> None:
	"""True and false are joined, numbers are computed with and compared: what mixes them means nothing in a column."""
	for argument in tree.get("args", ()):
		if is_comparison(argument) != (tree["op"] in LOGICAL):
			raise ExpressionError("and, or, not join comparisons; everything else takes figures and numbers")
		require_kinds(argument)


def names(tree: Tree) -> list[str]:
	"""Names in the order of appearance, each once."""
	found = [tree["name"]] if "name" in tree else []
	for argument in tree.get("args", ()):
		found.extend(names(argument))
	return list(dict.fromkeys(found))


def divisors(tree: Tree) -> list[Tree]:
	"""What is divided by, the innermost first."""
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
	"""Whether it is true for one report; None where it does not apply: a figure it names was not given,
	or it would divide by zero."""
	if any(values.get(name) is None for name in names(tree)):
		return None
	if any(evaluate(divisor, values) == 0 for divisor in divisors(tree)):
		return None
	return bool(evaluate(tree, values))
