"""Web, worker, scheduler and (with upstream's Frappe) the socket server of the bench."""

import urllib.error
import urllib.request
from pathlib import Path

from bring_up import app_state, nginx
from bring_up.daemons import Daemons
from bring_up.environment import command_environment
from bring_up.errors import BringUpError
from bring_up.frappe_commands import INSIDE
from bring_up.ports import demand_free, wait_until
from bring_up.settings import Settings
from bring_up.stamps import hash_of
from bring_up.steps import Steps

SECONDS_TO_ANSWER = 60
LONGEST_SOCKET_PATH = 100  # the kernel takes 107
ASKS_PYTHON = "/api/method/ping"  # nginx has the front page from a file
BENCH_HELPER = ("-m", "frappe.utils.bench_helper", "frappe")


class Processes:
	"""The processes that run the code of Frappe and the portal; started anew when that has changed."""

	def __init__(self, settings: Settings, daemons: Daemons, steps: Steps) -> None:
		self.settings = settings
		self.daemons = daemons
		self.steps = steps
		self._environment = command_environment(settings)

	def start_web(self, name: str, site: str, port_name: str, target: str, address: str = "127.0.0.1") -> str:
		"""One site's web process, behind nginx where there is one; returns its address when it answers over HTTP."""
		port = self.settings.ports[port_name]
		bind = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
		url = f"http://{_reachable(address)}:{port}"
		program = self._nginx_for(name)
		key = self._key(bind, site, str(program), self._front_key() if program else "")
		noted = self.daemons.running(f"{name}-nginx" if program else name)
		if noted and noted.key == key and self.daemons.running(name) and _status(url + ASKS_PYTHON):
			return url
		with self.steps.step(f"{name} at {url}{', behind nginx' if program else ''}", announce=False):
			self.stop_web(name)
			demand_free(port_name, port, target, address)
			if program:
				self._start_behind_nginx(name, site, bind, key, port, program)
			else:
				self._start_gunicorn(name, site, bind, key, port)
			self._wait_for(name, url + ASKS_PYTHON)
		return url

	def _nginx_for(self, name: str) -> nginx.Program | None:
		program = nginx.find_program(self.settings)
		if program and len(str(self._socket(name))) > LONGEST_SOCKET_PATH:
			self.steps.note("without nginx: this folder's own path is too long for a socket")
			return None
		return program

	def _start_behind_nginx(
		self, name: str, site: str, bind: str, key: str, port: int, program: nginx.Program
	) -> None:
		socket = self._socket(name)
		socket.unlink(missing_ok=True)
		self._start_gunicorn(name, site, f"unix:{socket}", key)
		wait_until(lambda: socket.exists() or not self.daemons.running(name), SECONDS_TO_ANSWER)
		command = nginx.command(program, nginx.write_config(self.settings, program, name, site, bind, socket))
		folder, environment = self.settings.run, self._environment
		self.daemons.start(f"{name}-nginx", command, cwd=folder, env=environment, key=key, port=port)

	def _start_gunicorn(self, name: str, site: str, bind: str, key: str, port: int = 0) -> None:
		gunicorn = [self.settings.python, "-m", "gunicorn", "--config", INSIDE / "gunicorn_settings.py"]
		environment = self._environment | {"GUNICORN_BIND": bind, "FRAPPE_SITE": site}
		self.daemons.start(name, gunicorn, cwd=self.settings.sites, env=environment, key=key, port=port)

	def _front_key(self) -> str:
		return hash_of((self.settings.root / nginx.TEMPLATE).read_text(), nginx.MAIN)

	def socket_behind_nginx(self, name: str) -> Path | None:
		"""Where the web process listens for its nginx; None where it serves the site itself."""
		return self._socket(name) if self.daemons.running(f"{name}-nginx") else None

	def _socket(self, name: str) -> Path:
		return self.settings.run / f"{name}.sock"

	def stop_web(self, name: str) -> None:
		"""The web process, and the nginx before it."""
		self.daemons.stop(f"{name}-nginx")
		self.daemons.stop(name)

	def start_worker(self) -> bool:
		"""One worker for the queues of all sites; True when it had not been running."""
		return self._start("worker", "worker", "--queue", "short,default,long")

	def start_scheduler(self) -> bool:
		"""Puts what is due into the queues, for all sites whose scheduler is on."""
		return self._start("scheduler", "schedule")

	def start_socket_server(self) -> None:
		"""Realtime messages of the Desk, at a socket file for nginx to hand on: upstream's Frappe has the server,
		the snapshot does not. One that only knows ports would listen on all addresses, so it is not started."""
		server = self.settings.frappe / "socketio.js"
		source = self.settings.frappe / "realtime" / "index.js"
		if not server.exists() or not source.exists() or "socketio_uds" not in source.read_text():
			return
		key = self._key("socketio")
		noted = self.daemons.running("socketio")
		if noted and noted.key == key:
			return
		self.daemons.stop("socketio")
		socket = self.settings.run / "socketio.sock"
		socket.unlink(missing_ok=True)
		environment = self._environment | {"FRAPPE_SOCKETIO_UDS": str(socket)}
		self.daemons.start("socketio", ["node", server], cwd=self.settings.root, env=environment, key=key)

	def demand_alive(self, *names: str) -> None:
		"""Raises BringUpError for one that has ended."""
		for name in names:
			if not self.daemons.running(name):
				raise self.daemons.failure(name)

	def stop(self, name: str) -> bool:
		"""True when it was running."""
		return self.daemons.stop(name)

	def _start(self, name: str, *words: str) -> bool:
		key = self._key(*words)
		noted = self.daemons.running(name)
		if noted and noted.key == key:
			return False
		self.daemons.stop(name)
		command: list[str | Path] = [self.settings.python, *BENCH_HELPER, *words]
		self.daemons.start(name, command, cwd=self.settings.sites, env=self._environment, key=key)
		return not noted

	def _key(self, *parts: str) -> str:
		config = (self.settings.sites / "common_site_config.json").read_text()
		return hash_of(app_state.code_key(self.settings), config, *parts)

	def _wait_for(self, name: str, url: str) -> None:
		wait_until(lambda: bool(_status(url)) or not self.daemons.running(name), SECONDS_TO_ANSWER)
		if not self.daemons.running(name):
			raise self.daemons.failure(name)
		status = _status(url)
		if not status or status >= 500:
			problem = f"answers with HTTP {status}" if status else "does not answer"
			log = self.settings.logs / f"{name}.log"
			raise BringUpError(f"{name} runs, but {url} {problem}.", f"Its log may say why: {log}")


def _reachable(address: str) -> str:
	"""Where to try a server that listens at `address`."""
	if address in ("0.0.0.0", "::"):
		return "127.0.0.1"
	return f"[{address}]" if ":" in address else address


def _status(url: str) -> int:
	"""The HTTP status of an address; 0 when nothing answers. Proxies are passed by."""
	opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
	try:
		with opener.open(url, timeout=30) as response:
			return response.status
	except urllib.error.HTTPError as error:
		return error.code
	except OSError:
		return 0
