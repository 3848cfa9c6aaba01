"""What a person can choose (by environment variables, so also as `make run NAME=value`), and where things lie."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bring_up.errors import BringUpError
from bring_up.stamps import write_file

ROOT = Path(__file__).resolve().parents[2]
APP = "covid_portal"
DEFAULT_PORTS = {
	"WEB_PORT": 8000,
	"TEST_PORT": 8009,
	"MARIADB_PORT": 13306,
	"REDIS_CACHE_PORT": 13310,
	"REDIS_QUEUE_PORT": 13311,
}


@dataclass(frozen=True)
class Settings:
	"""One bench: its choices and its folders. Everything made lies in git-ignored folders of the repository."""

	root: Path
	site: str
	unit_site: str
	test_site: str
	bench_site: str
	ports: Mapping[str, int]
	bind_address: str
	frappe_source: str
	standin_port: int = 0  # of the stand-in for Zalo; 0: none is asked for

	@property
	def apps(self) -> Path:
		"""Frappe (obtained) and the portal (tracked)."""
		return self.root / "apps"

	@property
	def frappe(self) -> Path:
		"""Frappe's source tree."""
		return self.apps / "frappe"

	@property
	def portal(self) -> Path:
		"""The portal's source tree."""
		return self.apps / APP

	@property
	def env(self) -> Path:
		"""The bench's Python environment."""
		return self.root / "env"

	@property
	def python(self) -> Path:
		"""The bench's Python."""
		return self.env / "bin" / "python"

	@property
	def sites(self) -> Path:
		"""The sites and their common config."""
		return self.root / "sites"

	@property
	def logs(self) -> Path:
		"""Logs of the running bench."""
		return self.root / "logs"

	@property
	def run(self) -> Path:
		"""Everything else that is made: services, tools, caches, stamps, logs of the bring-up."""
		return self.root / ".run"

	@property
	def pack(self) -> Path:
		"""The province pack that the sites are filled from."""
		return self.root / "fixtures" / "thanh-hoa"

	def accounts(self, site: str) -> Path:
		"""The list of demo accounts: the demo site's is where the README says."""
		return self.sites / ("" if site == self.site else site) / "demo-accounts.csv"


def read_settings(environment: Mapping[str, str] = os.environ, root: Path = ROOT) -> Settings:
	"""The choices of this run. Ports chosen once stay chosen until others are named or `make clean`."""
	remembered = _remembered(root)
	site = environment.get("SITE") or "covid.localhost"
	if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,50}", site):
		raise BringUpError(f"SITE={site} is no host name.", "Use small letters, digits, dots and hyphens.")
	settings = Settings(
		root=root,
		site=site,
		unit_site="unit.localhost",
		test_site="test.localhost",
		bench_site="bench.localhost",
		ports={name: _port(name, environment, remembered) for name in DEFAULT_PORTS},
		bind_address=environment.get("BIND_ADDRESS") or "127.0.0.1",
		frappe_source=environment.get("FRAPPE_SOURCE", "").strip(),
		standin_port=_number("ZALO_STANDIN", environment.get("ZALO_STANDIN") or "0"),
	)
	_refuse_double_ports(settings.ports)
	return settings


def remember(settings: Settings) -> None:
	"""Keeps the ports for the next run. The address is not kept: to be reachable is asked for every time."""
	chosen = {name: port for name, port in settings.ports.items() if port != DEFAULT_PORTS[name]}
	write_file(_memory(settings.root), json.dumps(chosen, indent="\t") + "\n")


def _memory(root: Path) -> Path:
	return root / ".run" / "ports.json"


def _remembered(root: Path) -> dict[str, int]:
	try:
		return json.loads(_memory(root).read_text())
	except (OSError, ValueError):
		return {}


def _port(name: str, environment: Mapping[str, str], remembered: Mapping[str, int]) -> int:
	return _number(name, environment.get(name) or str(remembered.get(name) or DEFAULT_PORTS[name]), 1)


def _number(name: str, text: str, least: int = 0) -> int:
	if not text.isdecimal() or not least <= int(text) <= 65535:
		raise BringUpError(
			f"{name}={text} is no port.",
			f"Name a number, for instance {name}={DEFAULT_PORTS.get(name, 8020)}.",
		)
	return int(text)


def _refuse_double_ports(ports: Mapping[str, int]) -> None:
	for name, port in ports.items():
		twins = [other for other in ports if other != name and ports[other] == port]
		if twins:
			raise BringUpError(
				f"{name} and {twins[0]} are both {port}.", f"Choose another: make run {name}=…"
			)
