"""Yarn, and the npm packages that the assets are built with."""

import json
import shutil

from bring_up.environment import install_environment, node_major, npm_registry
from bring_up.errors import BringUpError
from bring_up.frappe_source import is_snapshot
from bring_up.requirements import without_github
from bring_up.settings import Settings
from bring_up.source_choice import list_upstream_tags
from bring_up.stamps import Stamps, hash_of
from bring_up.steps import Step, Steps

YARN = "yarn@1.22.22"
OLDEST_NODE = 18


def install_yarn(settings: Settings, steps: Steps, stamps: Stamps) -> None:
	"""`bench build` calls yarn; Debian's own has another name and many more packages."""
	if node_major() < OLDEST_NODE:
		raise BringUpError(
			f"Node.js {OLDEST_NODE} or newer is needed; this is {node_major() or 'missing'}.",
			"Use Debian 12 or newer, or put a newer node first in PATH.",
		)
	folder = settings.run / "node"
	if stamps.is_current("yarn", YARN) and (folder / "node_modules" / ".bin" / "yarn").exists():
		return
	with steps.step("yarn") as step:
		npm = [
			"npm",
			"install",
			"--silent",
			"--no-audit",
			"--no-fund",
			"--no-package-lock",
			"--prefix",
			folder,
		]
		step.run([*npm, YARN], env=install_environment(settings), party="npm's registry")
		stamps.set("yarn", YARN)


def install_packages(settings: Settings, steps: Steps, stamps: Stamps) -> None:
	"""Frappe's npm packages, by its lock: npm's for the snapshot, yarn's for upstream."""
	modules = settings.frappe / "node_modules"
	if stamps.is_current("node-packages", packages_key(settings)) and modules.is_dir():
		return
	with steps.step("npm packages of Frappe") as step:
		stamps.forget("node-packages")
		if is_snapshot(settings):
			_npm_ci(settings, step)
		else:
			_yarn_install(settings, step)
		stamps.set("node-packages", packages_key(settings))  # the installers may have changed the lock
	shutil.rmtree(settings.run / "cache" / "yarn", ignore_errors=True)


def install_portal_packages(settings: Settings, steps: Steps, stamps: Stamps) -> None:
	"""The portal's own npm packages, where `bench build` looks for them: as `bench get-app` installs them."""
	lists = [settings.portal / name for name in ("package.json", "yarn.lock", ".yarnrc")]
	key = hash_of(node_major(), *(file.read_text() for file in lists))
	if stamps.is_current("portal-node-packages", key) and (settings.portal / "node_modules").is_dir():
		return
	with steps.step("npm packages of the portal") as step:
		stamps.forget("portal-node-packages")
		environment = install_environment(settings)
		yarn = ["yarn", "install", "--non-interactive", "--no-progress", "--check-files"]
		environment |= npm_registry(environment)
		step.run(yarn, cwd=settings.portal, env=environment, party="npm's registry")
		stamps.set("portal-node-packages", key)


def packages_key(settings: Settings) -> str:
	"""Changes with the packages wanted and with Node.js."""
	files = [settings.frappe / name for name in ("package.json", "package-lock.json", "yarn.lock")]
	return hash_of(node_major(), *(file.read_text() for file in files if file.exists()))


def _npm_ci(settings: Settings, step: Step) -> None:
	npm = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
	step.run(npm, cwd=settings.frappe, env=install_environment(settings), party="npm's registry")


def _yarn_install(settings: Settings, step: Step) -> None:
	environment = install_environment(settings)
	if not list_upstream_tags():
		_leave_github(settings)
	yarn = ["yarn", "install", "--non-interactive", "--no-progress", "--check-files"]
	step.run(
		yarn,
		cwd=settings.frappe,
		env=environment | npm_registry(environment),
		party="npm's registry (or GitHub)",
	)


def _leave_github(settings: Settings) -> None:
	"""This machine does not reach GitHub, where Frappe has forks of a few packages: take npm's releases."""
	package_file, lock_file = settings.frappe / "package.json", settings.frappe / "yarn.lock"
	package, lock = without_github(json.loads(package_file.read_text()), lock_file.read_text())
	package_file.write_text(json.dumps(package, indent="\t") + "\n")
	lock_file.write_text(lock)
