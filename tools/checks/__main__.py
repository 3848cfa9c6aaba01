"""python -m checks: all checks on the repository that this folder lies in; exit status 1 when one fails."""

import sys
import time
from pathlib import Path

from checks import doctypes, forbidden, states, translations
from checks.problem import Repository

CHECKS = {
	"translations": translations.check,
	"DocTypes": doctypes.check,
	"states past decide()": states.check,
	"forbidden words, large files": forbidden.check,
}
MOST_SHOWN = 100


def main() -> int:
	"""Prints what each check found."""
	repository = Repository(Path(__file__).resolve().parents[2])
	failed = 0
	for name, check in CHECKS.items():
		started = time.monotonic()
		problems = sorted(set(check(repository)), key=lambda problem: (problem.is_warning, problem))
		errors = [problem for problem in problems if not problem.is_warning]
		for problem in problems[:MOST_SHOWN]:
			print(f"  {problem}")
		if len(problems) > MOST_SHOWN:
			print(f"  … and {len(problems) - MOST_SHOWN} more")
		mark, found = ("✗", f"{len(errors)} problems") if errors else ("✓", "sound")
		print(f"{mark} {name}: {found} ({time.monotonic() - started:.1f} s)", flush=True)
		failed += bool(errors)
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
