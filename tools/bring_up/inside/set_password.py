"""Sets Administrator's password to the one read from standard input, so that no list of processes shows it.

env/bin/python set_password.py SITE   (run in sites/)
"""

import sys

import frappe
from frappe.utils.password import update_password


def main(site: str, password: str) -> None:
	"""Sets and commits it."""
	frappe.init(site=site)
	frappe.connect()
	update_password("Administrator", password)
	frappe.db.commit()
	frappe.destroy()


if __name__ == "__main__":
	main(sys.argv[1], sys.stdin.read().strip())
