"""What makes a folder a bench: the list of apps, the common config, the Procfile."""

import getpass
import json
from pathlib import Path

from bring_up.environment import to_json
from bring_up.settings import APP, Settings
from bring_up.stamps import write_file

PROCFILE = """\
# `make run` starts these itself; this file is what the bench command knows a bench by.
web: bench serve --port {WEB_PORT}
schedule: bench schedule
worker: bench worker --queue short,default,long
"""


def write_bench_files(settings: Settings, root_password: str) -> None:
	"""Writes them where they differ. What else a person put into the common config stays."""
	for folder in (settings.sites, settings.logs, settings.root / "config" / "pids"):
		folder.mkdir(parents=True, exist_ok=True)
	_write(settings.sites / "apps.txt", f"frappe\n{APP}\n")
	_write(settings.root / "Procfile", PROCFILE.format(**settings.ports))
	_write(settings.root / "patches.txt", "")
	config_file = settings.sites / "common_site_config.json"
	before = json.loads(config_file.read_text()) if config_file.exists() else {}
	_write(config_file, to_json(before | common_config(settings, root_password)), mode=0o600)


def common_config(settings: Settings, root_password: str) -> dict[str, object]:
	"""The settings that all sites of this bench share."""
	ports = settings.ports
	return {
		"background_workers": 1,
		"db_host": "127.0.0.1",
		"db_port": ports["MARIADB_PORT"],
		"default_site": settings.site,
		"developer_mode": 0,
		"frappe_user": getpass.getuser(),
		"live_reload": False,
		"redis_cache": f"redis://127.0.0.1:{ports['REDIS_CACHE_PORT']}",
		"redis_queue": f"redis://127.0.0.1:{ports['REDIS_QUEUE_PORT']}",
		"redis_socketio": f"redis://127.0.0.1:{ports['REDIS_QUEUE_PORT']}",
		"root_login": "root",
		"root_password": root_password,  # so that bench new-site and drop-site work as they do elsewhere
		"scheduler_tick_interval": 60,
		"serve_default_site": True,
		"webserver_port": ports["WEB_PORT"],
	}


def _write(file: Path, content: str, mode: int = 0o644) -> None:
	if not file.exists() or file.read_text() != content:
		write_file(file, content, mode)
