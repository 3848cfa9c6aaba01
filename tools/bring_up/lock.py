"""One bring-up at a time in one folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bring_up.errors import BringUpError


@contextmanager
def only_one(file: Path, doing: str) -> Iterator[None]:
	"""Holds the lock while the body runs; it falls with the process, however that ends."""
	file.parent.mkdir(parents=True, exist_ok=True)
	with file.open("a+") as handle:
		try:
			fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except BlockingIOError:
			handle.seek(0)
			other = handle.read().strip() or "another make"
			raise BringUpError(
				f"{other} is at work in this folder.", "Wait until it is done, or end it, then try again."
			) from None
		handle.truncate(0)
		handle.write(f"make {doing} (process {os.getpid()})\n")
		handle.flush()
		yield
