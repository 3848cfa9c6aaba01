"""The environment of the commands that the bring-up starts: their caches, registries and certificates."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

from bring_up.settings import Settings

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# Would lead a command to another repository, environment or bench; have Python compile everything each time; or have
# Frappe's worker treat every job as a test's.
FOREIGN = (
	"CI",
	"PYTHONDONTWRITEBYTECODE",
	"GIT_DIR",
	"GIT_INDEX_FILE",
	"GIT_WORK_TREE",
	"PYTHONHOME",
	"PYTHONPATH",
	"VIRTUAL_ENV",
	"SITES_PATH",
	"FRAPPE_SITE",
	"UV_CONSTRAINT",
)


def command_environment(settings: Settings) -> dict[str, str]:
	"""The person's environment, with everything that is written led into the repository's .run folder."""
	cache_folder = settings.run / "cache"
	programs = [settings.run / "node" / "node_modules" / ".bin", settings.run / "tools" / "bin"]
	environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
	return environment | {
		"PATH": os.pathsep.join([*map(str, programs), environment.get("PATH", os.defpath)]),
		"LC_ALL": "C.UTF-8",
		"PYTHONUTF8": "1",
		"PYTHONUNBUFFERED": "1",
		"XDG_CACHE_HOME": str(cache_folder),
		"PIP_CACHE_DIR": str(cache_folder / "pip"),
		"PIP_DISABLE_PIP_VERSION_CHECK": "1",
		"UV_CACHE_DIR": str(cache_folder / "uv"),
		"UV_PYTHON_DOWNLOADS": "never",
		"UV_NO_CONFIG": "1",
		"YARN_CACHE_FOLDER": str(cache_folder / "yarn"),
		"YARN_PREFIX": str(settings.run / "node"),  # else it makes a folder in the person's home
		"npm_config_cache": str(cache_folder / "npm"),
		"npm_config_update_notifier": "false",
		"GIT_TERMINAL_PROMPT": "0",
		"BENCH_DISABLE_UPDATE_CHECK": "1",
		**_certificates(environment),
		**_package_indexes(settings.run / "tools" / "bin" / "python"),
	}


def install_environment(settings: Settings) -> dict[str, str]:
	"""The same for installers, which leave files behind where temporary ones go."""
	folder = settings.run / "cache" / "temporary"
	folder.mkdir(parents=True, exist_ok=True)
	return command_environment(settings) | {"TMPDIR": str(folder)}


def _certificates(environment: dict[str, str]) -> dict[str, str]:
	"""The machine's own certificates for the programs that bring theirs: a company's proxy is in them."""
	if not CERTIFICATES.exists():
		return {}
	names = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
	return {name: environment.get(name) or str(CERTIFICATES) for name in names}


@cache
def _pip_config(python: Path) -> str:
	command = [python, "-m", "pip", "config", "list", "--disable-pip-version-check"]
	return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _package_indexes(python: Path) -> dict[str, str]:
	"""uv does not read pip's settings: hand over where this machine's pip looks for packages."""
	listed = _pip_config(python) if python.exists() else ""
	return indexes_for_uv(dict(line.split("=", 1) for line in listed.splitlines() if "=" in line))


def indexes_for_uv(pip_config: dict[str, str]) -> dict[str, str]:
	"""From `pip config list` (name → quoted value) to uv's variables. Folders on disk are left to pip."""

	def addresses(*words: str) -> str:
		option = "-".join(words)
		quoted = pip_config.get(f":env:.{option}") or pip_config.get(f"global.{option}") or "''"
		values = quoted.strip().strip("'\"").replace("\\n", " ").split()
		return " ".join(value for value in values if not value.startswith(("file:", "/")))

	variables = {
		"UV_DEFAULT_INDEX": addresses("index", "url"),
		"UV_INDEX": addresses("extra", "index", "url"),
		"UV_INSECURE_HOST": addresses("trusted", "host"),
	}
	return {name: value for name, value in variables.items() if value}


def npm_registry(environment: dict[str, str]) -> dict[str, str]:
	"""Yarn asks its own registry unless told npm's."""
	npm = ["npm", "config", "get", "registry"]
	answer = subprocess.run(npm, capture_output=True, text=True, check=False, env=environment).stdout.strip()
	return {"npm_config_registry": answer} if answer.startswith("http") else {}


def node_major() -> int:
	"""The major version of the machine's Node.js; 0 when there is none."""
	try:
		answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
		return int(answer.strip().lstrip("v").split(".")[0])
	except (OSError, ValueError):
		return 0


def to_json(value: object) -> str:
	"""JSON as the bench writes its own files."""
	return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
