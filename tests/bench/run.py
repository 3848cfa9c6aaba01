"""`make bench`: each case beside its reference, in the same run on the same machine. Prints a table, writes bench.json.

Ends with status 1 when a case misses its target: the ratios count, not the milliseconds.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import consolidating
import deciding
import directive_search
import first_view
import levels
import many_petitions
import on_history
import overview
import places_case
import posting
import rush
import serving
import spreadsheet_case
import submitting
from measuring import Result, table
from portal import NEEDED, Portal

# The history comes late: what is measured before it has the demo fortnight alone, what is published after it has years.
CASES = (
	posting,
	submitting,
	rush,
	deciding,
	consolidating,
	levels,
	overview,
	first_view,
	spreadsheet_case,
	places_case,
	on_history,
	serving,
	directive_search,
	many_petitions,
)


def main() -> int:
	if missing := [name for name in NEEDED if not os.environ.get(name)]:
		print(f"Not set: {', '.join(missing)}. `make bench` starts a site and sets them.", file=sys.stderr)
		return 2
	portal = Portal.of_environment()
	results, broken = [], []
	for case in chosen():
		try:
			results += case.run(portal)
		except Exception:  # what the other cases have found in half an hour is told all the same
			traceback.print_exc()
			broken.append(case.__name__)
	print(table(results))
	write(results)
	if broken:
		print(f"Broken: {', '.join(broken)}", file=sys.stderr)
	return 0 if not broken and all(result.passes for result in results) else 1


def chosen() -> list[ModuleType]:
	"""All cases, or those that BENCH_CASES names."""
	names = [name for name in os.environ.get("BENCH_CASES", "").split(",") if name]
	known = {case.__name__: case for case in CASES}
	assert not set(names) - set(known), f"BENCH_CASES knows {', '.join(known)}"
	return [case for name, case in known.items() if not names or name in names]


def write(results: list[Result]) -> None:
	folder = Path(__file__).resolve().parents[2] / ".run"
	folder.mkdir(exist_ok=True)
	file = folder / "bench.json"
	file.write_text(json.dumps([result.row() for result in results], indent="\t", ensure_ascii=False) + "\n")
	print(f"\nAlso in {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")


if __name__ == "__main__":
	sys.exit(main())
