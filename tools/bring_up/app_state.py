"""Hashes of the portal's own files: what has changed decides what has to be done again."""

from pathlib import Path

from bring_up.frappe_source import read_record
from bring_up.settings import APP, Settings
from bring_up.stamps import files_below, hash_of, hash_of_files

INSIDE = Path(__file__).resolve().parent / "inside"
# What `bench migrate` and the installation act on; a change elsewhere only needs a restart.
SHAPE_FOLDERS = ("patches", "setup")
SHAPE_FILES = ("hooks.py", "modules.txt", "patches.txt")


def shape_key(settings: Settings) -> str:
	"""Changes when a site has to be migrated: DocTypes and other JSON, patches, hooks, Frappe itself."""
	package = settings.portal / APP
	files = [file for file in _code(settings) if file.is_relative_to(package)]
	files = [file for file in files if _is_shape(file.relative_to(package))]
	return hash_of(frappe_key(settings), hash_of_files(package, files))


def code_key(settings: Settings) -> str:
	"""Changes when the processes have to be started anew, and what they have cached forgotten."""
	ours = hash_of_files(INSIDE, files_below(INSIDE))
	return hash_of(frappe_key(settings), ours, hash_of_files(settings.portal, _code(settings)))


def public_key(settings: Settings) -> str:
	"""Changes when the portal's assets have to be built anew."""
	public, packages = settings.portal / APP / "public", settings.portal / "yarn.lock"
	return hash_of_files(settings.portal, [packages, *files_below(public, without=["dist"])])


def pack_key(settings: Settings) -> str:
	"""Changes with the province pack."""
	return hash_of_files(settings.pack, files_below(settings.pack))


def frappe_key(settings: Settings) -> str:
	"""Changes with the Frappe in use, and with how its sites are set up."""
	wizard = (INSIDE / "complete_wizard.py").read_text()
	return hash_of(read_record(settings).get("key"), wizard)


def _code(settings: Settings) -> list[Path]:
	"""Everything of the portal but its assets and its tests."""
	files = files_below(settings.portal, without=["public", "node_modules"])
	return [file for file in files if not file.name.startswith("test_") and file.suffix != ".pyc"]


def _is_shape(file: Path) -> bool:
	in_folder = bool(file.parts) and file.parts[0] in SHAPE_FOLDERS
	return file.suffix == ".json" or in_folder or str(file) in SHAPE_FILES
