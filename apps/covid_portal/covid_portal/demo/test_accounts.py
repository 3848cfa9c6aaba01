"""Demo accounts have the roles of their duties and no others."""

import csv
import tempfile
from pathlib import Path

import frappe

from covid_portal.demo import accounts
from covid_portal.organisation.duties import STAFF_ROLE
from covid_portal.testing.case import PortalTestCase


class TestDemoAccounts(PortalTestCase):
	def test_nobody_but_the_system_manager_becomes_one(self) -> None:
		frappe.db.delete("Has Role", {"role": "System Manager", "parent": ("!=", "Administrator")})
		entries = (
			("zz.system", "System Manager", "DHC-ZZ1"),
			("zz.reporter", "Reporter", "CHS-ZZ11"),
		)
		self.addCleanup(setattr, accounts, "ACCOUNTS", accounts.ACCOUNTS)
		accounts.ACCOUNTS = entries
		with tempfile.TemporaryDirectory() as folder:
			path = Path(folder, "accounts.csv")
			self.assertEqual(accounts.make(str(path)), 2)
			rows = list(csv.DictReader(path.open(encoding="utf-8")))
		roles = {
			row["duty"]: set(frappe.get_all("Has Role", {"parent": row["email"]}, pluck="role"))
			for row in rows
		}
		self.assertEqual(roles, {"System Manager": {"System Manager"}, "Reporter": {"Reporter", STAFF_ROLE}})
