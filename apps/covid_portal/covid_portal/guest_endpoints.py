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
)
BY_PATH = {endpoint.path: endpoint for endpoint in GUEST_ENDPOINTS}
