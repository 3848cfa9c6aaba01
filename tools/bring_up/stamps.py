"""Whether something made earlier is still current: a stamp holds the hash of all it was made from."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def hash_of(*parts: object) -> str:
	"""A short hash of the parts, order counting."""
	digest = hashlib.sha256()
	for part in parts:
		data = str(part).encode()
		digest.update(f"{len(data)}:".encode() + data)
	return digest.hexdigest()[:20]


def hash_of_files(root: Path, files: Iterable[Path]) -> str:
	"""A hash of names (below `root`) and contents; files that do not exist count as such."""
	digest = hashlib.sha256()
	for file in sorted(files):
		data = file.read_bytes() if file.is_file() else b"\0missing"
		digest.update(f"{file.relative_to(root)}\0{len(data)}\0".encode() + data)
	return digest.hexdigest()[:20]


def files_below(folder: Path, without: Iterable[str] = ()) -> list[Path]:
	"""All files below a folder, in no set order, except in folders named in `without`."""
	names = {"__pycache__", "node_modules", ".git", *without}
	found: list[Path] = []
	for parent, folders, files in os.walk(folder):
		folders[:] = [name for name in folders if name not in names]
		found.extend(Path(parent, name) for name in files)
	return found


def write_file(file: Path, content: str, mode: int = 0o644) -> None:
	"""Writes a file so that it is there whole or not at all."""
	file.parent.mkdir(parents=True, exist_ok=True)
	beside = file.with_name(f".{file.name}.new")
	beside.unlink(missing_ok=True)
	beside.touch(mode=mode)
	beside.chmod(mode)
	beside.write_text(content)
	beside.replace(file)


class Stamps:
	"""The stamps of a bench, one small file each."""

	def __init__(self, folder: Path) -> None:
		self.folder = folder

	def is_current(self, name: str, key: str) -> bool:
		"""Whether `name` was made from exactly what `key` stands for."""
		return self.read(name) == key

	def read(self, name: str) -> str:
		"""The key it was made from; empty when it was not, or not to the end."""
		file = self.folder / name
		return file.read_text() if file.is_file() else ""

	def set(self, name: str, key: str) -> None:
		"""To be called when it is made, and lies in its place."""
		write_file(self.folder / name, key)

	def forget(self, name: str) -> None:
		"""To be called before it is made anew, so that an interruption shows."""
		(self.folder / name).unlink(missing_ok=True)
