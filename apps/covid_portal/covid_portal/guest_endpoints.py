"""Everything that somebody without an account may call, in one place. A test fails on an endpoint that is not listed here.

Each row says by which method, with what input, under what limit, and why it is open.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class GuestEndpoint:
	path: str
	methods: tuple[str, ...]
	takes: dict[str, str]  # parameter → type, as its signature says
	limit: str
	reason: str
	# Fields of a form beside the parameters, and the field of its files.
	form: tuple[str, ...] = ()
	files: str | None = None


OF_EVERY_FORM = ("submission_key", "altcha", "website", "payload")
OF_PETITION = ("category", "area", "content", "full_name", "phone", "address", "place", "email", "consent")
OF_RETURN = (
	*(
		"area",
		"origin",
		"origin_level",
		"origin_address",
		"wanted_on",
		"transport",
		"vehicle_plate",
		"reason",
	),
	*("reason_note", "association", "contact_name", "contact_phone", "contact_address"),
	*("is_proxy", "proxy_name", "proxy_phone", "proxy_relation"),
	*("persons.1.full_name", "persons.1.birth_year", "persons.1.id_number", "persons.1.doses"),
	*("persons.1.last_dose_on", "persons.1.recovered_on", "persons.1.test_kind", "persons.1.test_result"),
	"persons.1.test_on",
)
GUEST_ENDPOINTS = (
	GuestEndpoint(
		"covid_portal.citizens.receipt_print.show",
		("POST",),
		{"code": "str", "form": "str | None", "lang": "str | None"},
		"by Intake Settings: codes looked up and wrong codes, per network",
		"Who has registered to come home prints the receipt by the code they were given; each print is recorded.",
	),
	GuestEndpoint(
		"covid_portal.citizens.return_form.send",
		("POST",),
		{"page": "str | None", "lang": "str | None"},
		"by Intake Settings: per network, per form, stricter without a proof of work",
		"People register to come home without an account; one row is stored, and nothing is told but its code.",
		(*OF_RETURN, *OF_EVERY_FORM),
		"files",
	),
	GuestEndpoint(
		"covid_portal.bulletins.verifying.check",
		("POST",),
		{"code": "str | None", "page": "str | None", "lang": "str | None"},
		"60 in a minute from one network; a file of 3 MB at the most",
		"Anybody may check whether a bulletin is genuine; nothing is kept.",
		files="file",
	),
	GuestEndpoint(
		"covid_portal.approval.desk.apply_action",
		("GET",),
		{
			"action": "str",
			"doctype": "str",
			"docname": "str",
			"current_state": "str",
			"user": "str | None",
			"last_modified": "str | None",
		},
		"refused for every routed DocType; of all others the framework asks for its signature",
		"Stands in place of the framework's link in workflow e-mails, which decides by a mere visit.",
	),
	GuestEndpoint(
		"covid_portal.channels.zalo_webhook.receive",
		("POST",),
		{},
		"signed by Zalo and fresh, or refused; by size and number as the module says",
		"Zalo hands over here what people write to the Official Account.",
	),
	GuestEndpoint(
		"covid_portal.citizens.protection.challenge",
		("GET",),
		{},
		"120 in a minute from one network",
		"The proof of work that a public form sends with it; nothing is kept.",
	),
	GuestEndpoint(
		"covid_portal.citizens.forms.send_petition",
		("POST",),
		{"page": "str | None", "lang": "str | None"},
		"proof of work, limits per network and form (Intake Settings); 100,000 letters, 5 files of 8 MB",
		"Anybody may send a petition.",
		(*OF_PETITION, *OF_EVERY_FORM),
		"files",
	),
	GuestEndpoint(
		"covid_portal.citizens.follow_up.look",
		("POST",),
		{"code": "str", "page": "str | None", "lang": "str | None"},
		"300 codes, 30 wrong ones in an hour from one network (Intake Settings)",
		"Who has sent something follows it by its code of 80 random bits.",
	),
	GuestEndpoint(
		"covid_portal.citizens.follow_up.write",
		("POST",),
		{"code": "str", "text": "str", "page": "str | None", "lang": "str | None"},
		"as look; 5,000 letters",
		"The same person writes to the unit that works on it.",
	),
	GuestEndpoint(
		"covid_portal.citizens.follow_up.rate",
		("POST",),
		{"code": "str", "stars": "int", "words": "str | None", "page": "str | None", "lang": "str | None"},
		"as look; once",
		"The same person says how good the answer was.",
	),
	GuestEndpoint(
		"covid_portal.citizens.follow_up.reopen",
		("POST",),
		{"code": "str", "reason": "str", "page": "str | None", "lang": "str | None"},
		"as look; three times",
		"The same person has it worked on anew.",
	),
	GuestEndpoint(
		"covid_portal.citizens.follow_up.cancel",
		("POST",),
		{"code": "str", "reason": "str", "page": "str | None", "lang": "str | None"},
		"as look; once",
		"Whoever has registered to come home does not come, and their place is free for others.",
	),
)
BY_PATH = {endpoint.path: endpoint for endpoint in GUEST_ENDPOINTS}
