"""The public pages: as many requests as the same nginx answers with a plain file; publishing a slot and everything anew.

A second nginx is started with the portal's own configuration and beside it, in the same workers, a server of plain files:
each the very bytes of a page's compressed form. wrk asks both in turn.
"""

import json
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from measuring import Result, compared
from portal import LATEST, Portal

PAGES = {"overview": "/", "map": "/ban-do", "latest.json": LATEST}
CONNECTIONS = (50, 500)
ROUNDS, SECONDS = 15, 1  # many short ones: what else the machine does comes and goes
MOST = 1 / 0.9  # times the plain file's time: 90 % of its requests
MOST_P99 = 2
PUBLISHING = {"seconds": 10, "megabytes": 400}
REBUILDING_SECONDS = 15 * 60
PLAIN = """
	server {{
		listen 127.0.0.1:{port} backlog=4096;
		root {folder};
		keepalive_requests 100000;
		sendfile off;
		output_buffers 2 64k;
		open_file_cache max=50000 inactive=60s;
		open_file_cache_valid 1s;
	}}
}}
"""
INSIDE = """
import json, resource, time
from covid_portal.publishing import changes, history, snapshot
from covid_portal.publishing.publication import newest_published

frappe.set_user("Administrator")
started, used = time.perf_counter(), time.process_time()
{act}
frappe.db.commit()
last = history.last()
print(json.dumps({{
	"seconds": time.perf_counter() - started,
	"processor": time.process_time() - used,
	"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
	"outcome": last.outcome,
	"files": last.files,
	"changed": last.changed,
	"slots": frappe.db.count("Report Slot", {{"published_at": ("is", "set")}}),
}}))
"""
PUBLISH = """
slot = frappe.get_doc("Report Slot", newest_published())
slot.publish_figures("Administrator")
"""


def run(portal: Portal) -> list[Result]:
	return [*building(portal), *asking(portal)]


# --- publishing


def building(portal: Portal) -> list[Result]:
	"""Against the times and the memory that a requirement sets; the store has all its kept builds when it counts."""
	whole = told(portal, "snapshot.rebuild_all()")
	published = [told(portal, PUBLISH) for _round in range(8)][-3:]
	size = f"{whole['slots']} slots, {whole['files']} files"
	seconds = [round_["seconds"] * 1000 for round_ in published]
	return [
		compared(
			"full rebuild of the snapshot",
			[whole["seconds"] * 1000],
			[REBUILDING_SECONDS * 1000],
			1,
			f"{size}; {processor([whole])}",
		),
		within_memory([whole]),
		compared(
			"publishing a slot", seconds, [PUBLISHING["seconds"] * 1000], 1, f"{size}; {processor(published)}"
		),
		within_memory(published),
	]


def processor(rounds: list[dict]) -> str:
	"""What holds on a busy machine."""
	return f"{median(round_['processor'] for round_ in rounds):.1f} s of processor time"


def within_memory(rounds: list[dict]) -> Result:
	memory, allowed = [round_["megabytes"] for round_ in rounds], PUBLISHING["megabytes"]
	return compared("  its process, MB", memory, [allowed], 1, f"{allowed} MB")


def told(portal: Portal, act: str) -> dict:
	found = json.loads(portal.inside(INSIDE.format(act=act)).splitlines()[-1])
	assert found["outcome"] == "Published", found
	return found


# --- requests per second


def asking(portal: Portal) -> Iterator[Result]:
	config = portal.root / ".run" / "nginx" / "web-test" / "nginx.conf"
	if not config.exists() or not shutil.which("wrk"):
		print("No nginx or no wrk on this machine: requests per second were not measured.")
		return
	with tempfile.TemporaryDirectory() as folder:
		place_plain_files(portal, Path(folder))
		with two_servers(config, Path(folder)) as (ours, theirs):
			for connections in CONNECTIONS:
				for name, path in PAGES.items():
					yield from beside(
						f"{name}, {connections} connections", ours + path, theirs + f"/{name}", connections
					)


def place_plain_files(portal: Portal, folder: Path) -> None:
	live = portal.root / "sites" / portal.site / "snapshots" / "live"
	for name, path in PAGES.items():
		file = live / path.strip("/")
		file = file / "index.html" if file.is_dir() else file
		shutil.copy(f"{file}.br", folder / name)
	folder.chmod(0o755)


@contextmanager
def two_servers(config: Path, folder: Path) -> Iterator[tuple[str, str]]:
	"""The addresses of the portal and of the plain files."""
	ports = [free_port(), free_port()]
	text = config.read_text().replace(str(config.parent), f"{folder}/own")
	text = re.sub(r"listen \S+ default_server", f"listen 127.0.0.1:{ports[0]} default_server", text)
	text = text[: text.rindex("}")] + PLAIN.format(port=ports[1], folder=folder)
	(folder / "own").mkdir()
	own = folder / "nginx.conf"
	own.write_text(text)
	program = config.parents[2] / "nginx-packages" / "usr" / "sbin" / "nginx"
	binary = str(program) if program.exists() else shutil.which("nginx", path="/usr/sbin:/usr/bin")
	process = subprocess.Popen([binary, "-c", own, "-p", folder, "-e", folder / "error.log"])
	try:
		wait_for(ports[1])
		yield f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
	finally:
		process.terminate()
		process.wait()


def free_port() -> int:
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		return probe.getsockname()[1]


def wait_for(port: int) -> None:
	for _attempt in range(100):
		with socket.socket() as probe:
			if probe.connect_ex(("127.0.0.1", port)) == 0:
				return
		time.sleep(0.1)
	raise AssertionError(f"nginx does not answer at {port}")


def beside(case: str, ours: str, theirs: str, connections: int) -> Iterator[Result]:
	"""Milliseconds of a core's share in a request, which is what the requests per second say, and the slowest percent."""
	load(ours, connections), load(theirs, connections)
	rounds = [one_round((ours, theirs), connections, number % 2) for number in range(ROUNDS)]
	(rates, slow), (plain_rates, plain_slow) = (
		tuple(zip(*side, strict=True)) for side in zip(*rounds, strict=True)
	)
	note = f"{median(rates):.0f}/s, a plain file of the same bytes {median(plain_rates):.0f}/s"
	yield Result(case + ", µs", *per_request(rates, plain_rates), MOST, ROUNDS, note)
	yield compared("  99 % within", list(slow), list(plain_slow), MOST_P99, "the plain file")


def one_round(addresses: tuple[str, str], connections: int, plain_first: bool) -> list[tuple[float, float]]:
	"""Ours and the plain file right after each other, in the one order and in the other by turns; ours is handed back first."""
	order = addresses[::-1] if plain_first else addresses
	found = [load(address, connections) for address in order]
	return found[::-1] if plain_first else found


def per_request(rates: tuple[float, ...], plain_rates: tuple[float, ...]) -> tuple[float, float]:
	"""Ours beside the plain file's: by the ratio that stands in the middle, since both of a round met the same machine."""
	plain = 1e6 / median(plain_rates)
	ratio = median(plain / ours for ours, plain in zip(rates, plain_rates, strict=True))
	return round(plain * ratio, 1), round(plain, 1)


def load(address: str, connections: int) -> tuple[float, float]:
	"""(requests per second, milliseconds within which 99 % were answered); fails on any answer that is no success."""
	command = [
		"wrk",
		"-t2",
		f"-c{connections}",
		f"-d{SECONDS}s",
		"--latency",
		"-H",
		"Accept-Encoding: gzip, br",
		address,
	]
	told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
	assert "Non-2xx" not in told and "Socket errors: connect" not in told, told
	rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
	number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", told).groups()
	return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
