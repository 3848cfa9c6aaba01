"""A bulletin in print: A4 as official documents are laid out (Nghị định 30/2020/NĐ-CP, phụ lục I), made of what is signed
and of nothing else, so that the same bulletin gives the same bytes.

The published JSON with its signature is attached to the PDF, unpacked, so that a browser finds it without a library. Who
changes a page leaves the attachment as it was: what counts is the SHA-256 of the whole file, which the portal publishes.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import frappe
from fpdf.fonts import FontFace
from frappe.model.document import Document

from covid_portal.bulletins.canonical import canonical, sha256
from covid_portal.paper import LARGE, LEFT, LINE, MM_PER_POINT, NORMAL, QR_SIZE, SMALL, TOP, Paper
from covid_portal.publishing import rendering

LETTERHEAD = (70, 95)  # millimetres: its two columns
# What does not stand at the foot of a page: the first rows of a table; recipients, signature and QR code.
LEAST_OF_TABLE, ENDING = 45, 75
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
DASH = "–"


def render(published: dict) -> bytes:
	"""The PDF of a bulletin as issuing.published() gives it."""
	said = published["bulletin"]
	page = Print(said)
	page.letterhead()
	page.heading()
	page.body()
	page.figures_table()
	page.districts_table()
	page.ending()
	page.verification(published)
	page.embed_file(
		bytes=canonical(published),
		basename=f"ban-tin-{said['number']}.json",
		desc="Bulletin, SHA-256, Ed25519 signature",
		compress=False,
		creation_date=page.at,
		modification_date=page.at,
	)
	return bytes(page.output())


class Print(Paper):
	"""`said`: the signed content."""

	def __init__(self, said: dict) -> None:
		self.said = said
		super().__init__(said["title"], said["issuer"]["name"], datetime.fromisoformat(said["issued_at"]))

	def header(self) -> None:
		"""From the second page on its number stands in the middle above, as the decree has it."""
		if self.page_no() > 1:
			self.write_font("", NORMAL)
			self.set_y(TOP / 2)
			self.cell(0, text=str(self.page_no()), align="C")
			self.set_y(TOP)

	# --- its parts

	def letterhead(self) -> None:
		said, top = self.said, self.get_y()
		self.column(
			LEFT,
			LETTERHEAD[0],
			[(said["issuer"]["superior"].upper(), "", NORMAL), (said["issuer"]["name"].upper(), "B", NORMAL)],
		)
		self.rule(LEFT, LETTERHEAD[0], LETTERHEAD[0] / 3)
		self.column(LEFT, LETTERHEAD[0], [(f"Số: {said['symbol']}", "", NORMAL)])
		left_end = self.get_y()
		self.set_y(top)
		start = LEFT + LETTERHEAD[0]
		self.column(start, LETTERHEAD[1], [(NATION, "B", NORMAL), (MOTTO, "B", NORMAL)])
		self.rule(start, LETTERHEAD[1], self.get_string_width(MOTTO))
		self.column(start, LETTERHEAD[1], [(place_and_date(said["place"], self.at), "I", NORMAL)])
		self.set_xy(LEFT, max(left_end, self.get_y()) + 6)

	def column(self, x: float, width: float, texts: Iterable[tuple[str, str, int]]) -> None:
		for text, style, size in texts:
			if text:
				self.set_x(x)
				self.lines(text, style, size, "C", width)

	def rule(self, x: float, width: float, length: float) -> None:
		start, y = x + (width - length) / 2, self.get_y() + 0.8
		self.line(start, y, start + length, y)
		self.set_y(y + 2)

	def heading(self) -> None:
		self.lines("BẢN TIN", "B", LARGE, "C")
		self.lines(self.said["title"], "B", LARGE, "C")
		if self.said["version"] > 1:
			self.lines(f"(Phiên bản {self.said['version']})", "I", NORMAL, "C")
		self.ln(3)

	def body(self) -> None:
		for line in self.said["text"].split("\n"):
			self.lines(line)
		if self.said["reason"]:
			self.lines(f"Lý do có phiên bản mới: {self.said['reason']}", "I")
		self.ln(3)

	def figures_table(self) -> None:
		rows = [
			(row["label"], row["unit"], number(row["value"]), change(row["change"]), number(row["total"]))
			for row in self.said["figures"]["figures"]
		]
		heads = ("Chỉ tiêu", "Đơn vị", "Trong kỳ / hiện có", "Thay đổi", "Cộng dồn")
		self.table_of("Số liệu toàn tỉnh", heads, rows, (44, 11, 17, 13, 15), "LLRRR")

	def districts_table(self) -> None:
		content = self.said["figures"]
		told = content["districts"][0]["figures"] if content["districts"] else ()
		fields = [row["field"] for row in content["figures"] if row["field"] in told]
		if not fields:
			return
		labels = {row["field"]: row["label"] for row in content["figures"]}
		rows = [
			(area["name"], *(number(area["figures"][field]) for field in fields))
			for area in content["districts"]
		]
		widths = (40, *[60 / len(fields)] * len(fields))
		heads = ("Địa phương", *(labels[field] for field in fields))
		self.table_of("Số liệu theo địa phương", heads, rows, widths, "L" + "R" * len(fields))

	def table_of(self, title: str, heads: tuple, rows: list[tuple], widths: tuple, aligns: str) -> None:
		self.keep_together(LEAST_OF_TABLE)
		self.lines(title, "B", NORMAL, "L")
		self.ln(1)
		self.write_font("", SMALL)
		with self.table(
			col_widths=widths,
			text_align=tuple({"L": "LEFT", "R": "RIGHT"}[align] for align in aligns),
			headings_style=FontFace(emphasis="BOLD"),
			borders_layout="ALL",
			line_height=SMALL * MM_PER_POINT * LINE,
			padding=0.6,
			align="L",
		) as table:
			for cells in (heads, *rows):
				table.row(cells)
		self.ln(4)

	def ending(self) -> None:
		"""Recipients on the left, who signs on the right; not torn apart."""
		self.keep_together(ENDING)
		top = self.get_y()
		self.set_x(LEFT)
		self.lines("Nơi nhận:", "BI", NORMAL, "L", LETTERHEAD[0])
		for line in self.said["recipients"]:
			self.lines(f"- {line}", "", SMALL, "L", LETTERHEAD[0])
		left_end = self.get_y()
		self.set_y(top)
		signer = self.said["signer"]
		self.column(LEFT + LETTERHEAD[0], LETTERHEAD[1], [(signer["title"].upper(), "B", NORMAL)])
		self.column(LEFT + LETTERHEAD[0], LETTERHEAD[1], [("(Đã ký số)", "I", NORMAL)])
		self.ln(6)
		self.column(LEFT + LETTERHEAD[0], LETTERHEAD[1], [(signer["name"], "B", NORMAL)])
		self.set_xy(LEFT, max(left_end, self.get_y()) + 6)

	def verification(self, published: dict) -> None:
		said, top = self.said, self.get_y()
		self.qr_code(said["verify_at"], LEFT, top)
		self.set_left_margin(LEFT + QR_SIZE + 4)
		self.set_y(top)
		self.lines("Văn bản được ký số (Ed25519). Kiểm tra thật giả:", "B", SMALL, "L")
		self.write_font("", SMALL)
		self.multi_cell(
			0,
			SMALL * MM_PER_POINT * LINE,
			said["verify_at"],
			align="L",
			link=said["verify_at"],
			new_x="LEFT",
			new_y="NEXT",
		)
		self.lines(f"Mã kiểm tra: {said['code']}", "B", SMALL, "L")
		self.lines(f"SHA-256: {published['hash'][:32]}\n{published['hash'][32:]}", "", SMALL, "L")
		self.lines(f"Khóa: {said['key_id']} · Ký lúc {self.at:%H:%M:%S %d/%m/%Y}", "", SMALL, "L")
		self.set_left_margin(LEFT)


def place_and_date(place: str, at: datetime) -> str:
	"""Days below 10 and January and February with a nought before them, as the decree asks."""
	month = f"{at.month:02d}" if at.month < 3 else str(at.month)
	return f"{place}, ngày {at.day:02d} tháng {month} năm {at.year}"


def number(value: int | None) -> str:
	return rendering.number(value, lang="vi") if value is not None else DASH


def change(value: int | None) -> str:
	return f"+{number(value)}" if value and value > 0 else number(value)


# --- kept


def keep(bulletin: Document, content: bytes) -> None:
	"""As a private file beside the bulletin: what was issued is published from it, whatever a later version of the program
	would draw."""
	frappe.get_doc(
		doctype="File",
		file_name=f"{bulletin.name}.pdf",
		attached_to_doctype=bulletin.doctype,
		attached_to_name=bulletin.name,
		is_private=1,
		content=content,
	).insert(ignore_permissions=True)


class PrintLost(frappe.ValidationError):
	"""The issued PDF is gone, and what would be drawn now are not the same bytes."""


def kept(bulletin: dict, published: dict) -> bytes:
	"""The issued PDF. `bulletin`: name, pdf_sha256."""
	rows = frappe.get_all(
		"File",
		{
			"attached_to_doctype": "Bulletin",
			"attached_to_name": bulletin["name"],
			"file_name": ("like", "%.pdf"),
		},
		pluck="name",
	)
	for name in rows:
		file = Path(frappe.get_doc("File", name).get_full_path())
		content = file.read_bytes() if file.is_file() else b""
		if sha256(content) == bulletin["pdf_sha256"]:
			return content
	content = render(published)
	if sha256(content) != bulletin["pdf_sha256"]:
		frappe.throw(
			frappe._("The issued PDF of {0} is missing: restore the site's private files.").format(
				bulletin["name"]
			),
			PrintLost,
		)
	return content
