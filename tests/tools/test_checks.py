"""The checks of make check, each on a small app made for the test."""

import json
import subprocess
from pathlib import Path

import pytest

from checks import doctypes, forbidden, states, translations
from checks.problem import Repository
from checks.strings import in_json, in_python, in_script, marked_strings

WARD = {
	"doctype": "DocType",
	"name": "Ward",
	"module": "Organisation",
	"field_order": ["ward_name", "kind", "parent_ward", "persons"],
	"fields": [
		{"fieldname": "ward_name", "fieldtype": "Data", "label": "Name of ward"},
		{"fieldname": "kind", "fieldtype": "Select", "label": "Kind", "options": "Urban\nRural"},
		{"fieldname": "parent_ward", "fieldtype": "Link", "options": "Ward", "label": "Above it"},
		{"fieldname": "persons", "fieldtype": "Table", "options": "Ward Persons", "label": "Persons"},
	],
	"permissions": [{"role": "Auditor", "read": 1}],
}
PERSONS = {
	"doctype": "DocType",
	"name": "Ward Persons",
	"module": "Organisation",
	"istable": 1,
	"field_order": [],
	"fields": [],
	"permissions": [],
}
CORE = {"doctype": "DocType", "name": "User", "module": "Core", "fields": [], "permissions": []}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
	made = Repository(tmp_path)
	subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
	write(made.package / "modules.txt", "Organisation\n")
	write_doctype(made, WARD)
	write_doctype(made, PERSONS)
	write(tmp_path / "apps/frappe/frappe/core/doctype/user/user.json", json.dumps(CORE))
	return made


def write(file: Path, text: str) -> None:
	file.parent.mkdir(parents=True, exist_ok=True)
	file.write_text(text, encoding="utf-8")


def write_doctype(repository: Repository, doctype: dict, **changes: object) -> None:
	name = doctypes.scrub(doctype["name"])
	folder = repository.package / "organisation" / "doctype" / name
	write(folder / f"{name}.json", json.dumps({**doctype, **changes}))
	write(folder / f"{name}.py", f"class {doctype['name'].replace(' ', '')}:\n\tpass\n")
	write(folder / "__init__.py", "")


def doctype_problems(repository: Repository, **changes: object) -> str:
	write_doctype(repository, WARD, **changes)
	return "\n".join(str(problem) for problem in doctypes.check(repository))


def test_a_sound_doctype_has_no_problems(repository: Repository) -> None:
	assert doctype_problems(repository) == ""


def test_an_order_of_fields_that_differs_is_found(repository: Repository) -> None:
	found = doctype_problems(repository, field_order=["ward_name", "kind", "parent_ward"])
	assert "field_order differs from fields: persons" in found


def test_a_field_that_is_there_twice_is_found(repository: Repository) -> None:
	assert "kind is there more than once" in doctype_problems(
		repository, fields=[*WARD["fields"], WARD["fields"][1]]
	)


def test_a_link_to_nowhere_and_to_a_child_table_are_found(repository: Repository) -> None:
	fields = [
		{"fieldname": "a", "fieldtype": "Link", "options": "Hamlet"},
		{"fieldname": "b", "fieldtype": "Link", "options": "Ward Persons"},
		{"fieldname": "c", "fieldtype": "Link", "options": "User"},
	]
	found = doctype_problems(repository, fields=fields, field_order=["a", "b", "c"])
	assert "a leads to Hamlet" in found
	assert "b is a Link, but Ward Persons is one child table" in found
	assert "c " not in found


def test_everybody_may_not_write(repository: Repository) -> None:
	found = doctype_problems(repository, permissions=[{"role": "All", "read": 1, "write": 1}])
	assert "role All may write" in found


def test_missing_permissions_module_and_controller_class_are_found(repository: Repository) -> None:
	write_doctype(repository, WARD, permissions=[], module="Places")
	write(repository.package / "organisation/doctype/ward/ward.py", "class Wards:\n\tpass\n")
	found = "\n".join(str(problem) for problem in doctypes.check(repository))
	assert "it has no permissions" in found
	assert "its module Places is not in modules.txt" in found
	assert "its controller has no class Ward" in found


def test_the_catalogue_must_hold_every_string_with_its_placeholders(repository: Repository) -> None:
	write(repository.package / "areas.py", '_("{0} is closed").format(1)\n_("Open again")\n')
	rows = [
		"Name of ward,Tên",
		"Kind,Loại",
		"Above it,Trên",
		"Persons,Người",
		"Ward,Phường",
		"Ward Persons,Dân",
	]
	rows += ["Urban,Đô thị", "Rural,Nông thôn", "{0} is closed,đã đóng", "Left over,Thừa"]
	write(repository.package / "translations" / "vi.csv", "\n".join(rows) + "\n")
	problems = list(translations.check(repository))
	assert [problem.message for problem in problems if not problem.is_warning] == [
		"'{0} is closed' and its translation differ in placeholders",
		"no Vietnamese for 'Open again'",
	]
	assert [problem.message for problem in problems if problem.is_warning] == [
		"'Left over' stands in no source"
	]


