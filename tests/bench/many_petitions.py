"""What is asked for all day long where there are very many petitions: the follow-up page by its code, and the Desk's list as an
officer of a district and an operator get it.

BENCH_PETITIONS says how many (20,000 if not set; 500,000 is what the requirement speaks of). A few are sent and made on the real
way; the others are these again by INSERT … SELECT, spread over all units and two years: rows of the right number and size, of
which nothing can be opened.
"""

import json
import os
from collections.abc import Callable

from conftest import Staff
from measuring import Result, compared, timed
from portal import Client, Portal, accepted

COUNT = int(os.environ.get("BENCH_PETITIONS") or 20_000)
REAL = 40  # the more there are, the fewer of each
ROUNDS = 20
# Times as before, milliseconds. Where the framework knows no limit of a count, it reads a whole index.
FOLLOW_UP, LIST, COUNT_OF_ALL = (1.5, 100), (1.5, 200), (10, 200)
DISTRICT = "UBND-384"
FOLLOW = "/api/method/covid_portal.citizens.follow_up.look"
# As the Desk asks for its list.
FIELDS = [
	"name",
	"modified",
	"category",
	"summary",
	"area",
	"stage",
	"unit",
	"next_due",
	"due_order",
	"received_at",
	"is_late",
]
NEXT_DUE, LAST_DUE = "`tabPetition`.`due_order` asc", "`tabPetition`.`due_order` desc"
NEWEST = "`tabPetition`.`modified` desc"
OPEN = [["Petition", "is_open", "=", 1]]
SEND = """
import json, secrets
from covid_portal.citizens import codes, intake
frappe.set_user("Guest")
areas = frappe.get_all("Area", {{"level": 3}}, pluck="name", order_by="name")
given = []
for number in range({real}):
	form = {{"category": "general", "area": areas[number * 7 % len(areas)], "content": "Đường vào thôn bị chắn từ hôm qua. " * 12,
		"full_name": "Người Đo Tốc Độ", "phone": "0900 000 000", "address": "Thôn 1"}}
	given.append(intake.receive("Petition", "Web", form, f"many:{{secrets.token_hex(16)}}"))
	frappe.db.commit()
	assert intake.make(codes.find(given[-1]), frappe.utils.now_datetime())
print(json.dumps(given))
"""
COPY = """
from covid_portal.citizens import codes
from covid_portal.citizens.clocks import NEVER
names = [codes.find(code) for code in {given!r}]
frappe.db.sql("create temporary table bench_real (name varchar(140) primary key, number int) "
	"select name, row_number() over (order by name) as number from tabIntake where name in %s", [names])
frappe.db.sql("create temporary table bench_place (number int primary key) select row_number() over (order by Unit.name) - 1 as number, "
	"Unit.name as unit, Unit.area from tabUnit Unit where disabled = 0")
places = frappe.db.sql("select count(*) from bench_place")[0][0]
copied = lambda column: f"concat({{column}}, '-', copy.seq)"
moved = lambda column: f"date_sub({{column}}, interval mod(copy.seq * 7919, 1000000) minute)"
is_open = "mod(copy.seq, 20) = 0"
TIMES = {{"creation", "modified", "received_at", "assigned_at", "sent_at", "started_at", "due_at"}}
FROM_INTAKE = "from bench_real join tabIntake sent on sent.name = bench_real.name "
FROM_PETITION = FROM_INTAKE + "join tabPetition petition on petition.intake = sent.name "
TABLES = (
	("Data Subject", FROM_INTAKE + "join `tabData Subject` row on row.name = sent.subject", {{}}),
	("Intake", FROM_INTAKE + "join tabIntake row on row.name = sent.name", {{
		"subject": copied("row.subject"), "code_digest": f"sha2({{copied('row.code_digest')}}, 256)",
		"submission_key": copied("row.submission_key"), "network": "sha2(copy.seq, 256)"}}),
	("Intake Outcome", FROM_INTAKE + "join `tabIntake Outcome` row on row.intake = sent.name", {{
		"intake": copied("row.intake"), "reference_name": copied("row.reference_name")}}),
	("Petition", FROM_INTAKE + "join tabPetition row on row.intake = sent.name", {{
		"intake": copied("row.intake"), "subject": copied("row.subject"), "phone_index": "sha2(copy.seq, 256)",
		"unit": "place.unit", "first_unit": "place.unit", "area": "place.area", "stage": f"if({{is_open}}, 'Assigned', 'Closed')", "is_open": f"if({{is_open}}, 1, 0)",
		"next_due": f"if({{is_open}}, {{moved('row.next_due')}}, null)", "is_late": "0",
		"due_order": f"if({{is_open}}, {{moved('row.next_due')}}, '{{NEVER}}')"}}),
	("Petition Clock", FROM_PETITION + "join `tabPetition Clock` row on row.petition = petition.name", {{
		"petition": copied("row.petition"), "unit": "place.unit", "state": f"if({{is_open}}, row.state, 'Met')"}}),
	("Petition Message", FROM_PETITION + "join `tabPetition Message` row on row.petition = petition.name", {{
		"petition": copied("row.petition"), "subject": copied("row.subject"), "message_key": copied("row.message_key")}}),
)
each, step = {count} // {real}, 500
for doctype, rows, own in TABLES:
	columns = frappe.db.get_table_columns(doctype)
	values = {{column: moved(f"row.`{{column}}`") if column in TIMES else f"row.`{{column}}`" for column in columns}}
	values |= {{"name": copied("row.name"), **own}}
	for first in range(1, each + 1, step):
		frappe.db.sql(
			f"insert into `tab{{doctype}}` ({{', '.join(f'`{{column}}`' for column in columns)}}) "
			f"select {{', '.join(values[column] for column in columns)}} {{rows}} "
			f"join seq_{{first}}_to_{{min(first + step - 1, each)}} copy "
			f"join bench_place place on place.number = mod(copy.seq * 31 + bench_real.number, {{places}})",
		)
		frappe.db.commit()
	frappe.db.sql_ddl(f"analyze table `tab{{doctype}}`")
print(frappe.db.count("Petition"))
"""


