"""nginx in front of the web process: as deploy/nginx/portal.conf says, with folders of its own, as an ordinary user.

The machine's own nginx runs as it did. Where it isn't installed, Debian's packages are unpacked into .run: installing them
would start a server of the machine's on port 80.
"""

import getpass
import os
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bring_up.settings import Settings
from bring_up.stamps import write_file

MODULE = "ngx_http_brotli_static_module.so"
MODULES = Path("usr/lib/nginx/modules")
TEMPLATE = Path("deploy") / "nginx" / "portal.conf"
MAIN = """\
# Written by `make run`.
{user}daemon off;
pid {folder}/nginx.pid;
error_log {log} warn;
worker_processes auto;
pcre_jit on;
worker_rlimit_nofile {files};
load_module {module};

events {{
	worker_connections 8192;
	multi_accept on;
}}

http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;

{portal}}}
"""


@dataclass(frozen=True)
class Program:
	"""An nginx that can serve compressed files."""

	binary: Path
	module: Path


def find_program(settings: Settings) -> Program | None:
	"""The machine's nginx, or the one unpacked into .run; None where neither is complete and starts."""
	installed = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))
	unpacked = settings.run / "nginx-packages"
	candidates = [Program(unpacked / "usr" / "sbin" / "nginx", unpacked / MODULES / MODULE)]
	if installed:
		candidates.insert(0, Program(Path(installed), Path("/") / MODULES / MODULE))
	return next((program for program in candidates if works(program)), None)


def works(program: Program) -> bool:
	try:
		answer = subprocess.run([program.binary, "-v"], capture_output=True, check=False)
	except OSError:
		return False
	return answer.returncode == 0 and program.module.is_file()


def write_config(
	settings: Settings, program: Program, name: str, site: str, listen: str, web_socket: Path
) -> Path:
	"""The whole configuration of one nginx, in a folder of its own."""
	folder = settings.run / "nginx" / name
	folder.mkdir(parents=True, exist_ok=True)
	values = {
		"LISTEN": listen,
		"SITE": site,
		"SITE_FOLDER": str(settings.sites / site),
		"SITES_FOLDER": str(settings.sites),
		"WEB": f"unix:{web_socket}",
		"UPSTREAM": "portal_web",
		"ZONE": "portal_guest_sends",
		"SOCKETIO": f"http://unix:{settings.run / 'socketio.sock'}:",
	}
	portal = (settings.root / TEMPLATE).read_text()
	for key, value in values.items():
		portal = portal.replace(f"@{key}@", value)
	content = MAIN.format(
		user=f"user {getpass.getuser()};\n" if os.geteuid() == 0 else "",
		folder=folder,
		log=settings.logs / f"{name}-nginx.log",
		module=program.module,
		files=min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
		portal=portal,
	)
	file = folder / "nginx.conf"
	write_file(file, content)
	return file


def command(program: Program, config: Path) -> list[str | Path]:
	return [program.binary, "-c", config, "-p", config.parent, "-e", "stderr"]
