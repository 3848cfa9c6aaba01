"""Writes many thousands of rows: LOAD DATA LOCAL INFILE through a connection of its own, the usual writer where the
database does not take files.

Of its own, because the framework's connection does not offer files to the server, and should not. What it writes is
committed by itself; whoever calls it has committed before and cleans up after an interruption (history.py).
"""

import tempfile
from pathlib import Path

import frappe
import pandas as pd
import pymysql

from covid_portal.organisation.writers import complete, insert_rows

Rows = dict[str, pd.DataFrame]  # by DocType; columns are those of the table, without the standard ones


class QuickWriter:
	def __init__(self) -> None:
		self.connection = connect()

	def write(self, rows: Rows) -> None:
		"""Insert the rows of all tables: together or not at all."""
		rows = {doctype: table for doctype, table in rows.items() if len(table)}
		if self.connection:
			self.load_files(rows)
			return
		for doctype, table in rows.items():
			insert_rows(doctype, list(table), table.astype(object).where(table.notna(), None).values.tolist())

	def load_files(self, rows: Rows) -> None:
		try:
			for doctype, table in rows.items():
				self.load_file(doctype, table)
			self.connection.commit()
		except BaseException:
			self.connection.rollback()
			raise

	def load_file(self, doctype: str, table: pd.DataFrame) -> None:
		columns, stamp = complete(list(table))
		missing = columns[len(table.columns) :]
		names = ", ".join(f"@`{name}`" if is_text(table[name]) else f"`{name}`" for name in table)
		values = [f"`{name}` = nullif(@`{name}`, '')" for name in table if is_text(table[name])]
		values += [f"`{name}` = %s" for name in missing]
		with tempfile.TemporaryDirectory() as folder:
			file = Path(folder) / "rows"
			to_file(table, file)
			with self.connection.cursor() as cursor:
				cursor.execute(
					f"load data local infile %s into table `tab{doctype}` character set utf8mb4 "
					f"fields terminated by '\\t' escaped by '\\\\' lines terminated by '\\n' "
					f"({names}) set {', '.join(values)}",
					(str(file), *stamp),
				)
				if cursor.rowcount != len(table):
					raise pymysql.err.IntegrityError(
						1062, f"{doctype}: {cursor.rowcount} of {len(table)} rows stored"
					)

	def close(self) -> None:
		if self.connection:
			self.connection.close()
		self.connection = None


def is_text(column: pd.Series) -> bool:
	return column.dtype.kind not in "iub"


def to_file(table: pd.DataFrame, file: Path) -> None:
	"""Tabs between values, backslash before what is special: as LOAD DATA reads it."""
	table.to_csv(
		file,
		sep="\t",
		header=False,
		index=False,
		quoting=3,
		escapechar="\\",
		lineterminator="\n",
		encoding="utf-8",
	)


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
