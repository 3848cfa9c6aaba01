"""Where Frappe comes from: what FRAPPE_SOURCE says, or else what this machine can reach."""

import os
import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bring_up.errors import BringUpError

UPSTREAM = "https://github.com/frappe/frappe"
PINNED_TAG = "v15.118.0"
DEFAULT_REF = "version-15"
SECONDS_TO_ANSWER = 8
SNAPSHOT = "criscostack==1.0.0"

HOW_TO_CHOOSE = "FRAPPE_SOURCE=pypi (the snapshot), FRAPPE_SOURCE=<git address>@<tag or branch>, or FRAPPE_SOURCE=<folder>."


@dataclass(frozen=True)
class Source:
	"""`kind` is pypi, git or folder; `reason` is told to the person."""

	kind: str
	place: str
	ref: str
	reason: str

	def __str__(self) -> str:
		if self.kind == "pypi":
			return f"snapshot of upstream's development of 5 August 2023, from PyPI ({self.place})"
		return f"{without_password(self.place)}{f' at {self.ref}' if self.ref else ''}"


def choose_source(asked: str, list_tags: Callable[[], list[str]]) -> Source:
	"""Follows FRAPPE_SOURCE; when it is empty, upstream if its tags can be listed, else the snapshot."""
	if asked:
		return parse_source(asked)
	tags = list_tags()
	if tags:
		tag = choose_tag(tags)
		return Source("git", UPSTREAM, tag, "upstream's git answers")
	return Source(
		"pypi",
		SNAPSHOT,
		"",
		f"upstream's git did not answer within {SECONDS_TO_ANSWER} s; for evaluation and tests, loopback only",
	)


def parse_source(asked: str) -> Source:
	"""FRAPPE_SOURCE as a person writes it; raises BringUpError when it is none of the three forms."""
	reason = "asked for by FRAPPE_SOURCE"
	if asked == "pypi":
		return Source("pypi", SNAPSHOT, "", reason)
	if "://" in asked or re.match(r"[\w.-]+@[\w.-]+:", asked):
		place, ref = split_ref(asked)
		return Source("git", place, ref or DEFAULT_REF, reason)
	folder = Path(asked).expanduser().resolve()
	if not (folder / "pyproject.toml").is_file() or not (folder / "frappe" / "__init__.py").is_file():
		raise BringUpError(
			f"FRAPPE_SOURCE={asked}: there is no Frappe in {folder} (pyproject.toml and frappe/).",
			HOW_TO_CHOOSE,
		)
	return Source("folder", str(folder), "", reason)


def split_ref(address: str) -> tuple[str, str]:
	"""Address and ref of `address@ref` or `address#ref`: an @ before the host is no ref."""
	if "#" in address:
		place, _, ref = address.partition("#")
		return place, ref
	scheme, mark, rest = address.rpartition("://")
	path_starts = rest.find("/" if mark else ":")
	host, path = rest[:path_starts], rest[path_starts:]
	path, _, ref = path.rpartition("@") if "@" in path else (path, "", "")
	return f"{scheme}{mark}{host}{path}", ref


def choose_tag(tags: Iterable[str]) -> str:
	"""The pinned tag; if it is gone, the newest release of version 15 from there on."""
	pinned = version_of(PINNED_TAG)
	found = sorted(version for tag in tags if (version := version_of(tag)) and version >= pinned)
	if not found:
		raise BringUpError(
			f"Upstream has no release {PINNED_TAG} and no later one of version 15.",
			f"Choose one: {HOW_TO_CHOOSE}",
		)
	chosen = pinned if pinned in found else found[-1]
	return "v" + ".".join(map(str, chosen))


def version_of(tag: str) -> tuple[int, ...]:
	"""(15, 118, 0) for v15.118.0; empty for what is no release of version 15."""
	match = re.fullmatch(r"v(15)\.(\d+)\.(\d+)", tag)
	return tuple(map(int, match.groups())) if match else ()


@cache
def list_upstream_tags() -> list[str]:
	"""The releases of version 15; empty when upstream does not answer in time."""
	command = ["git", "ls-remote", "--tags", "--refs", UPSTREAM, "v15.*"]
	try:
		answer = subprocess.run(
			command,
			capture_output=True,
			text=True,
			timeout=SECONDS_TO_ANSWER,
			check=True,
			stdin=subprocess.DEVNULL,
			env=_without_prompts(),
		)
	except (OSError, subprocess.SubprocessError):
		return []
	return [line.rpartition("refs/tags/")[2] for line in answer.stdout.splitlines()]


def without_password(address: str) -> str:
	"""An address as it may be printed."""
	return re.sub(r"://[^/@]*@", "://", address)


def _without_prompts() -> dict[str, str]:
	return {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
