"""Demo accounts: one for each duty, named after the duty and the unit, with generated passwords."""

import csv
import os
import secrets
from pathlib import Path

import frappe
from frappe.model.document import Document
from frappe.utils import today

from covid_portal.organisation.duties import STAFF_ROLE, is_duty
from covid_portal.setup.module_profile import NAME as MODULE_PROFILE

COLUMNS = ("email", "password", "name", "duty", "unit", "unit_name")
DOMAIN = "demo.thanhhoa.invalid"
# mailbox, duty, unit of the shipped pack. The system manager comes first: as long as a site has none, the framework
# makes one of whoever is added next.
ACCOUNTS = (
	("hethong", "System Manager", "STTTT-38"),
	("tyt.tamchung", "Reporter", "TYT-14848"),
	("ubnd.tamchung", "Reporter", "UBND-14848"),
	("tyt.muongchanh", "Reporter", "TYT-14866"),
	("tyt.hamrong", "Reporter", "TYT-14755"),
	("ttyt.muonglat", "Approver", "TTYT-384"),
	("ttyt.thanhhoa", "Approver", "TTYT-380"),
	("ubnd.tamchung.duyet", "Approver", "UBND-14848"),
	("ubnd.muonglat", "Approver", "UBND-384"),
	("chot.quoclo", "Checkpoint", "CAT-38"),
	("cdc.duyet", "Approver", "CDC-38"),
	("cdc.congbo", "Publisher", "CDC-38"),
	("cdc.soanthao", "Drafter", "CDC-38"),
	("cdc.lanhdao", "Head", "CDC-38"),
	("quantri", "Portal Administrator", "STTTT-38"),
	("vanhanh", "Operator", "STTTT-38"),
	("tongdai.1022", "Call Taker", "STTTT-38"),
	("ubnd.tinh.tiepdan", "Petition Officer", "UBND-38"),
	("ubnd.tinh.lanhdao", "Head", "UBND-38"),
	("kiemtra", "Auditor", "SYT-38"),
)
DUTY_NAMES = {
	"Reporter": "Cán bộ báo cáo",
	"Approver": "Người duyệt",
	"Checkpoint": "Chốt kiểm soát",
	"Publisher": "Người công bố",
	"Drafter": "Người soạn thảo",
	"Head": "Lãnh đạo",
	"Portal Administrator": "Quản trị Cổng",
	"Operator": "Vận hành",
	"Call Taker": "Trực tổng đài 1022",
	"Petition Officer": "Cán bộ tiếp nhận phản ánh",
	"System Manager": "Quản trị hệ thống",
	"Auditor": "Kiểm tra",
}


def make(path: str) -> int:
	"""Make the accounts that are missing and write their passwords to the CSV file; returns how many were made.

	Rows of the file that name other accounts stay. An account that exists but is not in the file gets a new password.
	"""
	rows = {row["email"]: row for row in read(path)}
	made = [account(*entry, rows) for entry in ACCOUNTS if needs_making(entry, rows)]
	rows.update({row["email"]: row for row in made})
	write(path, list(rows.values()))
	return len(made)


def needs_making(entry: tuple[str, str, str], rows: dict[str, dict]) -> bool:
	mailbox, _duty, unit = entry
	address = f"{mailbox}@{DOMAIN}"
	return bool(frappe.db.exists("Unit", unit)) and not (
		address in rows and frappe.db.exists("User", address)
	)


def account(mailbox: str, duty: str, unit: str, rows: dict[str, dict]) -> dict[str, str]:
	address, unit_name = f"{mailbox}@{DOMAIN}", frappe.db.get_value("Unit", unit, "unit_name")
	password = rows.get(address, {}).get("password") or secrets.token_urlsafe(12)
	name = f"{DUTY_NAMES[duty]}, {unit_name}"
	give(user_document(address, name, password, duty), duty, unit)
	return dict(zip(COLUMNS, (address, password, name, duty, unit, unit_name), strict=True))


def give(user: Document, duty: str, unit: str) -> None:
	"""The duty in the unit; a role of the system, which is not a duty, he has already."""
	if is_duty(duty) and not frappe.db.exists(
		"Duty Assignment", {"user": user.name, "unit": unit, "duty": duty}
	):
		frappe.get_doc(
			doctype="Duty Assignment", user=user.name, unit=unit, duty=duty, valid_from=today()
		).insert()


def user_document(address: str, name: str, password: str, duty: str) -> Document:
	"""With the roles of the duty from the start: each further save of an account empties the caches of all."""
	exists = frappe.db.exists("User", address)
	user = frappe.get_doc("User", address) if exists else frappe.get_doc(doctype="User", email=address)
	user.update(
		{
			"first_name": name[:140],
			"enabled": 1,
			"language": "vi",
			"time_zone": "Asia/Ho_Chi_Minh",
			"send_welcome_email": 0,
			"user_type": "System User",
			"module_profile": MODULE_PROFILE,
			"new_password": password,
		}
	)
	user.append_roles(*((STAFF_ROLE, duty) if is_duty(duty) else (duty,)))
	return user.save(ignore_permissions=True) if exists else user.insert(ignore_permissions=True)


def reporter_areas() -> list[str]:
	"""Areas whose reports a demo account enters."""
	units = [unit for _mailbox, duty, unit in ACCOUNTS if duty == "Reporter"]
	return sorted(set(frappe.get_all("Unit", {"name": ("in", units)}, pluck="area")))


def read(path: str) -> list[dict[str, str]]:
	file = Path(path)
	if not file.exists():
		return []
	with file.open(encoding="utf-8", newline="") as opened:
		return list(csv.DictReader(opened))


def write(path: str, rows: list[dict[str, str]]) -> None:
	"""Readable by its owner alone from the first byte on."""
	temporary = Path(f"{path}.new")
	temporary.unlink(missing_ok=True)
	descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
	with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
		writer = csv.DictWriter(opened, COLUMNS, extrasaction="ignore", lineterminator="\n")
		writer.writeheader()
		writer.writerows(rows)
	temporary.replace(path)
