"""The snapshot's files on disk. Nothing here knows Frappe.

    objects/<ab>/<sha256>{,.gz,.br}   each content once, with its compressed forms
    builds/<id>/manifest.json         {"look": …, "files": {path: sha256}}
    builds/<id>/files/<path>          hard links to objects: what a web server serves
    live -> builds/<id>/files         switched by renaming: a reader meets the whole of one build or of the other

A new build takes over the folder of the oldest one that is not kept and changes what differs, so that its cost is that of
the changes and not of the history; only while there are fewer builds is the whole tree linked. An object that no build
links to any more is removed with the last link. One process at a time writes (the caller holds a lock), anybody reads.

A file's time says with which build its content first came, and no two builds have the same second: a web server's
validators, made of time and size, tell any two contents of an address apart.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from covid_portal.publishing.compression import BROTLI, GZIP, compressed, expanded

KEPT_BUILDS = 5
FORMS = ("", GZIP, BROTLI)
UNFINISHED = ".new-"
# A Path: a large file on this disk, read when its turn comes.
Files = Mapping[str, bytes | Path | None]


class BrokenStore(Exception):
	"""The store lacks what its manifest names: a full rebuild makes it whole."""


class NoSuchBuild(Exception):
	"""No build of that name is kept."""


@dataclass
class Staged:
	"""A build that is being made: `folder` holds its files already. `changed`: how many differ from the live build's."""

	name: str
	folder: Path
	second: int
	look: str
	manifest: dict[str, str]
	afresh: bool
	changed: int = 0
	written: int = 0
	dropped: set[str] = field(default_factory=set)

	@property
	def files(self) -> Path:
		return self.folder / "files"


