"""Fixtures of the tests that drive a running portal. Without BASE_URL there is none, and they are skipped."""

import os
import secrets
from collections.abc import Callable, Iterator

import pytest
from portal import NEEDED, REPORT, Client, Place, Portal

DRIVING = ("http", "browser")
EVERY_DAY = "2021-01-01"
AT_ONCE = 60
ENTER = """
from frappe.utils.password import passlibctx
from covid_portal.organisation.writers import insert_rows
columns = ("name", "email", "username", "first_name", "full_name", "user_type", "language", "enabled")
rows = [(name, name, name, name, name, "Website User", "vi", 1) for name in people]
insert_rows("User", columns, rows, ignore=True)
frappe.db.set_value("User", {"name": ("in", people)}, "enabled", 1)
insert_rows("Notification Settings", ("name", "user", "enabled"), [(name, name, 1) for name in people], ignore=True)
digest = passlibctx.hash(password)  # takes its time: one password for all
frappe.db.delete("__Auth", {"doctype": "User", "name": ("in", people), "fieldname": "password"})
for name in people:
	frappe.db.sql("insert into `__Auth` values ('User', %s, 'password', %s, 0)", (name, digest))
frappe.db.commit()
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	if os.environ.get("BASE_URL"):
		return
	skip = pytest.mark.skip(reason="BASE_URL is not set: no running portal to drive; `make test` starts one")
	for item in items:
		if item.path.parent.name in DRIVING:
			item.add_marker(skip)


@pytest.fixture(scope="session")
def portal() -> Portal:
	missing = [name for name in NEEDED if not os.environ.get(name)]
	assert not missing, f"BASE_URL is set, but not {', '.join(missing)}"
	return Portal.of_environment()


@pytest.fixture(scope="session")
def client(portal: Portal) -> Callable[[str], Client]:
	"""client(mailbox): the session of a demo account, logged in once."""
	sessions: dict[str, Client] = {}

	def logged_in(mailbox: str) -> Client:
		if mailbox not in sessions:
			sessions[mailbox] = portal.client(mailbox)
		return sessions[mailbox]

	return logged_in


@pytest.fixture(scope="session")
def administrator(client: Callable[[str], Client]) -> Client:
	return client("Administrator")


@pytest.fixture(scope="session")
def settled(administrator: Client) -> Callable[[], None]:
	"""settled(): wait until the worker has done all that was asked of it; then what is published is what is stored. Where it
	does not, that is waited for once."""
	problems: list[str] = []

	def wait() -> None:
		assert not problems, problems[0]
		try:
			administrator.settled()
		except AssertionError as error:
			problems.append(str(error))
			raise

	return wait


@pytest.fixture(scope="module", autouse=True)
def quiet_portal(request: pytest.FixtureRequest) -> None:
	"""No module meets what one before it left to the worker."""
	if request.path.parent.name in DRIVING:
		request.getfixturevalue("settled")()


@pytest.fixture
def guest(portal: Portal) -> Client:
	return portal.guest()


# --- slots


@pytest.fixture(scope="session")
def slot_of(administrator: Client) -> Callable[..., dict]:
	"""slot_of(*states): the newest slot in one of the states."""

	def newest(*states: str) -> dict:
		rows = administrator.rows("Report Slot", {"state": ["in", states]}, ["*"], order_by="slot_time desc")
		assert rows, f"the site has no slot in {states}"
		return rows[0]

	return newest


@pytest.fixture(scope="session")
def open_slot(slot_of: Callable[..., dict]) -> dict:
	return slot_of("Open", "Closing")


@pytest.fixture(scope="session")
def published_slot(slot_of: Callable[..., dict]) -> dict:
	"""The newest published slot that still takes late reports."""
	return slot_of("Published")


@pytest.fixture(scope="session")
def locked_slot(slot_of: Callable[..., dict]) -> dict:
	return slot_of("Locked")


# --- places and their people


@pytest.fixture(scope="session")
def unreported(portal: Portal, administrator: Client) -> Callable[[dict], Place]:
	"""unreported(slot): a commune that owes the slot's report and has none, a different one at each call."""
	reporters = {row["unit"].partition("-")[2] for row in portal.accounts.values()}
	waiting: dict[str, Iterator[dict]] = {}

	def owing(slot: str) -> Iterator[dict]:
		filters = {"slot": slot, "state": "Expected", "area": ["not in", sorted(reporters)]}
		return iter(administrator.rows("Report Obligation", filters, ["area", "unit"], order_by="area"))

	def next_place(slot: dict) -> Place:
		row = next(waiting.setdefault(slot["name"], owing(slot["name"])), None)
		assert row, f"every commune has reported in {slot['name']}: the tests need a fresh demo"
		area, unit = administrator.document("Area", row["area"]), administrator.document("Unit", row["unit"])
		return Place(row["area"], area["full_name"], row["unit"], unit["parent_unit"])

	return next_place


