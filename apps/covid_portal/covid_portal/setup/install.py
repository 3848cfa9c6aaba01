"""What the app needs on every site. Province data comes from the province pack, not from here.

Each step is idempotent and creates only what is missing. They run once, at installation: a later version brings what
it adds by a patch, so that a row which an administrator deleted on purpose does not come back with an update.
"""

from covid_portal.approval.managed_workflow import ensure_workflow
from covid_portal.approval.routes import load_shipped_routes
from covid_portal.bulletins.doctype.bulletin_settings.bulletin_settings import load_shipped_settings
from covid_portal.channels.setup import load_shipped_settings as load_channel_settings
from covid_portal.citizens import assignment
from covid_portal.citizens.doctype.home_return_settings.home_return_settings import (
	ensure_settings as ensure_return_settings,
)
from covid_portal.citizens.doctype.intake_settings.intake_settings import ensure_settings
from covid_portal.directives.clocks import load_shipped_clocks
from covid_portal.directives.types import load_shipped_types
from covid_portal.organisation.duties import ensure_roles
from covid_portal.organisation.scope import load_shipped_scopes
from covid_portal.places.boards import ensure_boards
from covid_portal.places.doctype.control_place_kind.control_place_kind import load_shipped_kinds
from covid_portal.privacy import keys
from covid_portal.privacy.retention import load_shipped_rules
from covid_portal.reporting.definitions import load_shipped_definitions
from covid_portal.setup.list_columns import widen_lists
from covid_portal.setup.module_profile import ensure_module_profile
from covid_portal.setup.site_defaults import set_site_defaults, set_working_hours


def after_install() -> None:
	keys.ensure()
	ensure_roles()
	ensure_module_profile()
	load_shipped_scopes()
	load_shipped_definitions()
	for document_type in load_shipped_routes():
		ensure_workflow(document_type)
	set_site_defaults()
	set_working_hours()
	load_shipped_settings()
	load_channel_settings()
	ensure_settings()
	assignment.load_shipped_rules()
	ensure_return_settings()
	load_shipped_rules()
	load_shipped_kinds()
	ensure_boards()
	load_shipped_types()
	load_shipped_clocks()
	widen_lists()
