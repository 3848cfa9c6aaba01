"""The bench as a whole: everything that `make run` and `make test` have in common, in its order."""

import shutil

from bring_up.assets import build_assets
from bring_up.bench_files import write_bench_files
from bring_up.daemons import Daemons
from bring_up.errors import BringUpError
from bring_up.frappe_source import obtain_frappe
from bring_up.mariadb import MariaDB
from bring_up.node import install_packages, install_portal_packages, install_yarn
from bring_up.ports import demand_free
from bring_up.processes import Processes
from bring_up.python_env import install_env, install_test_env, install_tools
from bring_up.redis import Redis
from bring_up.settings import APP, Settings, remember
from bring_up.sites import Site
from bring_up.stamps import Stamps
from bring_up.steps import Steps

FREE_GB_WANTED = 3
WEB, WORKER, SCHEDULER = "web", "worker", "scheduler"
DOWNLOADS = ("uv", "npm", "yarn", "pip", "snapshot", "temporary")
MADE = ("env", "apps/frappe", "sites", "logs", "config", "Procfile", "patches.txt", ".run")
MADE += (f"apps/{APP}/node_modules", f"apps/{APP}/{APP}/public/node_modules")


class Bench:
	"""What is brought up from one repository."""

	def __init__(self, settings: Settings, steps: Steps) -> None:
		self.settings = settings
		self.steps = steps
		self.stamps = Stamps(settings.run / "stamps")
		self.daemons = Daemons(settings.run / "processes", settings.logs)
		self.mariadb = MariaDB(settings, self.daemons)
		self.redis = Redis(settings, self.daemons)

	def prepare(self, tests: bool = False) -> None:
		"""Source, environments and services: all that sites stand on. `tests`: what tests and checks need, too."""
		if not (self.settings.portal / "pyproject.toml").is_file():
			raise BringUpError(f"apps/{APP} is not here.", "Run this in a whole checkout of the repository.")
		self._warn_of_full_disk()
		remember(self.settings)
		write_bench_files(self.settings, self.mariadb.root_password())
		self.steps.together(self._start_services, self._obtain_frappe, self._install_yarn)
		self.steps.together(lambda: self._install_python_packages(tests), self._install_node_packages)
		self._drop_downloads()

	def build_beside(self, site: Site) -> None:
		"""Brings the site up to the present state of portal and pack while the assets are built."""
		self.steps.together(lambda: _bring_up_to_date(site), self._build_assets)

	def build_assets(self) -> None:
		"""Builds what is not current."""
		build_assets(self.settings, self.steps, self.stamps)

	_build_assets = build_assets

	def site(self, name: str) -> Site:
		"""A site of this bench."""
		return Site(name, self.settings, self.mariadb, self.redis, self.steps)

	def processes(self) -> Processes:
		"""The bench's processes."""
		return Processes(self.settings, self.daemons, self.steps)

	def demand_free_ports(self, *names: str, target: str) -> None:
		"""Says before anything else is done that a port is taken, unless the process on it is ours."""
		ours = {noted.port for name in self.daemons.names() if (noted := self.daemons.running(name))}
		for name in names:
			port = self.settings.ports[name]
			if port not in ours:
				address = self.settings.bind_address if name == "WEB_PORT" else "127.0.0.1"
				demand_free(name, port, target, address)

	def stop(self) -> list[str]:
		"""Ends what was started here, services last; returns the names of what was running."""
		last = ("redis-cache", "redis-queue", "mariadb")
		first = [name for name in self.daemons.names() if name not in last]
		stopped = [name for name in first if self.daemons.stop(name)]
		if self.redis.stop():
			stopped.append("redis")
		if self.mariadb.stop():
			stopped.append("mariadb")
		return stopped

	def remove(self) -> None:
		"""Removes all that was made here; the tracked files stay."""
		shutil.rmtree(self.mariadb.outside_folder(), ignore_errors=True)
		for name in MADE:
			path = self.settings.root / name
			shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)

	def _start_services(self) -> None:
		self.redis.start(self.steps)
		self.mariadb.start(self.steps)

	def _obtain_frappe(self) -> None:
		install_tools(self.settings, self.steps, self.stamps)
		obtain_frappe(self.settings, self.steps)

	def _install_yarn(self) -> None:
		install_yarn(self.settings, self.steps, self.stamps)

	def _install_python_packages(self, tests: bool) -> None:
		install_env(self.settings, self.steps, self.stamps)
		if tests:
			install_test_env(self.settings, self.steps, self.stamps)

	def _install_node_packages(self) -> None:
		install_packages(self.settings, self.steps, self.stamps)
		install_portal_packages(self.settings, self.steps, self.stamps)

	def _drop_downloads(self) -> None:
		"""What was downloaded has been unpacked: half a gigabyte less."""
		for name in DOWNLOADS:
			shutil.rmtree(self.settings.run / "cache" / name, ignore_errors=True)

	def _warn_of_full_disk(self) -> None:
		free = shutil.disk_usage(self.settings.root).free / 1e9
		if free < FREE_GB_WANTED and not self.settings.env.exists():
			self.steps.note(f"only {free:.1f} GB are free here: a first run wants about {FREE_GB_WANTED}")


def _bring_up_to_date(site: Site) -> None:
	site.make()
	site.install_portal()
	site.load_pack()
