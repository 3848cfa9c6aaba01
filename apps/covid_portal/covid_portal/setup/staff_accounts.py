"""Accounts and duties of staff from a table: all rows are stored, or none, and what is wrong is told by row.

A row is one duty of one person; who has several stands in several rows. An account that is there already keeps its name and
phone, and gets the duty. New accounts have no password: each person chooses one by the link of the welcome mail, or by
"Forgot Password?" on the login page.

An administrator of the portal gives duties without being allowed to edit accounts; this is the one way in which he makes them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import today, validate_email_address
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from werkzeug.wrappers import Response

from covid_portal.organisation.duties import is_duty
from covid_portal.organisation.post import has_outgoing_account
from covid_portal.reporting.spreadsheet.api import send_file
from covid_portal.reporting.spreadsheet.problems import to_bytes
from covid_portal.setup.module_profile import NAME as MODULE_PROFILE
from covid_portal.setup.plain_table import MOST_TOLD, PlainTable, called, sent_table, text_of

LABELS = {
	"full_name": "Full Name",
	"email": "Email",
	"phone": "Phone",
	"unit": "Unit",
	"duty": "Duty",
	"valid_from": "Valid from",
	"valid_to": "Valid until",
}
NEEDED = ("full_name", "email", "unit", "duty")
TABLE = PlainTable(LABELS, NEEDED)
WIDTHS = (30, 34, 16, 16, 26, 14, 14)
DATES = ("%Y-%m-%d", "%d/%m/%Y")
PHONE = re.compile(r"\+?\d{8,15}")
MOST_ROWS = 5_000
MOST_IN_REQUEST = 100  # rows; a request has two minutes, and each new account empties everybody's caches
TEMPLATE_ROWS = 500


# --- endpoints


@frappe.whitelist(methods=["POST"])
def load_table() -> dict:
	"""Take in the table in the request's file "table" (XLSX or CSV, up to 100 rows). For those who give duties.

	Returns {"accounts": how many are new, "duties", "problems": [{"row", "message"}]}; nothing is stored where there are
	problems.
	"""
	require_giver()
	return take_in(*sent_table(), MOST_IN_REQUEST)


@frappe.whitelist(methods=["GET"])
def template() -> Response:
	"""An empty table with its headings and the duties there are."""
	require_giver()
	return send_file("can-bo.xlsx", to_bytes(empty_table()))


def require_giver() -> None:
	if not frappe.has_permission("Duty Assignment", "create"):
		frappe.throw(
			_("Accounts and duties are given by the portal's administrator."), frappe.PermissionError
		)


def load_file(path: Path) -> dict:
	"""As load_table(), for the operator's command: up to 5,000 rows."""
	return take_in(path.name, path.read_bytes(), MOST_ROWS)


def take_in(name: str, content: bytes, most: int) -> dict:
	rows = list(read(name, content, most))
	assignments, problems = [], []
	for row in rows:  # document by document: the rules are those of Duty Assignment
		found = problem_of(row, rows)
		if found:
			problems.append({"row": row["row"], "message": found})
		else:
			assignments.append(assignment_of(row))
	if problems:
		return {"accounts": 0, "duties": 0, "problems": problems[:MOST_TOLD]}
	made = make_accounts(rows)
	for assignment in assignments:
		assignment.insert()
	return {"accounts": made, "duties": len(assignments), "problems": []}


# --- reading


def read(name: str, content: bytes, most: int) -> Iterator[dict]:
	"""Each row that says anything: {"row": its line in the table, column: text, date or ""}."""
	hint = _("Larger ones the operator loads by command.")
	for row in TABLE.read(name, content, most, hint):
		yield {"row": row["row"], **{column: value_of(column, row[column]) for column in LABELS}}


def value_of(column: str, cell: object) -> str | date:
	if column in ("valid_from", "valid_to"):
		return date_of(cell)
	text = text_of(cell)
	if column == "email":
		return text.lower()
	if column == "phone":
		digits = re.sub(r"[\s.\-()]", "", text)
		# A spreadsheet program takes a phone number for a number, and its first 0 for nothing.
		return f"0{digits}" if isinstance(cell, float | int) and digits else digits
	return duty_of(text) if column == "duty" else text


def date_of(cell: object) -> str | date:
	if isinstance(cell, datetime):
		return cell.date()
	if isinstance(cell, date):
		return cell
	text = text_of(cell)
	for pattern in DATES:
		try:
			return datetime.strptime(text, pattern).date()
		except ValueError:
			continue
	return text


def duty_of(text: str) -> str:
	"""The duty that the text calls; the text itself if it is none."""
	return next((role for role in duties() if text.casefold() in called(role)), text)


