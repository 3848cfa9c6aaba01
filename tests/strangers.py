"""People from everywhere: each request comes from an address of its own, so that no limit of a network stands before what is
tried. Linux has all of 127.0.0.0/8 on the machine itself."""

import random

import requests
from portal import SECONDS, Client
from requests.adapters import HTTPAdapter

ORDER = random.Random(22)


class FromAddress(HTTPAdapter):
	def __init__(self, address: str) -> None:
		self.address = address
		super().__init__()

	def init_poolmanager(self, *args: object, **options: object) -> None:
		super().init_poolmanager(*args, **options, source_address=(self.address, 0))


class Stranger(Client):
	"""A guest with an address of their own."""

	def __init__(self, base_url: str) -> None:
		super().__init__(base_url)
		move(self)


def move(client: Client) -> Client:
	"""The client, from now on at another address."""
	address = ".".join(str(part) for part in (127, *(ORDER.randint(1, 254) for _part in range(3))))
	client.session.mount("http://", FromAddress(address))
	# Where no nginx stands before the portal, this is how it knows a visitor's address.
	client.session.headers["X-Forwarded-For"] = address
	return client


def send_once(base_url: str, method: str, address: str, **options: object) -> requests.Response:
	"""One request of somebody new."""
	with Stranger(base_url).session as session:
		return session.request(method, base_url + address, timeout=SECONDS, **options)