def run(portal: Portal) -> list[Result]:
	administrator, guest = portal.client("Administrator"), portal.guest()
	given = json.loads(portal.inside(SEND.format(real=REAL)).splitlines()[-1])
	staff = Staff(portal, administrator, portal.client)
	officer, operator = staff.person("Petition Officer", DISTRICT), staff.person("Operator", "UBND-38")
	cases = {
		"a petition's follow-up page": (lambda: followed(guest, given[0]), FOLLOW_UP),
		"an officer's list": (lambda: listed(officer, OPEN), LIST),
		"an officer's list, due last first": (lambda: listed(officer, OPEN, LAST_DUE), LIST),
		"an officer's list with what is answered": (lambda: listed(officer, []), LIST),
		"an officer's list, newest first": (lambda: listed(officer, [], NEWEST), LIST),
		"an operator's list": (lambda: listed(operator, OPEN), LIST),
		"an operator's list, due last first": (lambda: listed(operator, OPEN, LAST_DUE), LIST),
		"an operator's list with what is answered": (lambda: listed(operator, []), LIST),
		"an operator's list, newest first": (lambda: listed(operator, [], NEWEST), LIST),
		"  how many there are": (lambda: counted(operator, []), COUNT_OF_ALL),
	}
	before = {name: times_of(act) for name, (act, _bounds) in cases.items()}
	count = int(portal.inside(COPY.format(given=given, real=REAL, count=COUNT)).split()[-1])
	empty = [name for name, (act, _bounds) in cases.items() if not act()]
	assert not empty, f"nothing is there: {empty}"
	note = "before there were so many"
	return [
		compared(f"{name}, {count} petitions", times_of(act), before[name], growth, note, limit)
		for name, (act, (growth, limit)) in cases.items()
	]


def followed(guest: Client, code: str) -> bool:
	answer = guest.request("POST", FOLLOW, data={"code": code, "page": "1", "lang": "vi"})
	return answer.ok and code in answer.text


def listed(person: Client, filters: list, order: str = NEXT_DUE) -> bool:
	wanted = {"doctype": "Petition", "fields": FIELDS, "filters": filters, "order_by": order}
	return bool(
		accepted(person.ask("frappe.desk.reportview.get", **wanted, start=0, page_length=20, view="List"))
	)


def counted(person: Client, filters: list) -> bool:
	wanted = {"doctype": "Petition", "filters": filters, "fields": [], "distinct": "false", "limit": 1001}
	return bool(accepted(person.ask("frappe.desk.reportview.get_count", **wanted)))


def times_of(act: Callable[[], object]) -> list[float]:
	act()
	return [timed(act) for _round in range(ROUNDS)]