class Store:
	"""The builds below one folder. `quick`: they cost half of the time, and readers of pages an eighth more bytes."""

	def __init__(self, root: Path, quick: bool = False) -> None:
		self.root, self.quick = root, quick
		self.builds = root / "builds"
		self.objects = root / "objects"
		self.live = root / "live"

	# --- reading

	def live_name(self) -> str | None:
		"""The name of the build that readers see; None before the first one, or where one of an older layout is live."""
		folder = self.live.resolve().parent
		return folder.name if folder.parent == self.builds and (folder / "manifest.json").is_file() else None

	def kept(self) -> list[str]:
		"""The finished builds there are, the oldest first by name."""
		if not self.builds.is_dir():
			return []
		return sorted(path.parent.name for path in self.builds.glob("[0-9]*/manifest.json"))

	def read_manifest(self, name: str | None) -> dict:
		if not name:
			return {"look": "", "files": {}}
		return json.loads((self.builds / name / "manifest.json").read_bytes())

	def object(self, digest: str) -> Path:
		return self.objects / digest[:2] / digest

	# --- building

	def stage(self, now: datetime, look: str, afresh: bool = False) -> Staged:
		"""Begin a build with the files of the live one, or with none. `look`: digest of what pages are made with."""
		self.remove_unfinished()
		live = self.live_name()
		name = self.new_name(now)
		folder = self.builds / f"{UNFINISHED}{name}"
		base = {} if afresh else self.read_manifest(live)["files"]
		oldest = None if afresh else self.oldest_to_go(live)
		staged = Staged(name, folder, self.new_second(), look, dict(base), afresh)
		if oldest:
			before = self.read_manifest(oldest)["files"]
			(self.builds / oldest).rename(folder)
			(folder / "manifest.json").unlink()
		else:
			before = {}
			staged.files.mkdir(parents=True)
		self.make_like(staged, before, base)
		return staged

	def oldest_to_go(self, live: str | None) -> str | None:
		"""The build whose folder the next one may take over."""
		kept = self.kept()
		return next((name for name in kept if name != live), None) if len(kept) >= KEPT_BUILDS else None

	def new_name(self, now: datetime) -> str:
		"""By the portal's clock, and after all there are: one that was moved back must not make a build the oldest."""
		name, newest = f"{now:%Y%m%d%H%M%S%f}", max(self.kept(), default="")
		return name if name > newest else str(int(newest) + 1)

	def new_second(self) -> int:
		"""A second that no file of an earlier build carries."""
		seconds = [int((self.builds / name / "manifest.json").stat().st_mtime) for name in self.kept()]
		return max([int(time.time()), *(second + 1 for second in seconds)])

	def make_like(self, staged: Staged, before: Mapping[str, str], wanted: Mapping[str, str]) -> None:
		"""Change the files in the folder from those of one manifest to those of another."""
		for path in before.keys() - wanted.keys():
			self.unlink(staged, path, before[path])
		for path, digest in wanted.items():
			if before.get(path) != digest:
				if path in before:
					self.unlink(staged, path, before[path])
				self.link(staged.files / path, digest)

	def put(self, staged: Staged, files: Files) -> None:
		"""The files as they are to be; None: there is no such file any more. Unchanged ones are not written."""
		for path, given in files.items():
			content = given.read_bytes() if isinstance(given, Path) else given
			before = staged.manifest.get(path)
			digest = None if content is None else hashlib.sha256(content).hexdigest()
			if digest == before:
				continue
			staged.changed += 1
			if before:
				self.unlink(staged, path, before)
				del staged.manifest[path]
			if digest:
				self.keep(staged, path, content, digest)
				self.link(staged.files / path, digest)
				staged.manifest[path] = digest

	def keep(self, staged: Staged, path: str, content: bytes, digest: str) -> None:
		"""The content as an object, unless it is one. The plain form comes last: where it is, the others are. A build made
		afresh trusts no object: it is what mends a store."""
		target = self.object(digest)
		if target.exists() and not (staged.afresh and any(wrong_forms(target, digest))):
			return
		target.parent.mkdir(parents=True, exist_ok=True)
		for ending, form in {**compressed(path, content, self.quick), "": content}.items():
			temporary = target.with_name(f".new{ending}-{digest}")
			temporary.write_bytes(form)
			os.utime(temporary, (staged.second, staged.second))
			temporary.replace(target.with_name(digest + ending))
			staged.written += len(form)

	def link(self, path: Path, digest: str) -> None:
		"""All forms of the object under the path. Raises BrokenStore where there is none."""
		source, target = str(self.object(digest)), str(path)
		if not os.path.exists(source):
			raise BrokenStore(f"{digest} of {path.name} is missing")
		path.parent.mkdir(parents=True, exist_ok=True)
		for ending in FORMS:
			with suppress(FileNotFoundError):
				os.link(source + ending, target + ending)

	def unlink(self, staged: Staged, path: str, digest: str) -> None:
		for ending in FORMS:
			Path(f"{staged.files / path}{ending}").unlink(missing_ok=True)
		remove_empty(staged.files, (staged.files / path).parent)
		staged.dropped.add(digest)

	def finish(self, staged: Staged) -> str:
		"""Make the build one of the kept ones; its manifest's digest."""
		content = json.dumps(
			{"look": staged.look, "files": dict(sorted(staged.manifest.items()))}, separators=(",", ":")
		).encode()
		manifest = staged.folder / "manifest.json"
		manifest.write_bytes(content)
		os.utime(manifest, (staged.second, staged.second))
		staged.folder.rename(self.builds / staged.name)
		return hashlib.sha256(content).hexdigest()

	def switch(self, name: str) -> None:
		"""Make the build live, in one step."""
		if name not in self.kept():
			raise NoSuchBuild(name)
		temporary = self.root / f".live-{name}"
		temporary.unlink(missing_ok=True)
		temporary.symlink_to(Path("builds") / name / "files")
		temporary.replace(self.live)

	# --- what is no longer needed

	def collect(self, digests: set[str]) -> None:
		"""Remove those of the objects that no build links to."""
		for digest in digests:
			for ending in FORMS:
				path = Path(f"{self.object(digest)}{ending}")
				if path.exists() and path.stat().st_nlink == 1:
					path.unlink()

	def prune(self) -> None:
		"""Remove builds beyond those kept, and of another layout, and then every object that no build links to."""
		live, names = self.live_name(), self.kept()
		gone = [name for name in names if name != live][: max(0, len(names) - KEPT_BUILDS)]
		others = [path.name for path in self.builds.iterdir() if path.name not in names]
		for name in (*gone, *others):
			shutil.rmtree(self.builds / name)
		if gone or others:
			self.collect({path.name for path in self.objects.glob("??/*") if not path.suffix})

	def remove_unfinished(self) -> None:
		"""What a build left behind that was ended midway."""
		self.builds.mkdir(parents=True, exist_ok=True)
		for folder in self.builds.glob(f"{UNFINISHED}*"):
			shutil.rmtree(folder)

	# --- checking

	def problems(self) -> Iterator[str]:
		"""Where the live build is not what its manifest says, a line for each file."""
		files = self.live.resolve()
		manifest = self.read_manifest(self.live_name())["files"]
		for path, digest in manifest.items():
			try:
				yield from wrong_forms(files / path, digest)
			except OSError as error:
				yield f"{path}: {error.strerror}"
		found = (
			{str(file.relative_to(files)) for file in files.rglob("*") if file.is_file()}
			if manifest
			else set()
		)
		known = {path + ending for path in manifest for ending in FORMS}
		yield from (f"{path}: in no manifest" for path in sorted(found - known))


def wrong_forms(file: Path, digest: str) -> Iterator[str]:
	content = file.read_bytes()
	if hashlib.sha256(content).hexdigest() != digest:
		yield f"{file.name}: its content is not what was published"
	for ending in FORMS[1:]:
		form = Path(f"{file}{ending}")
		if form.exists() and expanded(ending, form.read_bytes()) != content:
			yield f"{form.name}: says something else than {file.name}"


def remove_empty(root: Path, folder: Path) -> None:
	"""The folder and those above it, as far as nothing is in them."""
	while folder != root and folder.is_dir() and not any(folder.iterdir()):
		folder.rmdir()
		folder = folder.parent
