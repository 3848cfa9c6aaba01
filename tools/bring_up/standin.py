"""The stand-in for Zalo and an SMS gateway beside the demo site, where it is asked for: make run ZALO_STANDIN=8020."""

import json
import subprocess

from bring_up.bench import Bench
from bring_up.environment import command_environment
from bring_up.errors import BringUpError
from bring_up.frappe_commands import frappe
from bring_up.ports import demand_free
from bring_up.sites import Site

NAME = "zalo-standin"
SWITCH = "channel_test_server"  # in the site's configuration; see channels/web.py of the portal


def follow_choice(bench: Bench, site: Site, url: str) -> str:
	"""Starts it and leads the demo site's channels there, or takes it away; returns its address, or nothing."""
	bench.daemons.stop(NAME)
	port = bench.settings.standin_port
	if not port:
		if site.config().get(SWITCH):
			site.set_config(**{SWITCH: ""})
		return ""
	program = bench.settings.root / "tests" / "standins" / "zalo.py"
	if not program.exists():
		raise BringUpError(
			"There is no tests/standins/zalo.py.", "Run this in a whole checkout of the repository."
		)
	with bench.steps.step("stand-in for Zalo", announce=False) as step:
		words = [bench.settings.python, program]
		environment = command_environment(bench.settings)
		demand_free("ZALO_STANDIN", port, "run", "127.0.0.1")
		bench.daemons.start(
			NAME,
			[*words, "--port", str(port), "--webhook", url],
			cwd=bench.settings.root,
			env=environment,
			port=port,
		)
		account = subprocess.run([*words, "--account"], capture_output=True, text=True, check=True).stdout
		address = f"http://127.0.0.1:{port}"
		site.set_config(**{SWITCH: address})
		frappe(bench.settings, step, "use-channel-standin", json.dumps(json.loads(account)), site=site.name)
	return address
