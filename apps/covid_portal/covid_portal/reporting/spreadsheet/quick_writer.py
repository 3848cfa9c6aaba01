"""Writes many thousands of rows: LOAD DATA LOCAL INFILE through a connection of its own, the usual writer where the
database does not take files.

Of its own, because the framework's connection does not offer files to the server, and should not. What it writes is
committed by itself; whoever calls it has committed before and cleans up after an interruption (history.py).
"""

import re
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import frappe
import pymysql

from covid_portal.organisation.writers import complete, insert_rows

# By column, without the standard ones; all lists of one length. A blank text is stored as NULL.
Value = str | int | datetime | None
Columns = dict[str, list[Value]]
Rows = dict[str, Columns]  # by DocType
NULL = "\\N"
# A backslash before what is special: as LOAD DATA reads it.
SPECIAL = str.maketrans({character: "\\" + character for character in "\\\t\n"})
IS_SPECIAL = re.compile(r"[\\\t\n]")


class QuickWriter:
	def __init__(self) -> None:
		self.connection = connect()

	def write(self, rows: Rows) -> None:
		"""Insert the rows of all tables: together or not at all."""
		rows = {doctype: columns for doctype, columns in rows.items() if length(columns)}
		if self.connection:
			self.load_files(rows)
			return
		for doctype, columns in rows.items():
			values = ([None if value == "" else value for value in column] for column in columns.values())
			insert_rows(doctype, list(columns), zip(*values, strict=True))

	def load_files(self, rows: Rows) -> None:
		try:
			for doctype, columns in rows.items():
				self.load_file(doctype, columns)
			self.connection.commit()
		except BaseException:
			self.connection.rollback()
			raise

	def load_file(self, doctype: str, columns: Columns) -> None:
		names, stamp = complete(list(columns))
		given = ", ".join(f"`{name}`" for name in columns)
		stamped = ", ".join(f"`{name}` = %s" for name in names[len(columns) :])
		with tempfile.TemporaryDirectory() as folder:
			file = Path(folder) / "rows"
			to_file(columns, file)
			with self.connection.cursor() as cursor:
				cursor.execute(
					f"load data local infile %s into table `tab{doctype}` character set utf8mb4 "
					f"fields terminated by '\\t' escaped by '\\\\' lines terminated by '\\n' "
					f"({given}){f' set {stamped}' if stamped else ''}",
					(str(file), *stamp),
				)
				if cursor.rowcount != length(columns):
					raise pymysql.err.IntegrityError(
						1062, f"{doctype}: {cursor.rowcount} of {length(columns)} rows stored"
					)

	def close(self) -> None:
		if self.connection:
			self.connection.close()
		self.connection = None


def length(columns: Columns) -> int:
	return len(next(iter(columns.values()), ()))


def to_file(columns: Columns, file: Path) -> None:
	texts = [texts_of(column) for column in columns.values()]
	with open(file, "w", encoding="utf-8", newline="\n") as lines:
		lines.writelines("\t".join(row) + "\n" for row in zip(*texts, strict=True))


def texts_of(column: list[Value]) -> list[str]:
	"""Each value as LOAD DATA reads it. Most columns of texts hold nothing special, which one look at all of them tells;
	what stands in a column many times is written out once."""
	with suppress(TypeError):  # not a column of texts alone
		if not IS_SPECIAL.search("".join(column)) and "" not in column:
			return column
	known = {value: text_of(value) for value in set(column)}
	return [known[value] for value in column]


def text_of(value: Value) -> str:
	if isinstance(value, str):
		return value.translate(SPECIAL) or NULL
	return NULL if value is None else str(value)


def connect() -> pymysql.Connection | None:
	"""The site's database again, allowed to ask for the files we name; None where that is not possible."""
	conf = frappe.conf
	where = (
		{"unix_socket": conf.db_socket}
		if conf.db_socket
		else {"host": conf.db_host or "127.0.0.1", "port": int(conf.db_port or 3306)}
	)
	try:
		connection = pymysql.connect(
			user=conf.db_user or conf.db_name,
			password=conf.db_password,
			database=conf.db_name,
			charset="utf8mb4",
			local_infile=True,
			**where,
		)
	except pymysql.err.MySQLError:
		return None
	if takes_files(connection):
		return connection
	connection.close()
	return None


def takes_files(connection: pymysql.Connection) -> bool:
	with connection.cursor() as cursor:
		cursor.execute("select @@global.local_infile")
		return bool(cursor.fetchone()[0])
