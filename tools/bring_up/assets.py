"""The bundles that pages load: built when what they are made of has changed."""

from bring_up import app_state
from bring_up.frappe_commands import frappe
from bring_up.frappe_source import read_record
from bring_up.node import packages_key
from bring_up.settings import APP, Settings
from bring_up.stamps import Stamps, hash_of
from bring_up.steps import Steps


def build_assets(settings: Settings, steps: Steps, stamps: Stamps) -> None:
	"""All assets when Frappe's are not current, else the portal's alone, else none."""
	frappe_key = hash_of(read_record(settings).get("key"), packages_key(settings))
	portal_key = hash_of(frappe_key, app_state.public_key(settings))
	listing = settings.sites / "assets" / "assets.json"
	if not stamps.is_current("frappe-assets", frappe_key) or not listing.exists():
		with steps.step("assets of Frappe and the portal") as step:
			stamps.forget("frappe-assets")
			frappe(settings, step, "build", "--production", "--force")
		stamps.set("frappe-assets", frappe_key)
		stamps.set("portal-assets", portal_key)
	elif not stamps.is_current("portal-assets", portal_key):
		with steps.step("assets of the portal") as step:
			frappe(settings, step, "build", "--production", "--app", APP)
		stamps.set("portal-assets", portal_key)
