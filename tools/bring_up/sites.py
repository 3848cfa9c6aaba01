"""One site of the bench: made, emptied, filled. What was done is noted in the site's own folder."""

import json
import secrets
import shutil
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bring_up import app_state
from bring_up.accounts import administrator_password, read_accounts
from bring_up.environment import to_json
from bring_up.frappe_commands import frappe, inside
from bring_up.mariadb import MariaDB
from bring_up.redis import Redis
from bring_up.settings import APP, Settings
from bring_up.stamps import Stamps, hash_of, write_file
from bring_up.steps import Step, Steps

FOLDERS = ("public/files", "private/files", "private/backups", "locks", "logs")
TEMPLATE_FORM = "dump and config"  # templates of another form are left aside


def config_beside(dump: Path) -> Path:
	return dump.with_suffix(".json")


class Site:
	"""A site by its name. Its database has the same name, with underscores."""

	def __init__(self, name: str, settings: Settings, mariadb: MariaDB, redis: Redis, steps: Steps) -> None:
		self.name = name
		self.settings = settings
		self.mariadb = mariadb
		self.redis = redis
		self.steps = steps
		self.folder = settings.sites / name
		self.database = name.replace(".", "_").replace("-", "_")
		self.accounts = settings.accounts(name)
		self.stages = Stamps(self.folder / ".bring-up")
		self._marker = settings.run / "half-made" / name

	def make(self) -> None:
		"""Makes the site with Frappe alone, its wizard completed, unless it is there whole."""
		self._remove_remains()
		if not self.folder.exists():
			with self.steps.step(f"new site {self.name}") as step, self._half_made():
				self._create(step)

	def install_portal(self) -> None:
		"""Installs the portal, or brings the site up to the portal's present state."""
		shape, code = app_state.shape_key(self.settings), app_state.code_key(self.settings)
		if not self.stages.read("shape"):
			with self.steps.step(f"portal installed on {self.name}") as step, self._half_made():
				frappe(self.settings, step, "install-app", APP, site=self.name)
		elif not self.stages.is_current("shape", shape):
			with self.steps.step(f"migration of {self.name}") as step:
				frappe(self.settings, step, "migrate", "--skip-search-index", site=self.name)
		elif not self.stages.is_current("code", code):
			with self.steps.step(f"caches of {self.name} emptied") as step:
				frappe(self.settings, step, "clear-cache", site=self.name)
				frappe(self.settings, step, "clear-website-cache", site=self.name)
				frappe(self.settings, step, "snapshot-rebuild", "--if-outdated", site=self.name)
		self.stages.set("shape", shape)
		self.stages.set("code", code)

	def load_pack(self) -> None:
		"""Areas, units, holidays of the province."""
		key = hash_of(app_state.pack_key(self.settings), app_state.shape_key(self.settings))
		if not self.stages.is_current("pack", key):
			with self.steps.step(f"province pack on {self.name}") as step:
				frappe(self.settings, step, "load-province-pack", self.settings.pack, site=self.name)
			self.stages.set("pack", key)

	def load_demo(self) -> None:
		"""The demo fortnight and the demo accounts. Asked for once a day: the command knows what is there."""
		today = time.strftime("%Y-%m-%d")
		if not self.stages.is_current("demo", today):
			is_new = not self.stages.read("demo")
			with (
				self.steps.step(f"demo fortnight on {self.name}") as step,
				self._half_made() if is_new else nullcontext(),
			):
				frappe(self.settings, step, "load-demo", site=self.name)
			self.stages.set("demo", today)
		self._make_accounts()

	def reset(self) -> None:
		"""Throws the site away and makes it anew with the portal and the province pack, from a dump if there is one."""
		dump = self._template("pack", app_state.code_key(self.settings), app_state.pack_key(self.settings))
		self.redis.forget()  # what was cached of the site thrown away must not be taken for the new one's
		if dump.exists():
			with self.steps.step(f"{self.name} as new") as step, self._half_made():
				self.remove()
				self._restore(dump, step)
			return
		self.remove()
		self.make()
		self.install_portal()
		self.load_pack()
		with self.steps.step("dump of the province pack, for the next time", announce=False) as step:
			self._keep(dump, step)

	def remove(self) -> None:
		"""Removes folder and database."""
		self.mariadb.drop(self.database)
		shutil.rmtree(self.folder, ignore_errors=True)

	def config(self) -> dict[str, object]:
		"""The site's own config."""
		return json.loads((self.folder / "site_config.json").read_text())

	def set_config(self, **values: object) -> None:
		"""Sets values in the site's own config."""
		file = self.folder / "site_config.json"
		write_file(file, to_json(self.config() | values), mode=0o600)

	@contextmanager
	def _half_made(self) -> Iterator[None]:
		"""A marker that outlives an interruption: until the body is done, the site is not worth keeping."""
		self._marker.parent.mkdir(parents=True, exist_ok=True)
		self._marker.touch()
		yield
		self._marker.unlink()

	def _remove_remains(self) -> None:
		"""A run that was interrupted leaves a marker; a database that was removed leaves the folder."""
		if self._marker.exists():
			self.steps.note(f"{self.name} was left half made by a run that was interrupted: it is made anew")
			self.remove()
			self._marker.unlink()
		elif self.folder.exists() and not self.mariadb.has_site_database(self.database):
			self.steps.note(f"the database of {self.name} is gone: the site is made anew")
			self.remove()

	def _create(self, step: Step) -> None:
		base = self._template("base")
		if base.exists():
			self._restore(base, step)
			return
		self.mariadb.drop(self.database)
		words = [
			"--db-name",
			self.database,
			"--admin-password",
			secrets.token_urlsafe(12),
			"--no-mariadb-socket",
		]
		frappe(self.settings, step, "new-site", self.name, *words)
		inside(self.settings, step, "complete_wizard.py", self.name)
		self._keep(base, step)

	def _keep(self, dump: Path, step: Step) -> None:
		"""A template: the database, and beside it the site's config with the keys that what is sealed in there opens with."""
		own = {name: value for name, value in self.config().items() if not name.startswith("db_")}
		dump.parent.mkdir(parents=True, exist_ok=True)
		write_file(config_beside(dump), to_json(own), mode=0o600)
		self.mariadb.dump(self.database, dump, step)

	def _restore(self, dump: Path, step: Step) -> None:
		password = secrets.token_urlsafe(16)
		self.mariadb.drop(self.database)
		self.mariadb.create(self.database, password)
		self.mariadb.load(self.database, dump, step)
		for folder in FOLDERS:
			(self.folder / folder).mkdir(parents=True, exist_ok=True)
		config = {"encryption_key": urlsafe_b64encode(secrets.token_bytes(32)).decode()}
		config |= json.loads(config_beside(dump).read_text())
		config |= {"db_name": self.database, "db_password": password, "db_type": "mariadb"}
		write_file(self.folder / "site_config.json", to_json(config), mode=0o600)

	def _template(self, kind: str, *keys: str) -> Path:
		key = hash_of(TEMPLATE_FORM, app_state.frappe_key(self.settings), *keys)
		return self.settings.run / "templates" / f"{kind}-{key}.sql"

	def _make_accounts(self) -> None:
		password = administrator_password(self.accounts)
		if not self.stages.is_current("administrator", hash_of(password)):
			with self.steps.step(f"Administrator's password on {self.name}", announce=False) as step:
				inside(self.settings, step, "set_password.py", self.name, text=password)
			self.stages.set("administrator", hash_of(password))
		if len(read_accounts(self.accounts)) < 2 or not self.stages.read("accounts"):
			with self.steps.step(f"demo accounts on {self.name}") as step:
				frappe(self.settings, step, "make-demo-accounts", "--csv", self.accounts, site=self.name)
			self.stages.set("accounts", "made")
