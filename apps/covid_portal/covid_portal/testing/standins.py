"""The stand-ins of tests/standins, which lie outside the app: for its own tests, and only in a whole checkout."""

import importlib.util
import unittest
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[4] / "tests" / "standins"


def load(name: str) -> ModuleType:
	"""The module, or the test is skipped where the app is installed by itself."""
	file = FOLDER / f"{name}.py"
	if not file.exists():
		raise unittest.SkipTest(f"{file} is not here: the app is installed without the repository")
	spec = importlib.util.spec_from_file_location(f"standin_{name}", file)
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module