@pytest.fixture
def place(unreported: Callable[[dict], Place], open_slot: dict) -> Place:
	"""A commune that owes the open slot's report, of this test alone."""
	return unreported(open_slot)


@pytest.fixture(scope="session")
def staff(portal: Portal, administrator: Client, client: Callable[[str], Client]) -> "Staff":
	return Staff(portal, administrator, client)


@pytest.fixture(scope="session")
def person(staff: "Staff") -> Callable[[str, str], Client]:
	"""person(duty, unit): somebody with the duty in the unit. Demo accounts first, else one of a pool of test users."""
	return staff.person


@pytest.fixture(scope="session")
def hired(staff: "Staff") -> Callable[[str, str], Client]:
	"""hired(duty, unit): somebody whom no other test knows, to do with as one likes."""
	return staff.hire


@pytest.fixture(scope="session")
def reporter(person: Callable[[str, str], Client]) -> Callable[[Place], Client]:
	return lambda place: person("Reporter", place.unit)


@pytest.fixture(scope="session")
def approver(person: Callable[[str, str], Client]) -> Callable[[Place], Client]:
	"""approver(place): the person who decides first on the place's reports."""
	return lambda place: person("Approver", place.district_unit)


class Staff:
	"""Test users, numbered and used again by the next run. Many are entered at once, past their DocType: whenever the
	framework saves an account it empties the caches of all, and everybody's next request is a slow one."""

	def __init__(self, portal: Portal, administrator: Client, client: Callable[[str], Client]) -> None:
		self.portal, self.administrator, self.client = portal, administrator, client
		self.people: dict[tuple[str, str], Client] = {}
		self.waiting: list[str] = []
		self.password, self.known = secrets.token_urlsafe(16), 0

	def person(self, duty: str, unit: str) -> Client:
		if (duty, unit) not in self.people:
			self.people[duty, unit] = self.demo_account(duty, unit) or self.hire(duty, unit)
		return self.people[duty, unit]

	def demo_account(self, duty: str, unit: str) -> Client | None:
		for mailbox, row in self.portal.accounts.items():
			if (row["duty"], row["unit"]) == (duty, unit):
				return self.client(mailbox)
		return None

	def hire(self, duty: str, unit: str) -> Client:
		if not self.waiting:
			self.enter_accounts()
		address = self.waiting.pop()
		self.store("Duty Assignment", {"user": address}, unit=unit, duty=duty, valid_from=EVERY_DAY)
		return self.portal.guest().login(address, self.password)

	def enter_accounts(self) -> None:
		numbers = range(self.known + 1, self.known + 1 + AT_ONCE)
		self.known += AT_ONCE
		self.waiting = [f"test.{number:03}@{self.portal.domain}" for number in numbers]
		self.portal.inside(f"people, password = {self.waiting!r}, {self.password!r}\n" + ENTER)

	def store(self, doctype: str, key: dict[str, str], **values: str) -> None:
		"""Change the one document with this key, or make it."""
		if found := self.administrator.rows(doctype, key):
			answer = self.administrator.put(f"/api/resource/{doctype}/{found[0]['name']}", **values)
		else:
			answer = self.administrator.post(f"/api/resource/{doctype}", **key, **values)
		assert answer.ok, f"{doctype} {key}: {answer.text}"


# --- reports


@pytest.fixture
def sent_report(place: Place, open_slot: dict, reporter: Callable[[Place], Client]) -> str:
	"""A report of `place` that waits for its district."""
	return reporter(place).send(open_slot["name"], place.area)


@pytest.fixture
def state_of(administrator: Client) -> Callable[[str], tuple]:
	"""state_of(report): where it stands, as the server stores it."""

	def stored(name: str) -> tuple:
		report = administrator.document(REPORT, name) or {}
		return tuple(
			report.get(key) for key in ("workflow_state", "approval_unit", "approval_step", "docstatus")
		)

	return stored


@pytest.fixture(scope="session")
def many_from_here(portal: Portal) -> None:
	"""All tests come from one network: the limits of the public forms are those of many."""
	portal.inside(
		"settings = frappe.get_single('Intake Settings')\n"
		"settings.update({'per_network_without_proof': 500, 'lookups_per_network': 5000, 'wrong_codes_per_network': 500})\n"
		"settings.save()\nfrappe.db.commit()\n"
	)
