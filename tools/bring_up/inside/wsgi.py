"""What gunicorn serves: Frappe for the one site in FRAPPE_SITE, whatever Host a request names, with its static files.

A production bench has nginx in front, which serves the files and chooses the site by Host.
"""

import os

import frappe.app
from frappe.middlewares import StaticDataMiddleware
from werkzeug.middleware.shared_data import SharedDataMiddleware

# What `bench --site SITE serve` sets as well, on every version 15. Public files are looked up by it, too.
frappe.app._site = os.environ["FRAPPE_SITE"]

application = SharedDataMiddleware(frappe.app.application, {"/assets": os.path.abspath("assets")})
application = StaticDataMiddleware(application, {"/files": os.path.abspath(".")})
