"""DocType files: what the framework would only notice when a site is installed, or never."""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from checks.problem import Problem, Repository

EVERYBODY = ("All", "Guest", "Desk User")
CHANGES = ("write", "create", "delete", "submit", "cancel", "amend", "import", "set_user_permissions")
TABLES = ("Table", "Table MultiSelect")
STANDARD_FIELDS = ("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")

DocType = Mapping[str, object]


def check(repository: Repository) -> Iterator[Problem]:
	"""All DocTypes of the app."""
	own = dict(read_doctypes(repository.package))
	known = {str(doctype["name"]): doctype for doctype in own.values()}
	core = {
		str(doctype["name"]): doctype for _file, doctype in read_doctypes(repository.root / "apps" / "frappe")
	}
	modules = (repository.package / "modules.txt").read_text().split("\n")
	if not core:
		yield Problem("apps/frappe", 1, "Frappe is not here: links to its DocTypes were not checked", True)
	for file, doctype in own.items():
		findings = [
			*check_module(doctype, file, modules),
			*check_controller(doctype, file),
			*check_fields(doctype),
			*check_references(doctype),
			*(check_links(doctype, {**core, **known}) if core else []),
			*check_permissions(doctype),
		]
		yield from (Problem(repository.name(file), 1, finding) for finding in findings)


def read_doctypes(folder: Path) -> Iterator[tuple[Path, DocType]]:
	"""The DocType files below a folder (…/doctype/<name>/<name>.json)."""
	for file in sorted(folder.glob("**/doctype/*/*.json")):
		if file.stem == file.parent.name and "node_modules" not in file.parts:
			content = json.loads(file.read_text(encoding="utf-8"))
			if content.get("doctype") == "DocType":
				yield file, content


def check_module(doctype: DocType, file: Path, modules: Iterable[str]) -> Iterator[str]:
	"""The module is listed, and the file lies where the framework looks for it."""
	name, module = str(doctype["name"]), str(doctype.get("module"))
	if module not in modules:
		yield f"its module {module} is not in modules.txt"
	if file.parent.name != scrub(name):
		yield f"{name} belongs into a folder named {scrub(name)}"
	if file.parents[2].name != scrub(module):
		yield f"module {module} belongs into a folder named {scrub(module)}"


def check_controller(doctype: DocType, file: Path) -> Iterator[str]:
	"""There is a controller whose class has the name that the framework derives."""
	controller, wanted = file.with_suffix(".py"), re.sub(r"[ -]", "", str(doctype["name"]))
	if not controller.is_file():
		yield f"its controller {controller.name} is missing"
		return
	if not (file.parent / "__init__.py").is_file():
		yield "its folder has no __init__.py"
	tree = ast.parse(controller.read_text(encoding="utf-8"))
	if wanted not in {node.name for node in tree.body if isinstance(node, ast.ClassDef)}:
		yield f"its controller has no class {wanted}"


def check_fields(doctype: DocType) -> Iterator[str]:
	"""Field names are there, unique, and in the order told."""
	names = [field.get("fieldname", "") for field in fields(doctype)]
	for name in sorted({name for name in names if names.count(name) > 1}):
		yield f"field {name or 'without a name'} is there more than once"
	order = list(doctype.get("field_order") or [])  # type: ignore[call-overload]
	if order != names:
		differing = sorted(set(order) ^ set(names))
		yield f"field_order differs from fields: {', '.join(differing) if differing else 'another order'}"


def check_references(doctype: DocType) -> Iterator[str]:
	"""Settings that name a field name one that exists."""
	names = {str(field.get("fieldname")) for field in fields(doctype)} | set(STANDARD_FIELDS)
	settings = ("title_field", "sort_field", "image_field", "timeline_field", "nsm_parent_field")
	for setting in settings:
		if (name := doctype.get(setting)) and name not in names:
			yield f"{setting} names the field {name}, which is not there"
	listed = [name.strip() for name in str(doctype.get("search_fields") or "").split(",")]
	for name in sorted({name for name in listed if name} - names):
		yield f"search_fields names the field {name}, which is not there"
	for field in fields(doctype):
		link = str(field.get("fetch_from") or "").split(".")[0]
		if link and link not in names:
			yield f"{field.get('fieldname')} is fetched from {link}, which is not there"


def check_links(doctype: DocType, known: Mapping[str, DocType]) -> Iterator[str]:
	"""Links and tables lead to DocTypes of the right kind."""
	names = {field.get("fieldname") for field in fields(doctype)}
	for field in fields(doctype):
		kind, target, name = field.get("fieldtype"), str(field.get("options") or ""), field.get("fieldname")
		if kind == "Dynamic Link" and target not in names:
			yield f"{name} takes its DocType from the field {target}, which is not there"
		if kind not in ("Link", *TABLES):
			continue
		if target not in known:
			yield f"{name} leads to {target or 'nothing'}, which is no DocType of the app or of Frappe"
		elif bool(known[target].get("istable")) != (kind in TABLES):
			yield f"{name} is a {kind}, but {target} is {'one' if known[target].get('istable') else 'no'} child table"


def check_permissions(doctype: DocType) -> Iterator[str]:
	"""Somebody may read it; nobody may change it by being anybody."""
	rows = [row for row in doctype.get("permissions") or [] if isinstance(row, dict)]  # type: ignore[attr-defined]
	if not rows and not doctype.get("istable"):
		yield "it has no permissions"
	for row in rows:
		allowed = [right for right in CHANGES if row.get(right)]
		if row.get("role") in EVERYBODY and allowed:
			yield f"role {row['role']} may {', '.join(allowed)}: that is everybody"


def fields(doctype: DocType) -> list[dict[str, object]]:
	"""The fields of a DocType."""
	return list(doctype.get("fields") or [])  # type: ignore[call-overload]


def scrub(name: str) -> str:
	"""A name as folders have it."""
	return name.replace(" ", "_").replace("-", "_").lower()
