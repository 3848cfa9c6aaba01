"""What gunicorn serves: Frappe for the one site in FRAPPE_SITE, whatever Host a request names, with its static files.

A production bench has nginx in front, which serves the files and chooses the site by Host.
"""

import os
from collections.abc import Callable, Iterable

import frappe.app
from frappe.middlewares import StaticDataMiddleware
from werkzeug.middleware.shared_data import SharedDataMiddleware

# What `bench --site SITE serve` sets as well, on every version 15. Public files are looked up by it, too.
frappe.app._site = os.environ["FRAPPE_SITE"]

with_assets = SharedDataMiddleware(frappe.app.application, {"/assets": os.path.abspath("assets")})
with_files = StaticDataMiddleware(with_assets, {"/files": os.path.abspath(".")})


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
	"""The framework's static files follow .. out of their folder, to the site's passwords: such an address goes to Frappe
	itself, which has no page there."""
	leads_out = ".." in environ.get("PATH_INFO", "").split("/")
	return (frappe.app.application if leads_out else with_files)(environ, start_response)
