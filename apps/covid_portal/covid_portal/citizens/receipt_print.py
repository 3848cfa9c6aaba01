"""The receipt on paper: as a page to print and as a PDF. Its QR code is the token; the names beside it are for the traveller, and
each print of them is recorded."""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate
from werkzeug.wrappers import Response

from covid_portal.citizens import (
	arrival_rules,
	codes,
	follow_up,
	home_return,
	protection,
	receipts,
	return_acts,
)
from covid_portal.organisation.guest_input import checked
from covid_portal.paper import LARGE, LEFT, MM_PER_POINT, NORMAL, SMALL, Paper
from covid_portal.privacy.quiet import without_values
from covid_portal.privacy.reveal import require_reason
from covid_portal.publishing import pages, site_map
from covid_portal.publishing.rendering import environment

QR_ON_PAPER = 55  # millimetres: read through a plastic cover
SEEN = ["contact_name"]  # and the persons
PDF = "application/pdf"


class NoReceipt(frappe.ValidationError):
	"""The registration has no receipt that holds now."""


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@checked
@without_values
def show(code: str, form: str | None = None, lang: str | None = None) -> Response:
	"""The receipt of a registration by its code: a page to print, or with `form` "pdf" a file. Where there is none, the page
	/tra-cuu says why."""
	frappe.local.lang = lang if lang in site_map.LANGUAGES else site_map.LANGUAGES[0]
	try:
		doc = registration_of(code)
		said = content(doc)
	except frappe.ValidationError as error:
		return follow_up.refused_page(code, error)
	doc.record_seen(SEEN, _("The receipt, by its code"), "Receipt")
	return as_pdf(said) if form == "pdf" else as_page(said)


@frappe.whitelist(methods=["POST"])
@without_values
def for_staff(name: str, reason: str) -> None:
	"""The PDF, for the unit that hands it out at its counter. On record with the reason."""
	doc = frappe.get_doc(home_return.DOCTYPE, name)
	doc.check_permission("print")
	return_acts.require_handler(doc)
	require_reason(reason)
	said = content(doc)
	doc.record_seen(SEEN, reason, "Print")
	frappe.local.response.update(
		{"type": "download", "filename": f"{doc.name}.pdf", "filecontent": pdf(said), "content_type": PDF}
	)


def registration_of(code: str) -> Document:
	protection.require_lookups_left()
	intake = codes.find(code)
	name = intake and frappe.db.get_value(home_return.DOCTYPE, {"intake": intake})
	if not name:
		protection.note_wrong_code()
		frappe.throw(_("There is no receipt under this code."), NoReceipt)
	return frappe.get_doc(home_return.DOCTYPE, name)


# --- what it says


def content(doc: Document) -> dict[str, Any]:
	"""Raises NoReceipt where none holds."""
	if doc.stage not in ("Day Given", "Arrived") or not doc.day:
		frappe.throw(_("{0} has no receipt that holds now.").format(doc.describe()), NoReceipt)
	book = arrival_rules.book()
	rules = receipts.apply_rules(doc, book, getdate(doc.day))
	people = doc.people()
	places = frappe.db.get_value("Area", doc.area, ["full_name", "full_name_en"], as_dict=True)
	return {
		"number": doc.name,
		"issue": doc.receipt_issue,
		"issued_at": doc.receipt_at,
		"day": str(getdate(doc.day)),
		"last_day": str(receipts.last_day(doc)),
		"area": {"name": places.full_name, "name_en": places.full_name_en},
		"origin": next(
			(
				{"name": row["name"], "name_en": row["name_en"]}
				for row in book.origins
				if row["code"] == doc.origin
			),
			{},
		),
		"contact": doc.personal("contact_name"),
		"persons": [
			{
				"name": who.get("full_name", ""),
				"birth_year": who.get("birth_year", ""),
				"rule": {key: rule[key] for key in ("obligation", "obligation_en", "reference")}
				if rule
				else None,
			}
			for who, rule in zip(people, rules, strict=True)
		],
		"token": receipts.token(doc),
	}


# --- as a page


def as_page(said: dict[str, Any]) -> Response:
	drawn = receipts.qr(said["token"]).svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None)
	data = {**said, "qr": drawn, "updated_at": str(said["issued_at"])}
	text = pages.render("return_receipt.html", frappe.local.lang, "follow_up", data=data)
	return Response(text, mimetype="text/html", headers={"Cache-Control": "no-store"})


# --- as a file


def as_pdf(said: dict[str, Any]) -> Response:
	named = f'attachment; filename="{said["number"]}.pdf"'
	return Response(
		pdf(said), mimetype=PDF, headers={"Cache-Control": "no-store", "Content-Disposition": named}
	)


def pdf(said: dict[str, Any]) -> bytes:
	"""In Vietnamese, as what a checkpoint reads."""
	brand = pages.brand()
	say = environment("vi", pages.translator("vi")).filters["date"]
	page = Paper(f"Phiếu xác nhận về quê {said['number']}", brand["organisation"], at_of(said))
	page.lines(brand["organisation"].upper(), "B", NORMAL, "C")
	page.ln(6)
	page.lines("PHIẾU XÁC NHẬN VỀ QUÊ", "B", LARGE + 3, "C")
	page.lines(f"Số {said['number']} · lần cấp {said['issue']}", "", NORMAL, "C")
	page.ln(4)
	page.lines(
		f"Ngày về đến: {say(said['day'])} (phiếu có giá trị đến hết {say(said['last_day'])})", "B", LARGE, "L"
	)
	page.lines(f"Từ: {said['origin'].get('name', '')}", "", NORMAL, "L")
	page.lines(f"Về: {said['area']['name']}", "", NORMAL, "L")
	page.ln(3)
	persons(page, said["persons"])
	ending(page, said)
	return bytes(page.output())


def persons(page: Paper, rows: list[dict[str, Any]]) -> None:
	page.write_font("", SMALL)
	with page.table(
		col_widths=(8, 42, 14, 91),
		text_align=("CENTER", "LEFT", "CENTER", "LEFT"),
		line_height=SMALL * MM_PER_POINT * 1.4,
		padding=1,
		align="L",
	) as table:
		table.row(("TT", "Họ và tên", "Năm sinh", "Việc phải làm khi về đến"))
		for number, row in enumerate(rows, 1):
			rule = row["rule"]
			duty = (
				f"{rule['obligation']} ({rule['reference']})" if rule else "Theo hướng dẫn của trạm y tế xã"
			)
			table.row((str(number), row["name"], str(row["birth_year"]), duty))
	page.ln(5)


def ending(page: Paper, said: dict[str, Any]) -> None:
	page.keep_together(QR_ON_PAPER + 10)
	top = page.get_y()
	page.qr_code(said["token"], LEFT, top, QR_ON_PAPER)
	page.set_left_margin(LEFT + QR_ON_PAPER + 6)
	page.set_y(top + 4)
	page.lines("Xuất trình tại chốt kiểm soát, trên giấy hoặc trên điện thoại.", "B", NORMAL, "L")
	page.lines(
		"Mã không chứa họ tên. Chốt đọc mã cả khi mất mạng; phiếu sửa chữa sẽ bị phát hiện.", "", SMALL, "L"
	)
	page.lines("Đăng ký thay đổi thì phiếu này hết giá trị và có phiếu mới.", "", SMALL, "L")
	page.lines(f"Cấp lúc {at_of(said):%H:%M %d/%m/%Y}", "I", SMALL, "L")


def at_of(said: dict[str, Any]) -> datetime:
	return frappe.utils.get_datetime(said["issued_at"])
