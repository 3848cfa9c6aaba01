"""Directives of the demo, each marked as an illustration: written, approved, sent and acted on by the demo accounts."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, today

from covid_portal.demo import paper
from covid_portal.demo.accounts import DOMAIN
from covid_portal.demo.bulletins import ACTS, pass_through
from covid_portal.directives import dispatch, reading
from covid_portal.organisation.scope import forget_grants
from covid_portal.publishing.publication import newest_published

AUTHOR, RECIPIENT = "cdc.soanthao", "tyt.tamchung"
STATIONS = {"unit_type": "CHS", "area": "384"}
NOTHING_REAL = "BẢN MINH HỌA, KHÔNG CÓ GIÁ TRỊ PHÁP LÝ\n\n"
RULES = (
	"1. Người cách ly ở phòng riêng, mở cửa sổ, không dùng chung đồ dùng cá nhân.\n"
	"2. Đo thân nhiệt hai lần mỗi ngày, khai báo với trạm y tế xã bằng điện thoại.\n"
	"3. Báo ngay trạm y tế khi sốt, ho, đau họng, mất vị giác hoặc khó thở."
)
# Each: type, subject, its English, summary, the summary's English, the text of its pages, days since it was issued.
HOME, HOME_REVISED, SAMPLES, CENTRAL = (
	(
		"Hướng dẫn",
		"Hướng dẫn cách ly y tế tại nhà (bản minh họa)",
		"Guidance on quarantine at home (illustration)",
		"Người cách ly ở phòng riêng, đo thân nhiệt hai lần mỗi ngày và báo trạm y tế khi có triệu chứng.",
		"Who is in quarantine keeps to a room of their own, takes their temperature twice a day and tells the health station of symptoms.",
		(RULES,),
		9,
	),
	(
		"Hướng dẫn",
		"Hướng dẫn cách ly y tế tại nhà, sửa đổi (bản minh họa)",
		"Guidance on quarantine at home, revised (illustration)",
		"Thay bản trước: trạm y tế gọi điện cho người cách ly mỗi ngày, tổ COVID cộng đồng giao nhu yếu phẩm tại cửa.",
		"In place of the one before: the health station calls every day, the community team leaves supplies at the door.",
		(RULES, "4. Trạm y tế gọi điện mỗi ngày.\n5. Tổ COVID cộng đồng giao nhu yếu phẩm tại cửa."),
		2,
	),
	(
		"Kế hoạch",
		"Kế hoạch lấy mẫu tầm soát tại các xã có nguy cơ (bản minh họa)",
		"Plan for samples in communes at risk (illustration)",
		"Lấy mẫu gộp theo hộ gia đình, ưu tiên người trên 65 tuổi và người bán hàng ở chợ.",
		"Pooled samples by household, people over 65 and market traders first.",
		("Lấy mẫu gộp theo hộ gia đình.\nƯu tiên người trên 65 tuổi, người bán hàng ở chợ.",),
		3,
	),
	(
		"Công văn",
		"Công văn về điều tiết ô-xy y tế (bản minh họa)",
		"Official letter on the supply of medical oxygen (illustration)",
		"Các cơ sở điều trị báo nhu cầu ô-xy y tế trước 16 giờ mỗi ngày.",
		"Places of treatment tell their need of medical oxygen before 16:00 each day.",
		("Các cơ sở điều trị báo nhu cầu ô-xy y tế trước 16 giờ mỗi ngày.",),
		5,
	),
)


def issue() -> int:
	"""How many; none on a site that has a directive, or not these accounts, or nothing published."""
	people = [f"{mailbox}@{DOMAIN}" for mailbox in (*(mailbox for mailbox, _decision in ACTS), RECIPIENT)]
	has_people = frappe.db.count("User", {"name": ("in", people)}) == len(people)
	if frappe.db.count("Directive") or not has_people or not newest_published():
		return 0
	sent = {"recipients": [STATIONS], "act_by": f"{add_days(today(), 3)} 17:00:00"}
	old = passed(HOME, {"recipients": [STATIONS]})
	act_on(old)
	relations = [{"kind": "Replaces", "directive": old}]
	names = [old, passed(HOME_REVISED, {**sent, "relations": relations}), passed(SAMPLES, sent, is_scan=True)]
	body = {"other_body": "Cơ quan trung ương (minh họa)", "other_body_en": "A central body (illustration)"}
	names.append(passed(CENTRAL, {**body, "number": 999, "symbol": "CV-MH"}))
	for name in names:
		reading.read(name)
	return len(names)


@contextmanager
def acting(mailbox: str) -> Iterator[None]:
	frappe.set_user(f"{mailbox}@{DOMAIN}")
	forget_grants()
	try:
		yield
	finally:
		frappe.set_user("Administrator")
		forget_grants()


def passed(texts: tuple, values: dict, is_scan: bool = False) -> str:
	"""Its name, once its route has approved it."""
	with acting(AUTHOR):
		name = drafted(texts, values, is_scan).name
	pass_through("Directive", name)
	return name


def drafted(texts: tuple, values: dict, is_scan: bool) -> Document:
	kind, subject, subject_en, summary, summary_en, pages, age = texts
	pages = [f"{NOTHING_REAL}{subject}\n\n{page}" for page in pages]
	content = paper.scanned(pages[0]) if is_scan else paper.printed(pages)
	file = frappe.get_doc(doctype="File", file_name="van-ban.pdf", content=content, is_private=1).insert()
	return frappe.get_doc(
		doctype="Directive",
		directive_type=kind,
		subject=subject,
		subject_en=subject_en,
		summary=summary,
		summary_en=summary_en,
		issued_on=add_days(today(), -age),
		effective_from=add_days(today(), -age),
		files=[{"file": file.file_url, "title": "Toàn văn"}],
		**values,
	).insert()


def act_on(directive: str) -> None:
	"""One station has done what the first one asks; the others still have it before them."""
	unit = frappe.db.get_value("Duty Assignment", {"user": f"{RECIPIENT}@{DOMAIN}"}, "unit")
	name = frappe.db.get_value(dispatch.DOCTYPE, {"directive": directive, "unit": unit})
	if name:
		with acting(RECIPIENT):
			dispatch.finish(name, "Đã phổ biến tới các hộ đang cách ly tại nhà.")
