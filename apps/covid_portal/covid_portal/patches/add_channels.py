"""Sites installed before there were channels: their limits, the hosts that pictures come from, how long conversations are kept."""

from covid_portal.channels.setup import load_shipped_settings
from covid_portal.privacy.retention import load_shipped_rules


def execute() -> None:
	load_shipped_settings()
	load_shipped_rules(("Conversation",))
