"""python tests/bench/run.py: every case beside its reference in the same run; a table, and .run/bench.json.

BASE_URL, SITE, BENCH_ROOT and ACCOUNTS_CSV say which running portal; `make bench` starts one and sets them. Speed is never
a test: the run ends well unless a case could not be measured.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import consolidation_case
import overview_case
import report_case
from portal import Portal
from sampling import Case

CASES = (overview_case, consolidation_case, report_case)


def main() -> int:
	portal = Portal.of_environment()
	rows = [row for module in CASES for row in module.run(portal)]
	for row in rows:
		print(line(row))
	target = Path(os.environ["BENCH_ROOT"], ".run", "bench.json")
	target.parent.mkdir(exist_ok=True)
	target.write_text(json.dumps([row.row() for row in rows], indent="\t") + "\n")
	print(f"written to {target.relative_to(os.environ['BENCH_ROOT'])}")
	return 0


def line(case: Case) -> str:
	verdict = "" if case.most is None else f"at most {case.most:.1f}: {'PASS' if case.holds else 'MISS'}"
	return (
		f"{case.name:42} {case.ours_ms:9.1f} ms | {case.reference:42} {case.reference_ms:9.1f} ms | "
		f"ratio {case.ratio:6.2f} {verdict}"
	)


if __name__ == "__main__":
	sys.exit(main())
