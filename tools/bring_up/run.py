"""make run: the bench with the demo site, answering over HTTP."""

from bring_up.accounts import accounts_table, read_accounts
from bring_up.bench import SCHEDULER, WEB, WORKER, Bench
from bring_up.settings import APP
from bring_up.standin import follow_choice


def run(bench: Bench) -> int:
	"""Brings everything up and says where it is."""
	bench.demand_free_ports("WEB_PORT", "MARIADB_PORT", "REDIS_CACHE_PORT", "REDIS_QUEUE_PORT", target="run")
	bench.prepare()
	site = bench.site(bench.settings.site)
	bench.build_beside(site)
	site.load_demo()
	url = start_processes(bench)
	_report(bench, url, follow_choice(bench, site, url))
	return 0


def start_processes(bench: Bench) -> str:
	"""Web, worker, scheduler, and the socket server where there is one; returns the site's address."""
	processes, settings = bench.processes(), bench.settings
	with bench.steps.step("worker and scheduler", announce=False):
		processes.start_worker()
		processes.start_scheduler()
		processes.start_socket_server()
	url = processes.start_web(WEB, settings.site, "WEB_PORT", "run", settings.bind_address)
	processes.demand_alive(WORKER, SCHEDULER)  # by now they would have failed
	return url


def _report(bench: Bench, url: str, standin: str) -> None:
	settings = bench.settings
	accounts = read_accounts(settings.accounts(settings.site))
	print(f"\n{APP} is up after {bench.steps.total():.0f} s.\n")
	print(f"  The people's page   {url}/")
	print(f"  Sign in             {url}/login")
	if standin:
		print(f"  Write as a citizen  {standin}/ (a stand-in for Zalo)")
	print()
	print(accounts_table(accounts))
	print(f"\n  These accounts again: {settings.accounts(settings.site).relative_to(settings.root)}")
	print("  To end it: make stop        The bench command: tools/bench --site … migrate")
	if settings.bind_address != "127.0.0.1":
		print(f"  It listens on {settings.bind_address}: anybody who reaches this machine reaches it.")
