"""What no tracked file may hold: paths of somebody's machine, hosts of package registries, half a megabyte."""

import re
from collections.abc import Iterator
from pathlib import Path

from checks.problem import Problem, Repository, line_of

LARGEST = 500_000

# One letter of each word stands in brackets, so that this file does not find itself.
FORBIDDEN = {
	"the path of somebody's machine": re.compile(
		r"(?<![\w.}])/(?:wor[k]|tm[p]|hom[e]/\w+|roo[t]|User[s]/\w+)/|/\.librar[y]\b"
	),
	"the host of a package registry: ask the tool's own settings at run time": re.compile(
		r"https?://[\w.]*(?:regist[r]y|py[p]i\.|pythonhoste[d])|\"resolve[d]\": *\"http|(?:extra-)?inde[x]-url"
	),
	"who or what wrote this": re.compile(
		r"(?i)\b(?:claud[e]|anthropi[c]|chatgp[t]|copilo[t])\b|\bissu[e] #?\d"
	),
	"the mark of an unresolved merge": re.compile(r"(?m)^(?:<{7}|>{7}) "),
}


def check(repository: Repository) -> Iterator[Problem]:
	"""Reads every file that is tracked or about to be."""
	for file in repository.files():
		size = file.stat().st_size
		if size > LARGEST:
			yield Problem(
				repository.name(file), 1, f"{size / 1000:.0f} kB; no tracked file is larger than 500 kB"
			)
		yield from forbidden_words(repository.name(file), file)


def forbidden_words(name: str, file: Path) -> Iterator[Problem]:
	"""The forbidden words in one file; binary files are passed over."""
	content = file.read_bytes()
	if b"\0" in content[:8000]:
		return
	text = content.decode(errors="replace")
	for what, pattern in FORBIDDEN.items():
		for match in pattern.finditer(text):
			yield Problem(name, line_of(text, match.start()), f"{match.group().strip()!r} is {what}")
