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
	),
	GuestEndpoint(
		"covid_portal.bulletins.verifying.check",
		("POST",),
		{"code": "str | None", "page": "str | None", "lang": "str | None"},
		"60 in a minute from one network; a file of 3 MB at the most",
		"Anybody may check whether a bulletin is genuine; nothing is kept.",
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
)
BY_PATH = {endpoint.path: endpoint for endpoint in GUEST_ENDPOINTS}
