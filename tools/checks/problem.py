"""What a check finds, and the repository it looks at."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

APP = "covid_portal"
MADE = (".run", "apps/frappe", "config", "env", "logs", "sites")
NEVER = (".git", ".hypothesis", ".pytest_cache", ".ruff_cache", "__pycache__", "node_modules")


@dataclass(frozen=True, order=True)
class Problem:
	"""`message` says what is wrong and what would be right; a warning fails nothing."""

	file: str
	line: int
	message: str
	is_warning: bool = False

	def __str__(self) -> str:
		kind = "note: " if self.is_warning else ""
		return f"{self.file}:{self.line}: {kind}{self.message}"


@dataclass(frozen=True)
class Repository:
	"""Where things lie in a checkout."""

	root: Path

	@property
	def package(self) -> Path:
		"""The app's Python package."""
		return self.root / "apps" / APP / APP

	def name(self, file: Path) -> str:
		"""A file's name below the root."""
		return str(file.relative_to(self.root))

	def files(self) -> list[Path]:
		"""What is tracked, and what would be at the next `git add`."""
		git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
		listed = subprocess.run(git, cwd=self.root, capture_output=True, text=True, check=False)
		if listed.returncode:  # no git repository, for instance an unpacked archive
			return sorted(self._all_files())
		names = sorted(set(listed.stdout.split("\0")) - {""})
		return [file for name in names if (file := self.root / name).is_file()]

	def _all_files(self) -> Iterator[Path]:
		"""All files but those that `make run` makes."""
		made = {self.root / name for name in MADE}
		for parent, folders, files in os.walk(self.root):
			folders[:] = [name for name in folders if Path(parent, name) not in made and name not in NEVER]
			yield from (Path(parent, name) for name in files)

	def app_files(self, *endings: str) -> list[Path]:
		"""The files of the app's package with these endings."""
		return [file for file in self.files() if file.is_relative_to(self.package) and file.suffix in endings]


def line_of(text: str, position: int) -> int:
	"""The line number of a position in a text."""
	return text.count("\n", 0, position) + 1
