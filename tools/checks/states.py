"""The state of a routed document changes by decide() alone: no code writes it to the database past the document's save.

approval/guard.py sees every save; a db_set(), a set_value() of the database or an UPDATE it does not see. So these are refused here
wherever they name one of the guarded fields, but in the writers that design them: they store the record with the state.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from checks.problem import Problem, Repository

# approval/storing.py itself writes what its acts say; it names the fields by GUARDED.
WRITERS = ("approval/storing.py", "reporting/loader.py")
PAST_THE_GUARD = ("db_set", "db.set_value")
FIELDS = "workflow_state|approval_unit|approval_step|approval_due"
GUARDED = {*FIELDS.split("|"), "STATE_FIELD"}
UPDATE = re.compile(rf"(?is)\bupdate\s+`?tab.*?\bset\b(?:(?!\bwhere\b).)*?\b({FIELDS})`?\s*=")


def check(repository: Repository) -> Iterator[Problem]:
	"""The app's code; tests and what plays the demo set the stage as they please."""
	for file in repository.app_files(".py"):
		name = str(file.relative_to(repository.package))
		if file.name.startswith("test_") or name.startswith("testing/") or name in WRITERS:
			continue
		yield from (
			Problem(
				repository.name(file), line, f"{what} is written past decide(): the guard does not see it"
			)
			for line, what in writes(file)
		)


def writes(file: Path) -> Iterator[tuple[int, str]]:
	"""(line, field) of each write of a guarded field in one file."""
	for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(PAST_THE_GUARD):
			yield from ((node.lineno, field) for field in sorted(named(node) & GUARDED))
		elif isinstance(node, ast.Constant) and (match := UPDATE.search(str(node.value))):
			yield node.lineno, match[1]


def named(call: ast.Call) -> set[str]:
	"""The words among what is handed over as fields: texts, keys, names of constants."""
	given = [*call.args, *(keyword.value for keyword in call.keywords)]
	parts = [part for one in given for part in ast.walk(one)]
	return (
		{part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
		| {part.attr for part in parts if isinstance(part, ast.Attribute)}
		| {part.id for part in parts if isinstance(part, ast.Name)}
		| {keyword.arg for keyword in call.keywords if keyword.arg}
	)
