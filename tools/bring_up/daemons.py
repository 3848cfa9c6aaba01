"""Long-running processes: started once, found again by what was noted about them, ended exactly."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bring_up.errors import BringUpError
from bring_up.stamps import write_file


@dataclass(frozen=True)
class Noted:
	"""A process that was started: its number alone could be another's by now, so its birth is noted as well.
	`key` stands for what it was started with."""

	pid: int
	born: str
	key: str
	port: int


class Daemons:
	"""The processes of one bench."""

	def __init__(self, folder: Path, logs: Path) -> None:
		self.folder = folder
		self.logs = logs

	def running(self, name: str) -> Noted | None:
		"""The process of that name, if it is alive and the one that was started here."""
		try:
			noted = Noted(**json.loads(self._file(name).read_text()))
		except (OSError, ValueError, TypeError):
			return None
		return noted if birth(noted.pid) == noted.born else None

	def names(self) -> list[str]:
		"""All that were started, whether alive or not."""
		return sorted(file.stem for file in self.folder.glob("*.json"))

	def start(
		self,
		name: str,
		command: Sequence[str | Path],
		*,
		cwd: Path,
		env: Mapping[str, str],
		key: str = "",
		port: int = 0,
	) -> Noted:
		"""Starts a process in a session of its own; what it prints goes to logs/<name>.log."""
		self.logs.mkdir(parents=True, exist_ok=True)
		with (self.logs / f"{name}.log").open("ab") as log:
			process = subprocess.Popen(
				[str(word) for word in command],
				cwd=cwd,
				env=dict(env),
				stdin=subprocess.DEVNULL,
				stdout=log,
				stderr=subprocess.STDOUT,
				start_new_session=True,
			)
		noted = Noted(process.pid, birth(process.pid), key, port)
		write_file(self._file(name), json.dumps(asdict(noted)))
		return noted

	def stop(self, name: str, seconds: float = 30) -> bool:
		"""Ends the process with its children; True when there was one. Killed only if it does not end in time."""
		noted = self.running(name)
		if noted:
			_signal(noted.pid, signal.SIGTERM, group=False)
			if not _wait_for_end(noted, seconds):
				_signal(noted.pid, signal.SIGKILL, group=True)
				_wait_for_end(noted, 5)
		self._file(name).unlink(missing_ok=True)
		return bool(noted)

	def failure(self, name: str) -> BringUpError:
		"""What to say when a process ended, or does not answer."""
		return BringUpError(f"{name} did not start.", f"Its log says why: {self.logs / name}.log")

	def _file(self, name: str) -> Path:
		return self.folder / f"{name}.json"


def birth(pid: int) -> str:
	"""When a process was started, in the kernel's ticks; empty when there is none, or only its remains."""
	try:
		fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
	except OSError:
		return ""
	return "" if fields[0] == "Z" else fields[19]


def _signal(pid: int, number: int, group: bool) -> None:
	with suppress(ProcessLookupError):
		os.killpg(pid, number) if group else os.kill(pid, number)


def _wait_for_end(noted: Noted, seconds: float) -> bool:
	deadline = time.monotonic() + seconds
	while time.monotonic() < deadline:
		_reap(noted.pid)
		if birth(noted.pid) != noted.born:
			return True
		time.sleep(0.05)
	return False


def _reap(pid: int) -> None:
	"""Takes leave of a child of this very run; others are init's."""
	with suppress(ChildProcessError):
		os.waitpid(pid, os.WNOHANG)
