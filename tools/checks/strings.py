"""Finds the strings that a person sees: what is marked for translation in code, and the labels in JSON files."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.problem import line_of


@dataclass(frozen=True)
class Marked:
	"""A string as marked; `problem` says why it cannot be translated, where that is so."""

	text: str
	line: int
	problem: str = ""


PYTHON_MARKS = ("_", "_lt")
# The mark and the opening bracket; what comes before must not be part of a longer name.
MARK_IN_SCRIPT = re.compile(r"(?<![\w.$])(?:frappe\.)?__\(\s*")
MARK_IN_TEMPLATE = re.compile(r"(?<![\w$])(?:frappe\.)?__?\(\s*")
LITERAL = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.S)
# What in JSON files of the app is shown, by DocType.
LABELS = {
	"DocType": ("name", "description"),
	"Workspace": ("title", "label"),
	"Report": ("report_name",),
	"Web Form": ("title", "introduction_text", "button_label", "success_title", "success_message"),
	"Number Card": ("label",),
	"Dashboard Chart": ("chart_name",),
	"Print Format": ("name",),
	"Role": ("role_name",),
	"Workflow State": ("workflow_state_name",),
	"Workflow Action Master": ("workflow_action_name",),
	"Onboarding Step": ("title", "description"),
}
ROW_LABELS = ("label", "description")


def marked_strings(file: Path) -> Iterator[Marked]:
	"""The strings of one file, by its kind."""
	text = file.read_text(encoding="utf-8")
	if file.suffix == ".py":
		yield from in_python(text)
	elif file.suffix in (".js", ".ts", ".vue"):
		yield from in_script(text, MARK_IN_SCRIPT)
	elif file.suffix == ".html":
		yield from in_script(text, MARK_IN_TEMPLATE)
	elif file.suffix == ".json":
		yield from in_json(text)


def in_python(text: str) -> Iterator[Marked]:
	"""_("…"), _lt("…"), frappe._("…")."""
	for node in ast.walk(ast.parse(text)):
		if not (isinstance(node, ast.Call) and node.args and _mark(node.func) in PYTHON_MARKS):
			continue
		argument = node.args[0]
		if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
			yield Marked(argument.value, node.lineno)
		elif isinstance(argument, ast.JoinedStr):
			yield Marked("", node.lineno, 'an f-string is not translated: _("… {0}").format(…)')
		elif _is_formatted(argument):
			yield Marked("", node.lineno, 'formatted before it is translated: _("… {0}").format(…)')


def in_script(text: str, mark: re.Pattern[str]) -> Iterator[Marked]:
	"""__("…", [values]) in JavaScript; _("…") and __("…") in templates."""
	for found in mark.finditer(text):
		literal = LITERAL.match(text, found.end())
		if not literal:
			continue  # a variable: what it holds is marked elsewhere
		line = line_of(text, found.start())
		if re.match(r"\s*(?:\+|~)", text[literal.end() :]):
			yield Marked("", line, 'a string put together is not translated: __("… {0}", [value])')
		elif literal.group()[0] == "`" and "${" in literal.group():
			yield Marked("", line, 'a template string is not translated: __("… {0}", [value])')
		else:
			yield Marked(unescape(literal.group()), line)


def in_json(text: str) -> Iterator[Marked]:
	"""Names, labels, descriptions and choices of DocTypes, workspaces and the like."""
	content = json.loads(text)
	for record in content if isinstance(content, list) else [content]:
		if not isinstance(record, dict) or record.get("doctype") not in LABELS:
			continue
		for shown in _labels(record):
			position = max(text.find(json.dumps(shown, ensure_ascii=False)), 0)
			yield Marked(shown, line_of(text, position))


def unescape(literal: str) -> str:
	"""The value of a string literal of JavaScript or Jinja."""
	body = literal[1:-1]
	plain = {"n": "\n", "t": "\t"}
	body = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match.group(1), 16)), body)
	return re.sub(r"\\(.)", lambda match: plain.get(match.group(1), match.group(1)), body, flags=re.S)


def _is_formatted(argument: ast.expr) -> bool:
	"""Whether it is "…".format(…)."""
	if not (isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute)):
		return False
	return argument.func.attr == "format" and isinstance(argument.func.value, ast.Constant)


def _mark(function: ast.expr) -> str:
	if isinstance(function, ast.Name):
		return function.id
	if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
		return function.attr if function.value.id == "frappe" else ""
	return ""


def _labels(record: dict) -> Iterator[str]:
	yield from (record[key] for key in LABELS[record["doctype"]] if record.get(key))
	for rows in record.values():
		for row in rows if isinstance(rows, list) else []:
			if isinstance(row, dict):
				yield from (row[key] for key in ROW_LABELS if row.get(key))
				yield from _choices(row)


def _choices(field: dict) -> list[str]:
	if field.get("fieldtype") != "Select":
		return []
	return [choice for choice in str(field.get("options") or "").split("\n") if re.search(r"[^\W\d]", choice)]
