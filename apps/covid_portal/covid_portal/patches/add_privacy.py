"""Sites installed before personal data were kept: the keys they are sealed with, and how long they are kept."""

from covid_portal.privacy import keys
from covid_portal.privacy.retention import load_shipped_rules


def execute() -> None:
	keys.ensure()
	load_shipped_rules()
