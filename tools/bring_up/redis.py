"""The bench's two Redis servers: a cache that may forget, and a queue that keeps its jobs over a stop."""

import shutil
import socket
from pathlib import Path

from bring_up.daemons import Daemons
from bring_up.environment import command_environment
from bring_up.errors import BringUpError
from bring_up.ports import answers, demand_free, wait_until
from bring_up.settings import Settings
from bring_up.stamps import hash_of
from bring_up.steps import Steps

CACHE = (
	"redis-cache",
	"REDIS_CACHE_PORT",
	["--save", "", "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"],
)
QUEUE = ("redis-queue", "REDIS_QUEUE_PORT", ["--save", "60", "1"])
SECONDS_TO_START = 10


class Redis:
	"""Both servers of one bench."""

	def __init__(self, settings: Settings, daemons: Daemons) -> None:
		self.settings = settings
		self.daemons = daemons

	def start(self, steps: Steps) -> None:
		"""Starts what does not run."""
		for name, port_name, options in (CACHE, QUEUE):
			self._start(name, port_name, options, steps)

	def stop(self) -> bool:
		"""Ends both; True when one was running."""
		stopped = [self.daemons.stop(name) for name, *_rest in (CACHE, QUEUE)]
		return any(stopped)

	def forget(self) -> None:
		"""Empties the cache."""
		self._send("REDIS_CACHE_PORT", b"FLUSHALL\r\n")

	def apart(self) -> str:
		"""The address of a second queue in the queue's server, which no worker looks into."""
		return f"redis://127.0.0.1:{self.settings.ports['REDIS_QUEUE_PORT']}/1"

	def forget_apart(self) -> None:
		"""Empties that second queue."""
		self._send("REDIS_QUEUE_PORT", b"SELECT 1\r\nFLUSHDB\r\n")

	def _send(self, port_name: str, commands: bytes) -> None:
		port = self.settings.ports[port_name]
		with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
			connection.sendall(commands + b"QUIT\r\n")
			while connection.recv(64):
				pass

	def _start(self, name: str, port_name: str, options: list[str], steps: Steps) -> None:
		port = self.settings.ports[port_name]
		key = hash_of(port, *options)
		noted = self.daemons.running(name)
		if noted and noted.key == key and answers(port):
			return
		with steps.step(name, announce=False):
			self.daemons.stop(name)
			demand_free(port_name, port, "run")
			folder = self.settings.run / "redis"
			folder.mkdir(exist_ok=True)
			general = [
				"--port",
				str(port),
				"--bind",
				"127.0.0.1",
				"--dir",
				folder,
				"--dbfilename",
				f"{name}.rdb",
			]
			command = [self._program(), *general, "--appendonly", "no", *options]
			environment = command_environment(self.settings)
			self.daemons.start(name, command, cwd=folder, env=environment, key=key, port=port)
			wait_until(lambda: answers(port) or not self.daemons.running(name), SECONDS_TO_START)
			if not self.daemons.running(name):
				raise self.daemons.failure(name)

	def _program(self) -> Path:
		"""redis-server. Debian's redis-tools has it under another name (which service a program of Redis does is
		told by the name it is called by); the package redis-server would add a service of the machine's."""
		if found := shutil.which("redis-server"):
			return Path(found)
		other = shutil.which("redis-check-rdb")
		if not other:
			raise BringUpError("There is no redis-server.", "Install it: apt-get install redis-tools")
		link = self.settings.run / "bin" / "redis-server"
		link.parent.mkdir(exist_ok=True)
		link.unlink(missing_ok=True)
		link.symlink_to(other)
		return link
