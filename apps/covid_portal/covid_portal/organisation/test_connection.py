"""Each request and each job connects to the database anew: what that costs, everything costs."""

from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase


class TestConnection(FrappeTestCase):
	def test_a_connection_reads_no_certificates(self):
		"""A driver that prepares for TLS nobody asked for takes ten times as long as the whole rest of a small request."""
		with patch("ssl.create_default_context", side_effect=AssertionError("certificates were read")):
			frappe.db.get_connection().close()
