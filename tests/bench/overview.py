"""The overview page beside ping, the least that the framework answers; by one visitor, and by eight at once."""

from concurrent.futures import ThreadPoolExecutor

from measuring import Result, compared, in_turn
from portal import Client, Portal

ROUNDS, SECONDS = 40, 12
TARGET = 2.5


def run(portal: Portal) -> list[Result]:
	return [by(portal, visitors) for visitors in (1, 8)]


def by(portal: Portal, visitors: int) -> Result:
	"""A round is one request of each visitor at the same time; its time is divided by how many they are."""
	guests = [portal.guest() for _ in range(visitors)]
	with ThreadPoolExecutor(visitors) as threads:

		def all_get(path: str) -> None:
			assert all(threads.map(lambda guest: succeeds(guest, path), guests))

		times = in_turn(lambda: all_get("/"), lambda: all_get("/api/method/ping"), ROUNDS, SECONDS)
	figures, references = ([round_ / visitors for round_ in side] for side in times)
	name = "overview page" if visitors == 1 else f"overview page, {visitors} at once, each"
	return compared(name, figures, references, TARGET, "/api/method/ping")


def succeeds(guest: Client, path: str) -> bool:
	return guest.get(path).ok
