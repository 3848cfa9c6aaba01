"""Whether a port is free for a process of ours."""

import socket
import time
from collections.abc import Callable

from bring_up.errors import BringUpError


def is_free(port: int, address: str = "127.0.0.1") -> bool:
	"""Whether a server could be started there now."""
	with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
		probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			probe.bind((address, port))
		except OSError:
			return False
	return True


def demand_free(name: str, port: int, target: str, address: str = "127.0.0.1") -> None:
	"""Raises BringUpError that names the port and how to choose another."""
	if not is_free(port, address):
		raise BringUpError(
			f"Port {port} ({name}) of {address} is taken by a program that is not ours, or may not be used.",
			f"Choose another: make {target} {name}={_suggest(port)}",
		)


def answers(port: int) -> bool:
	"""Whether somebody accepts connections there."""
	try:
		with socket.create_connection(("127.0.0.1", port), timeout=1):
			return True
	except OSError:
		return False


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
	"""Whether the condition came true in time."""
	deadline = time.monotonic() + seconds
	while time.monotonic() < deadline:
		if condition():
			return True
		time.sleep(0.1)
	return False


def _suggest(port: int) -> int:
	candidates = range(max(port, 1024) + 1, min(port + 2000, 65535))
	return next((candidate for candidate in candidates if is_free(candidate)), port + 1)
