"""Directives from a folder of files and a table that says what each is: all of them as drafts, or none and what is wrong by row.

The table (XLSX or CSV) has a heading for each column: names of COLUMNS or their labels in English or Vietnamese. A row is one
directive; `file` is the name of its file, or several with semicolons between.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from pathlib import Path

import frappe
import pandas as pd
from frappe import _
from frappe.model.document import Document

from covid_portal.directives import extraction, files
from covid_portal.directives.errors import DirectiveRefused, NotYours
from covid_portal.directives.extraction import Examined

COLUMNS = (
	"file",
	"directive_type",
	"number",
	"symbol",
	"subject",
	"subject_en",
	"summary",
	"summary_en",
	"issued_on",
	"effective_from",
	"effective_to",
	"signer",
	"signer_title",
	"other_body",
)
DATES = ("issued_on", "effective_from", "effective_to")
NEEDED = ("file", "directive_type", "subject")
MOST_ROWS, MOST_ARCHIVE = 2_000, 500_000_000
MOST_IN_REQUEST = 100  # rows; a request has two minutes
AT_ONCE = 2  # files looked into side by side
TABLES = (".xlsx", ".csv")
Contents = Mapping[str, Callable[[], bytes]]


class ImportRefused(DirectiveRefused):
	"""Nothing was stored; the message has a line for each thing that is wrong."""


def load_folder(folder: Path, unit: str) -> list[str]:
	"""Names of the drafts. The folder holds one table; its other files are those the table names."""
	paths = (path for path in sorted(folder.iterdir()) if path.is_file() and not is_remains(path.name))
	return load({path.name: path.read_bytes for path in paths}, unit)


@frappe.whitelist(methods=["POST"])
def load_archive(file: str, unit: str) -> list[str]:
	"""As load_folder, of an uploaded ZIP file (its address) of up to MOST_IN_REQUEST rows. Who writes directives of the unit may."""
	frappe.has_permission("Directive", "create", throw=True)
	record = files.readable_record(file)
	if record is None:
		frappe.throw(_("There is no such file, or it is not yours."), NotYours)
	try:
		with zipfile.ZipFile(record.get_full_path()) as archive:
			return load(unpacked(archive), unit, MOST_IN_REQUEST)
	except zipfile.BadZipFile:
		frappe.throw(_("This is no ZIP file."), ImportRefused)
	except ImportRefused as error:
		lines = map(frappe.utils.escape_html, str(error).split("\n"))
		frappe.throw("<br>".join(lines), ImportRefused)


def is_remains(name: str) -> bool:
	"""What file managers and office programs leave beside the files that people put there."""
	return name.startswith((".", "~$")) or name in ("Thumbs.db", "desktop.ini")


def unpacked(archive: zipfile.ZipFile) -> Contents:
	"""By name alone, whatever folder of the archive a file lies in."""
	rows = [row for row in archive.infolist() if not (row.is_dir() or is_remains(Path(row.filename).name))]
	rows = [row for row in rows if not row.filename.startswith("__MACOSX/")]
	if sum(row.file_size for row in rows) > MOST_ARCHIVE or any(row.flag_bits & 1 for row in rows):
		raise ImportRefused(_("The ZIP file is too large, or has a password."))
	found: dict[str, Callable[[], bytes]] = {}
	for row in rows:
		name = Path(row.filename).name
		if name in found or row.file_size > extraction.MOST_BYTES:
			raise ImportRefused(
				_("The file {0} is in the ZIP file twice, or is larger than 50 MB.").format(name)
			)
		found[name] = partial(archive.read, row)
	return found


def load(contents: Contents, unit: str, most: int = MOST_ROWS) -> list[str]:
	rows = read_table(contents, most)
	examined = examine_all(rows, contents)
	problems = [*problems_of_files(rows, contents, examined), *problems_of_rows(rows, unit)]
	if problems:
		raise ImportRefused("\n".join(problems))
	return [stored(row, contents, unit, examined).name for row in rows]


def examine_all(rows: list[dict], contents: Contents) -> dict[str, Examined]:
	"""By name, of the files that rows name and that are there."""
	names = list(dict.fromkeys(name for row in rows for name in names_of(row) if name in contents))
	with ThreadPoolExecutor(AT_ONCE) as threads:
		found = threads.map(lambda name: extraction.examine(contents[name]()), names)
		return dict(zip(names, found, strict=True))


# --- the table


def read_table(contents: Contents, most: int) -> list[dict]:
	"""[{"row": its line in the table, column: text, date or None}]"""
	tables = [name for name in contents if name.lower().endswith(TABLES)]
	if len(tables) != 1:
		raise ImportRefused(
			_("There must be one table (XLSX or CSV) beside the files; here are {0}.").format(len(tables))
		)
	frame = frame_of(tables[0], contents[tables[0]]())
	frame.columns = [column_of(str(head)) for head in frame.columns]
	missing = [column for column in NEEDED if column not in frame.columns]
	if missing:
		raise ImportRefused(_("{0} lacks the columns {1}.").format(tables[0], ", ".join(missing)))
	if len(frame) > most or frame.empty:
		raise ImportRefused(
			_("{0} must have between 1 and {1} rows; larger ones the operator loads by command.").format(
				tables[0], most
			)
		)
	rows = frame[[column for column in COLUMNS if column in frame.columns]].to_dict("records")
	return [
		{"row": line, **{key: cell(value) for key, value in row.items()}} for line, row in enumerate(rows, 2)
	]


def frame_of(name: str, content: bytes) -> pd.DataFrame:
	try:
		if name.lower().endswith(".csv"):
			return pd.read_csv(io.BytesIO(content), dtype=str, encoding="utf-8-sig", keep_default_na=False)
		return pd.read_excel(io.BytesIO(content), dtype=object, engine="calamine")
	except Exception as error:  # a broken workbook makes the reader fail in any way there is
		raise ImportRefused(_("{0} cannot be read as a table.").format(name)) from error


def column_of(head: str) -> str:
	labels = {"file": ("file", _("File"))}
	meta = frappe.get_meta("Directive")
	for column in COLUMNS[1:]:
		label = meta.get_label(column)
		labels[column] = (column, label, _(label))
	wanted = head.strip().casefold()
	return next(
		(column for column, names in labels.items() if wanted in {name.casefold() for name in names}), wanted
	)


def cell(value: object) -> str | date | None:
	if isinstance(value, datetime):
		return value.date()
	if isinstance(value, date):
		return value
	if value is None or value != value:
		return None
	text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value).strip()
	return text or None


# --- what is wrong


def said(row: dict, what: str) -> str:
	return _("Row {0} ({1}): {2}.").format(row["row"], row.get("file") or "–", what.rstrip("."))


def names_of(row: dict) -> list[str]:
	return [name.strip() for name in str(row.get("file") or "").split(";") if name.strip()]


def problems_of_files(rows: list[dict], contents: Contents, examined: Mapping[str, Examined]) -> list[str]:
	"""Of each row's files, and of files that no row names."""
	problems, named = [], set()
	for row in rows:
		for name in names_of(row):
			if name not in contents:
				problems.append(said(row, _("there is no file {0}").format(name)))
			elif name in named:
				problems.append(said(row, _("the file {0} is named by another row as well").format(name)))
			elif problem := examined[name].problem:
				problems.append(said(row, f"{name}: {files.sentences()[problem]}"))
			named.add(name)
	left = [name for name in contents if name not in named and not name.lower().endswith(TABLES)]
	return problems + [_("No row names the file {0}.").format(name) for name in left]


