"""Says what is being done and how long it took, and keeps what the commands of a step print.

steps = Steps(log_folder)
with steps.step("Frappe's Python packages") as step:
	step.run(["uv", "pip", "install", …], party="PyPI")
"""

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from bring_up.diagnosis import explain, last_lines
from bring_up.errors import BringUpError

Command = Sequence[str | Path]


class Cancelled(Exception):
	"""A step was stopped because another one, running beside it, had failed."""


class Steps:
	"""The steps of one run. Those run beside each other may print between each other's lines."""

	def __init__(self, log_folder: Path) -> None:
		self.log_folder = log_folder
		self.times: list[tuple[str, float]] = []
		self.started = time.monotonic()
		self._processes: set[subprocess.Popen[bytes]] = set()
		self._cancelled = threading.Event()
		self._lock = threading.Lock()

	@contextmanager
	def step(self, name: str, announce: bool = True) -> Iterator["Step"]:
		"""One step; its time is printed at the end. Commands of the step write to one log."""
		started = time.monotonic()
		if announce:
			self.say(f"▸ {name} …")
		yield Step(self, name)
		self._finished(name, time.monotonic() - started)

	def log_of(self, name: str) -> Path:
		"""Where the commands of the step of that name write."""
		return self.log_folder / f"{slug(name)}.log"

	def say(self, line: str) -> None:
		"""Prints one whole line, whatever other threads print."""
		with self._lock:
			print(line, flush=True)

	def note(self, line: str) -> None:
		"""A remark between the steps."""
		self.say(f"           {line}")

	def together(self, *actions: Callable[[], None]) -> None:
		"""Runs the actions beside each other. The first failure stops the others and is raised."""
		with ThreadPoolExecutor(len(actions)) as pool:
			futures = [pool.submit(action) for action in actions]
			try:
				done, _pending = wait(futures, return_when=FIRST_EXCEPTION)
				failures = [error for future in done if (error := future.exception())]
			except KeyboardInterrupt:
				self.cancel()
				raise
			if failures:
				self.cancel()
		for error in sorted(failures, key=lambda error: isinstance(error, Cancelled)):
			raise error

	def cancel(self) -> None:
		"""Ends the commands that are running, and lets no other start."""
		self._cancelled.set()
		with self._lock:
			processes = list(self._processes)
		for process in processes:
			process.terminate()

	def total(self) -> float:
		"""Seconds since the run began."""
		return time.monotonic() - self.started

	def table(self) -> str:
		"""What took how long, longest steps being easy to see."""
		rows = [f"{seconds:8.1f} s  {name}" for name, seconds in self.times if seconds >= 0.05]
		return "\n".join([*rows, f"{self.total():8.1f} s  in all"])

	def _finished(self, name: str, seconds: float) -> None:
		with self._lock:
			self.times.append((name, seconds))
		self.say(f"{seconds:8.1f} s  {name}")

	@contextmanager
	def _registered(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
		with self._lock:
			self._processes.add(process)
		try:
			yield
		except BaseException:
			process.terminate()
			raise
		finally:
			process.wait()
			with self._lock:
				self._processes.discard(process)


class Step:
	"""What a step does: commands, whose output goes to the step's own log."""

	def __init__(self, steps: Steps, name: str) -> None:
		self.name = name
		self._steps = steps
		self.log = steps.log_of(name)
		self.log.parent.mkdir(parents=True, exist_ok=True)
		self.log.write_text("")

	def run(
		self,
		command: Command,
		*,
		cwd: Path | None = None,
		env: Mapping[str, str] | None = None,
		text: str | None = None,
		stdin: Path | None = None,
		stdout: Path | None = None,
		party: str = "",
	) -> None:
		"""Runs a command to its end; raises BringUpError with the end of its output when it fails.

		`text` or the file `stdin` is its input, `stdout` a file for its output; `party` names whom it has to
		reach over the network.
		"""
		if self._status(command, cwd, env, text, stdin, stdout):
			raise self.failure(party)

	def succeeds(self, command: Command, *, cwd: Path, env: Mapping[str, str], show: bool = False) -> bool:
		"""Runs a command to its end and says whether it ended well; whoever asks tells a person. `show`: the output is seen
		as it comes, besides being logged."""
		return self._status(command, cwd, env, show=show) == 0

	def failure(self, party: str = "") -> BringUpError:
		"""What to tell a person when a command of this step failed, after the end of its output."""
		output = self.log.read_text(errors="replace")
		causes = explain(output, party)
		for line in last_lines(output, 3 if causes else 12):
			self._steps.say(f"    {line}")
		ways_on = causes or [f"All of its output: {self.log}"]
		return BringUpError(f"{self.name}: did not work.", *ways_on)

	def _status(
		self,
		command: Command,
		cwd: Path | None,
		env: Mapping[str, str] | None,
		text: str | None = None,
		stdin: Path | None = None,
		stdout: Path | None = None,
		show: bool = False,
	) -> int:
		"""Raises Cancelled, before and after, where another step has failed meanwhile."""
		if self._steps._cancelled.is_set():
			raise Cancelled(self.name)
		words = [str(word) for word in command]
		status = self._run(words, cwd, env, text, stdin, stdout, show)
		if self._steps._cancelled.is_set():
			raise Cancelled(self.name)
		return status

	def _run(
		self,
		words: list[str],
		cwd: Path | None,
		env: Mapping[str, str] | None,
		text: str | None,
		stdin: Path | None,
		stdout: Path | None,
		show: bool,
	) -> int:
		with (
			self.log.open("ab") as log,
			open(stdin or os.devnull, "rb") as source,
			open(stdout or os.devnull, "wb") as target,
		):
			process = subprocess.Popen(
				words,
				cwd=cwd,
				env=env,
				stdin=subprocess.PIPE if text is not None else source,
				stdout=target if stdout else subprocess.PIPE if show else log,
				stderr=subprocess.STDOUT if show else log,
			)
			with self._steps._registered(process):
				if text is not None and process.stdin:
					process.stdin.write(text.encode())
					process.stdin.close()
				if show and process.stdout:
					for line in process.stdout:
						log.write(line)
						self._steps.say(line.decode(errors="replace").rstrip("\n"))
		return process.returncode


def slug(name: str) -> str:
	"""A file name made of the letters and digits of `name`."""
	return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
