"""Sites installed before there were channels: their limits, and the hosts that pictures come from."""

from covid_portal.channels.setup import load_shipped_settings


def execute() -> None:
	load_shipped_settings()
