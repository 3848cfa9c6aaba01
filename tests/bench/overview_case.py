"""The overview page, as a reader without a web server before Python gets it, beside the framework's ping: the floor."""

import requests
from portal import Portal
from sampling import Case, in_turn, many_at_once

RUNS = 15


def run(portal: Portal) -> list[Case]:
	session = requests.Session()

	def get(path: str) -> None:
		session.get(portal.base_url + path, timeout=60).raise_for_status()

	def page() -> None:
		get("/")

	def ping() -> None:
		get("/api/method/ping")

	single = in_turn(page, ping, RUNS)
	burst = in_turn(many_at_once(page, 8, 16), many_at_once(ping, 8, 16), 5)
	return [
		Case("overview page, one reader", single[0], "ping", single[1], 3.0, RUNS),
		Case("overview page, 16 requests by 8 readers", burst[0], "ping, the same way", burst[1], 3.0, 5),
	]
