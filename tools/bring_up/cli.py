"""The front door of the bring-up. A person sees sentences, never a traceback."""

import signal
import subprocess
import traceback
from collections.abc import Callable
from types import FrameType

from bring_up.bench import Bench
from bring_up.checking import check
from bring_up.drive import bench_cases, test
from bring_up.errors import BringUpError
from bring_up.lock import only_one
from bring_up.run import run
from bring_up.settings import read_settings
from bring_up.steps import Steps

INTERRUPTED = 130


def stop(bench: Bench) -> int:
	"""Ends what runs."""
	stopped = bench.stop()
	print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
	return 0


def clean(bench: Bench) -> int:
	"""Ends what runs and removes all that was made."""
	stop(bench)
	bench.remove()
	print("removed: the bench with its sites, services and tools; the tracked files are untouched")
	return 0


ACTIONS: dict[str, Callable[[Bench], int]] = {
	"run": run,
	"test": test,
	"bench": bench_cases,
	"check": check,
	"stop": stop,
	"clean": clean,
}


def main(arguments: list[str]) -> int:
	"""The exit status of `bring_up ACTION`."""
	if len(arguments) != 1 or arguments[0] not in ACTIONS:
		print(f"usage: bring_up {'|'.join(ACTIONS)}")
		return 2
	for number in (signal.SIGTERM, signal.SIGHUP):
		signal.signal(number, interrupt)  # ends the commands that are running, as Ctrl-C does
	return attempt(arguments[0])


def interrupt(number: int, frame: FrameType | None) -> None:
	"""Being told to end is being interrupted."""
	raise KeyboardInterrupt


def attempt(action: str) -> int:
	"""Does it, one at a time in this folder, and puts every failure into a sentence."""
	try:
		settings = read_settings()
		steps = Steps(settings.run / "log" / action)
		bench = Bench(settings, steps)
		with only_one(settings.run / "lock", action):
			return ACTIONS[action](bench)
	except KeyboardInterrupt:
		print(f"\n✗ Interrupted.\n  → Run `make {action}` again: it goes on where it was.")
		return INTERRUPTED
	except BringUpError as error:
		print(f"\n{error}")
	except PermissionError as error:
		print(f"\n✗ {error.filename} may not be written or run by you.")
		print(
			"  → An earlier run with sudo? Give the folder back to yourself with chown, then run this again."
		)
	except OSError as error:
		print(f"\n✗ {error}\n  → Is the disk full, or a program missing? Then run `make {action}` again.")
	except subprocess.CalledProcessError as error:
		print(f"\n✗ {error.cmd[0]} failed: {(error.stderr or '').strip()[-500:]}")
		print(f"  → Run `make stop` and then `make {action}` again.")
	except Exception as error:
		file = settings.run / "log" / "unexpected.log"
		file.write_text(traceback.format_exc())
		print(f"\n✗ Unexpected: {error!r}\n  → A fault of the bring-up itself; where it happened: {file}")
	return 1
