"""What a check finds, and the repository it looks at."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

APP = "covid_portal"


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
		listed = subprocess.run(git, cwd=self.root, capture_output=True, text=True, check=True).stdout
		return [
			file for name in sorted(set(listed.split("\0"))) if name and (file := self.root / name).is_file()
		]

	def app_files(self, *endings: str) -> list[Path]:
		"""The files of the app's package with these endings."""
		return [file for file in self.files() if file.is_relative_to(self.package) and file.suffix in endings]


def line_of(text: str, position: int) -> int:
	"""The line number of a position in a text."""
	return text.count("\n", 0, position) + 1