def duties() -> list[str]:
	return [
		role
		for role in frappe.get_all("Role", {"disabled": 0}, pluck="name", order_by="name")
		if is_duty(role)
	]


# --- what is wrong


def problem_of(row: dict, rows: list[dict]) -> str:
	"""The first thing that is wrong with the row; "" if nothing is."""
	return problem_of_cells(row) or problem_of_account(row, rows) or problem_of_duty(row, rows)


def problem_of_cells(row: dict) -> str:
	for column in NEEDED:
		if not row[column]:
			return _("{0} is empty.").format(_(LABELS[column]))
	if len(row["full_name"]) > 140:
		return _("The name is longer than {0} characters.").format(140)
	if validate_email_address(row["email"]) != row["email"]:
		return _("“{0}” is no e-mail address.").format(row["email"][:60])
	if row["phone"] and not PHONE.fullmatch(row["phone"]):
		return _("“{0}” is no phone number.").format(row["phone"][:40])
	for column in ("valid_from", "valid_to"):
		if isinstance(row[column], str) and row[column]:
			return _("“{0}” is no date; one is written 20/11/2021.").format(row[column][:40])
	return ""


def problem_of_account(row: dict, rows: list[dict]) -> str:
	if row["email"] in frappe.STANDARD_USERS:
		return _("{0} is an account of the system.").format(row["email"])
	if frappe.db.get_value("User", row["email"], "enabled") == 0:
		return _("The account {0} is disabled; a system manager enables it.").format(row["email"])
	names = {other["full_name"] for other in rows if other["email"] == row["email"]}
	if len(names) > 1:
		return _("{0} stands in other rows with another name.").format(row["email"])
	return ""


def problem_of_duty(row: dict, rows: list[dict]) -> str:
	if not frappe.db.exists("Unit", row["unit"]):
		return _("There is no unit {0}.").format(row["unit"][:140])
	if not frappe.db.exists("Role", row["duty"]):
		return _("There is no duty {0}.").format(row["duty"][:140])
	same = [
		other["row"] for other in rows if all(other[key] == row[key] for key in ("email", "unit", "duty"))
	]
	if same[0] != row["row"]:
		return _("The same duty stands in row {0} already.").format(same[0])
	try:
		assignment_of(row).validate()
	except frappe.ValidationError as error:
		frappe.clear_messages()
		return str(error)
	return ""


# --- storing


def assignment_of(row: dict) -> Document:
	return frappe.get_doc(
		doctype="Duty Assignment",
		user=row["email"],
		unit=row["unit"],
		duty=row["duty"],
		valid_from=row["valid_from"] or today(),
		valid_to=row["valid_to"] or None,
	)


def make_accounts(rows: list[dict]) -> int:
	"""The accounts that are missing; returns how many."""
	people = {row["email"]: row for row in reversed(rows)}  # of several rows the first
	there = set(frappe.get_all("User", {"name": ("in", list(people))}, pluck="name"))
	new = [row for email, row in sorted(people.items()) if email not in there]
	greeting = int(has_outgoing_account())
	with past_the_throttle():
		for row in new:
			# Who gives duties need not be allowed to edit accounts: see the head of this module.
			account_of(row, greeting).insert(ignore_permissions=True)
	return len(new)


def account_of(row: dict, greeting: int) -> Document:
	"""Without a role: the duty brings it, from its first day on. Of an account with roles from the start the framework makes a
	system manager where the site has none yet."""
	return frappe.get_doc(
		doctype="User",
		email=row["email"],
		first_name=row["full_name"],
		mobile_no=row["phone"] or None,
		enabled=1,
		language=frappe.db.get_default("lang") or "vi",
		user_type="Website User",
		module_profile=MODULE_PROFILE,
		send_welcome_email=greeting,
	)


@contextmanager
def past_the_throttle() -> Iterator[None]:
	"""The framework makes no more than 60 accounts an hour, but where a table is imported."""
	before, frappe.flags.in_import = frappe.flags.in_import, True
	try:
		yield
	finally:
		frappe.flags.in_import = before


# --- the empty table


def empty_table() -> Workbook:
	book = TABLE.empty(_("Staff"), WIDTHS)
	sheet = book.active
	names = book.create_sheet(_("Duties"))
	for role in duties():
		names.append([_(role)])
	rule = DataValidation(
		type="list", formula1=f"'{names.title}'!$A$1:$A${names.max_row}", showErrorMessage=True
	)
	rule.add(f"E2:E{TEMPLATE_ROWS}")
	sheet.add_data_validation(rule)
	return book
