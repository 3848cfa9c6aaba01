"""Frappe's source from PyPI, for machines that reach no git server.

Frappe itself is not published on PyPI. The wheel criscostack 1.0.0 is upstream's development branch of 5 August
2023 (15.0.0-dev) with the name replaced throughout; putting the name back gives Frappe, byte for byte but for line
ends, five pictures and one renamed file. The wheel and the result are checked by their hashes.
"""

import hashlib
import shutil
import zipfile
from pathlib import Path

from bring_up.errors import BringUpError

REQUIREMENT = (
	"criscostack==1.0.0 --hash=sha256:dc58aaf29c59b7666edc953596e5b31f77d7286b2ed6b14c6a205b217c210349"
)
SOURCE_SHA256 = "160bdfb735f9a5da14515067e88d62b174cedda30ba69643c2ee88b551f5ca4e"
FILES = Path(__file__).resolve().parents[1] / "frappe_snapshot"
OVERLAY = FILES / "overlay"
CONSTRAINTS = FILES / "constraints.txt"

# In this order: the package before what begins like it, and last the prefix of class names.
NAMES = (
	(b"criscostack", b"frappe"),
	(b"Criscostack", b"Frappe"),
	(b"CRISCOSTACK", b"FRAPPE"),
	(b",Criscoerp.com", b",Erpnext.com"),  # in machine translations only; elsewhere it is spelt ERPNext
	(b"criscoerp", b"erpnext"),
	(b"Criscoerp", b"ERPNext"),
	(b"Crisco", b"Frappe"),
)
FILE_NAMES = (("criscostack", "frappe"), ("brik_helper", "bench_helper"))

Tree = dict[str, bytes]


def write_snapshot(wheel: Path, target: Path) -> None:
	"""Writes Frappe's source tree to `target`, with the overlay on top: licence, dependencies, asset build."""
	tree = restore_names(read_wheel(wheel))
	check(tree)
	for name, content in tree.items():
		file = target / name
		file.parent.mkdir(parents=True, exist_ok=True)
		file.write_bytes(content)
	shutil.copytree(OVERLAY, target, dirs_exist_ok=True)


def read_wheel(wheel: Path) -> Tree:
	"""The package's files, without the wheel's own records."""
	with zipfile.ZipFile(wheel) as archive:
		names = [name for name in archive.namelist() if not name.endswith((".DS_Store", "/"))]
		return {name: archive.read(name) for name in names if ".dist-info/" not in name}


def restore_names(tree: Tree) -> Tree:
	"""Puts Frappe's name back, in file names and in texts."""
	return {restore_name(name): restore_text(content) for name, content in tree.items()}


def restore_name(name: str) -> str:
	"""A file's name upstream."""
	for theirs, ours in FILE_NAMES:
		name = name.replace(theirs, ours)
	return name


def restore_text(content: bytes) -> bytes:
	"""A file's content upstream; what is no text (by git's rule) is left as it is."""
	if b"\0" in content[:8000]:
		return content
	for theirs, ours in NAMES:
		content = content.replace(theirs, ours)
	return content


def check(tree: Tree) -> None:
	"""Raises BringUpError unless the tree is exactly the one that was compared with upstream."""
	found = hash_of_tree(tree)
	if found != SOURCE_SHA256:
		raise BringUpError(
			f"The snapshot made from the wheel has the hash {found}, not {SOURCE_SHA256}.",
			"Somebody changed the wheel or tools/bring_up/snapshot.py: use upstream (see FRAPPE_SOURCE in README.md).",
		)


def hash_of_tree(tree: Tree) -> str:
	"""SHA-256 over names, lengths and contents, in order of names."""
	digest = hashlib.sha256()
	for name in sorted(tree):
		digest.update(f"{name}\0{len(tree[name])}\0".encode() + tree[name])
	return digest.hexdigest()