def test_strings_of_the_framework_are_listed_apart_from_those_of_the_app(repository: Repository) -> None:
	write_doctype(repository, WARD, fields=[])
	write(repository.package / "areas.py", '_("Close")\n')
	rows = [
		"Ward,Phường",
		"Ward Persons,Dân",
		"Close,Đóng",
		"Like,Có chứa",
		"Set,Đặt",
		"Set,Có giá trị,Field value",
	]
	write(repository.package / "translations" / "vi.csv", "\n".join(rows) + "\n")
	listed = repository.package / "translations" / "framework.txt"
	write(listed, "Like\nSet\n")
	assert list(translations.check(repository)) == []
	write(listed, "Set\nLike\nLike\nClose\nUndo\n")
	problems = [
		problem for problem in translations.check(repository) if problem.file.endswith("framework.txt")
	]
	assert [(problem.line, problem.message) for problem in sorted(problems)] == [
		(2, "'Like' must not stand after 'Set': in order, each once"),
		(3, "'Like' must not stand after 'Like': in order, each once"),
		(4, "'Close' must not stand after 'Like': in order, each once"),
		(4, "the app asks for 'Close' itself: take this line out"),
		(5, "no Vietnamese for 'Undo'"),
	]


def test_a_row_stands_once_for_each_context(repository: Repository) -> None:
	rows = ["Set,Đặt", "Set,Có giá trị,Field value", "Set,Có,Field value", "Set,Chọn", "Open,Mở,Access"]
	write(repository.package / "translations" / "vi.csv", "\n".join(rows) + "\n")
	write(repository.package / "areas.py", '_("Open")\n')
	problems = [problem.message for problem in translations.check(repository) if not problem.is_warning]
	assert [message for message in problems if "already" in message] == [
		"'Set' stands in line 2 already",
		"'Set' stands in line 1 already",
	]
	assert "no Vietnamese for 'Open'" in problems


def test_strings_are_found_in_python() -> None:
	text = '_("One")\nfrappe._("Two " "and more")\n_(variable)\nother._("No")\n_(f"Three {x}")\n_("Four {0}".format(x))\n'
	found = list(in_python(text))
	assert [marked.text for marked in found if not marked.problem] == ["One", "Two and more"]
	assert [marked.line for marked in found if marked.problem] == [5, 6]


def test_strings_are_found_in_scripts_and_templates(tmp_path: Path) -> None:
	script = tmp_path / "a.js"
	script.write_text(
		"__('It\\'s \\u0111') + my__(\"no\"); __(`Open`); __(`${x}`); __(\n\t\"Far {0}\", [1]); __('a' + b)"
	)
	found = list(marked_strings(script))
	assert [marked.text for marked in found if not marked.problem] == ["It's đ", "Open", "Far {0}"]
	assert len([marked for marked in found if marked.problem]) == 2
	template = tmp_path / "a.html"
	template.write_text('<p>{{ _("Shown") }}</p><script>__("Also")</script>{{ get_("no") }}')
	assert [marked.text for marked in marked_strings(template)] == ["Shown", "Also"]


def test_labels_choices_and_descriptions_are_found_in_json() -> None:
	fields = [
		{"label": "State", "fieldtype": "Select", "options": "\nOpen\nClosed\n12", "description": "Why"}
	]
	text = json.dumps({"doctype": "DocType", "name": "Slot", "fields": fields})
	assert [marked.text for marked in in_json(text)] == ["Slot", "State", "Why", "Open", "Closed"]


def test_a_call_in_a_longer_name_is_no_mark() -> None:
	import re

	assert not list(in_script('x.__("a") $__("b")', re.compile(r"(?<![\w.$])(?:frappe\.)?__\(\s*")))


def test_machine_paths_and_registries_are_found(repository: Repository) -> None:
	folder, host = "/".join(["", "home", "somebody", "x"]), "https://" + "registry" + ".example/a"
	write(repository.root / "notes.md", f"see {folder}\nand {host}\nbut not /api/work/x\n")
	found = [problem.line for problem in forbidden.check(repository) if problem.file == "notes.md"]
	assert found == [1, 2]


def test_a_large_file_is_found(repository: Repository) -> None:
	(repository.root / "large.bin").write_bytes(b"\0" * 600_000)
	assert any(
		problem.file == "large.bin" and "600 kB" in problem.message for problem in forbidden.check(repository)
	)


@pytest.mark.parametrize(
	("code", "found"),
	[
		('doc.db_set("workflow_state", "Approved")', True),
		('doc.db_set({v.STATE_FIELD: "Approved"})', True),
		('frappe.db.set_value("Ward", name, {"approval_unit": unit})', True),
		('frappe.db.sql("update `tabWard` set modified = %s, `workflow_state` = %s where name = %s")', True),
		('frappe.db.sql("update `tabWard` set version = 1 where workflow_state = %s")', False),
		('frappe.db.get_value("Ward", name, "workflow_state")', False),
		('doc.db_set("version", 1)', False),
		('frappe.client.set_value("Ward", name, "workflow_state", "Approved")', False),  # a save
	],
)
def test_a_state_written_past_the_guard_is_found(repository: Repository, code: str, found: bool) -> None:
	write(repository.package / "wards.py", f"def f(doc, name, unit):\n\t{code}\n")
	problems = [problem.file for problem in states.check(repository)]
	assert problems == (["apps/covid_portal/covid_portal/wards.py"] if found else [])
