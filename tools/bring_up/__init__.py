"""Brings the bench of this repository up and down: Frappe, services, site, processes, tests.

Started by tools/bootstrap.sh with the standard library alone. Every step is idempotent: what it makes is written
aside and moved into place, and a stamp (a hash of what it was made from) says whether it is still current.
"""
