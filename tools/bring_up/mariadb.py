"""The bench's own MariaDB: data, socket, port and password apart from any other on the machine."""

import getpass
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from bring_up.daemons import Daemons
from bring_up.environment import command_environment
from bring_up.errors import BringUpError
from bring_up.ports import demand_free, wait_until
from bring_up.settings import Settings
from bring_up.stamps import hash_of, write_file
from bring_up.steps import Step, Steps

NAME = "mariadb"
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107
SECONDS_TO_START = 60
SECONDS_TO_STOP = 90
EVERY_COMMIT, EVERY_SECOND = 1, 2  # when the log is written down for good

CONFIG = """\
[mysqld]
datadir = {data}
tmpdir = {temporary}
socket = {socket}
pid-file = {run}/mariadb.pid
port = {port}
bind-address = 127.0.0.1
skip-name-resolve
init-file = {init}
character-set-server = utf8mb4
collation-server = utf8mb4_unicode_ci
character-set-client-handshake = FALSE
innodb_buffer_pool_size = 512M
innodb_flush_log_at_trx_commit = {when}
max_allowed_packet = 64M
local_infile = ON

[client]
socket = {socket}
user = root
password = {password}
default-character-set = utf8mb4
"""

# Run at every start, so a start that was interrupted cannot leave root without its password.
INIT = """\
ALTER USER root@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('{password}');
CREATE USER IF NOT EXISTS root@'127.0.0.1';
ALTER USER root@'127.0.0.1' IDENTIFIED VIA mysql_native_password USING PASSWORD('{password}');
GRANT ALL PRIVILEGES ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;
DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost', '127.0.0.1'));
FLUSH PRIVILEGES;
"""