def problems_of_rows(rows: list[dict], unit: str) -> list[str]:
	"""Each is tried out as a draft, and undone; so two rows with one number are found too."""
	problems = []
	frappe.db.savepoint("directives_tried")
	for row in rows:
		frappe.db.savepoint("directive_tried")
		try:
			draft(row, unit).insert()
		except Exception as error:
			frappe.db.rollback(save_point="directive_tried")
			if not isinstance(error, frappe.ValidationError | frappe.PermissionError):
				raise
			problems.append(said(row, " ".join(str(error).split())))
			frappe.clear_messages()
	frappe.db.rollback(save_point="directives_tried")
	return problems


def draft(row: dict, unit: str) -> Document:
	values = {column: row[column] for column in COLUMNS[1:] if row.get(column)}
	for column in DATES:
		if isinstance(values.get(column), str):
			values[column] = day(values[column])
	if not str(values.get("number", "0")).isdigit():
		frappe.throw(_("{0} is no number").format(values["number"]), DirectiveRefused)
	values["number"] = int(values.get("number", 0))
	if not names_of(row):
		frappe.throw(_("it names no file"), DirectiveRefused)
	return frappe.get_doc(doctype="Directive", unit=unit, **values)


def day(text: str) -> date:
	for form in ("%Y-%m-%d", "%d/%m/%Y"):
		try:
			return datetime.strptime(text, form).date()
		except ValueError:
			continue
	frappe.throw(_("{0} is no day: write 2021-11-20 or 20/11/2021").format(text), DirectiveRefused)


# --- storing


def stored(row: dict, contents: Contents, unit: str, examined: Mapping[str, Examined]) -> Document:
	doc = draft(row, unit)
	doc.flags.examined = {}
	for name in names_of(row):
		content = contents[name]()
		record = frappe.get_doc(doctype="File", file_name=name, content=content, is_private=1)
		doc.append("files", {"file": record.insert().file_url, "title": Path(name).stem})
		doc.flags.examined[files.digest(content)] = examined[name]
	return doc.insert()