class MariaDB:
	"""The server of one bench, and what root has to do on it."""

	def __init__(self, settings: Settings, daemons: Daemons) -> None:
		self.settings = settings
		self.daemons = daemons
		self.data = settings.run / "mariadb"
		# Of its own: at its start a server deletes the temporary tables it finds there, another server's included.
		self.temporary = settings.run / "mariadb-tmp"
		self.config = settings.run / "mariadb.cnf"
		self.port = settings.ports["MARIADB_PORT"]

	def start(self, steps: Steps) -> None:
		"""Starts it, making the data folder the first time; does nothing when it runs."""
		self._write_config(steps)
		key = hash_of(self.config.read_text())
		noted = self.daemons.running(NAME)
		if noted and noted.key == key and self.answers():
			self._flush_log(EVERY_COMMIT)
			return
		with steps.step("MariaDB" if self.data.is_dir() else "MariaDB, new data folder") as step:
			if noted:
				self.daemons.stop(NAME, SECONDS_TO_STOP)
			demand_free("MARIADB_PORT", self.port, "run")
			if not self.data.is_dir():
				self._make_data(step)
			command = ["mariadbd", f"--defaults-file={self.config}", f"--user={getpass.getuser()}"]
			environment = command_environment(self.settings)
			self.daemons.start(NAME, command, cwd=self.settings.run, env=environment, key=key, port=self.port)
			alive = wait_until(lambda: self.answers() or not self.daemons.running(NAME), SECONDS_TO_START)
			if not alive or not self.daemons.running(NAME):
				raise self.daemons.failure(NAME)

	def hurry(self) -> None:
		"""Until the next start(): a commit may be lost if the machine fails, as the sites of tests may."""
		self._flush_log(EVERY_SECOND)

	def stop(self) -> bool:
		"""Ends it cleanly; True when it was running."""
		return self.daemons.stop(NAME, SECONDS_TO_STOP)

	def answers(self) -> bool:
		"""Whether root can talk to it."""
		return self._client("--execute=SELECT 1", check=False).returncode == 0

	def root_password(self) -> str:
		"""Generated once."""
		file = self.settings.run / "mariadb-root-password"
		if not file.exists():
			write_file(file, secrets.token_urlsafe(24), mode=0o600)
		return file.read_text()

	def query(self, sql: str) -> list[str]:
		"""The first column of the answer."""
		return self._client("--skip-column-names", f"--execute={sql}").stdout.split()

	def has_site_database(self, name: str) -> bool:
		"""Whether there is a database of that name with Frappe's tables in it."""
		tables = f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{name}'"
		return bool(self.query(f"{tables} AND table_name = 'tabDefaultValue'"))

	def drop(self, name: str) -> None:
		"""Removes a site's database and user, if they are there."""
		self.query(
			f"DROP DATABASE IF EXISTS `{name}`; DROP USER IF EXISTS `{name}`@`%`, `{name}`@`localhost`"
		)

	def create(self, name: str, password: str) -> None:
		"""An empty database with a user of the same name, as bench new-site makes them."""
		self.query(
			f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
			f"CREATE USER `{name}`@`%` IDENTIFIED BY '{password}';"
			f"GRANT ALL PRIVILEGES ON `{name}`.* TO `{name}`@`%`; FLUSH PRIVILEGES"
		)

	def dump(self, name: str, file: Path, step: Step) -> None:
		"""Writes the whole database to a file, which is there whole or not at all."""
		file.parent.mkdir(parents=True, exist_ok=True)
		beside = file.with_suffix(".new")
		options = ["--single-transaction", "--quick", "--routines", "--no-autocommit", "--skip-comments"]
		command = ["mariadb-dump", f"--defaults-file={self.config}", *options, name]
		step.run(command, env=command_environment(self.settings), stdout=beside)
		beside.replace(file)

	def load(self, name: str, file: Path, step: Step) -> None:
		"""Fills an empty database from such a file."""
		command = ["mariadb", f"--defaults-file={self.config}", name]
		step.run(command, env=command_environment(self.settings), stdin=file)

	def _flush_log(self, when: int) -> None:
		self.query(f"SET GLOBAL innodb_flush_log_at_trx_commit = {when}")

	def _client(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
		command = ["mariadb", f"--defaults-file={self.config}", "--batch", *arguments]
		return subprocess.run(command, capture_output=True, text=True, check=check)

	def _make_data(self, step: Step) -> None:
		new = self.data.with_name("mariadb.new")
		shutil.rmtree(new, ignore_errors=True)
		options = ["--no-defaults", f"--user={getpass.getuser()}", f"--datadir={new}", "--skip-test-db"]
		options.append(f"--tmpdir={self.temporary}")
		command = ["mariadb-install-db", *options, "--auth-root-authentication-method=normal", "--force"]
		step.run(command, env=command_environment(self.settings))
		new.rename(self.data)

	def _write_config(self, steps: Steps) -> None:
		run, password = self.settings.run, self.root_password()
		init = run / "mariadb-init.sql"
		write_file(init, INIT.format(password=password), mode=0o600)
		socket = self._socket(steps)
		self.temporary.mkdir(exist_ok=True)
		values = {"data": self.data, "temporary": self.temporary, "socket": socket, "run": run, "init": init}
		write_file(
			self.config,
			CONFIG.format(port=self.port, when=EVERY_COMMIT, password=password, **values),
			mode=0o600,
		)

	def _socket(self, steps: Steps) -> Path:
		"""In .run, unless that lies so deep that the kernel would refuse the path."""
		usual = self.settings.run / "mariadb.sock"
		if len(str(usual)) <= LONGEST_SOCKET_PATH:
			return usual
		folder = self.outside_folder()
		folder.mkdir(mode=0o700, exist_ok=True)
		if folder.stat().st_uid != os.getuid():
			raise BringUpError(
				f"{folder} belongs to another user.", "Set XDG_RUNTIME_DIR to a folder of your own."
			)
		steps.note(f"MariaDB's socket lies in {folder}: this folder's own path is too long for one")
		return folder / "mariadb.sock"

	def outside_folder(self) -> Path:
		"""The one folder outside the repository, made only where the repository's path is too long."""
		name = hashlib.sha256(str(self.settings.root).encode()).hexdigest()[:12]
		base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
		return Path(base, f"covid-portal-{os.getuid()}-{name}")
