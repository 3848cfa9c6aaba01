import re

import frappe
from frappe import _
from frappe.model.document import Document

from covid_portal.channels import state, web
from covid_portal.channels.outbox import enqueue

HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+")


class SettingsNotSound(frappe.ValidationError):
	"""A channel set up like that could not work."""


class ChannelSettings(Document):
	"""How the portal reaches people: accounts, drivers, limits. Secrets are stored encrypted and shown to nobody."""

	def validate(self) -> None:
		self.check_hosts()
		self.check_gateway()
		self.check_limits()
		self.check_staff_template()

	def on_update(self) -> None:
		state.resume()
		enqueue()

	def check_hosts(self) -> None:
		names = (self.picture_hosts or "").lower().split()
		if wrong := [name for name in names if not HOST.fullmatch(name)]:
			frappe.throw(
				_(
					"{0} is no host to fetch pictures from: write photo.example.vn, or .example.vn for all below it."
				).format(", ".join(wrong)),
				SettingsNotSound,
			)
		self.picture_hosts = "\n".join(names)

	def check_gateway(self) -> None:
		if not self.sms_url:
			return
		try:
			web.split(self.sms_url)
		except web.AddressRefused as error:
			frappe.throw(_("Gateway address: {0}").format(error), SettingsNotSound)

	def check_limits(self) -> None:
		channels = [row.channel for row in self.limits]
		if twice := sorted({name for name in channels if channels.count(name) > 1}):
			frappe.throw(_("Limits: {0} stands there twice.").format(", ".join(twice)), SettingsNotSound)

	def check_staff_template(self) -> None:
		"""The template has what a notice is told by; ZNS sends nothing else."""
		if not self.staff_template:
			if self.staff_channel == "ZNS":
				frappe.throw(_("Notices to staff by ZNS need a template."), SettingsNotSound)
			return
		rows = frappe.get_cached_doc("Message Template", self.staff_template).parameters
		if odd := {row.parameter for row in rows} - {"notice", "link"}:
			frappe.throw(
				_("{0} has the parameter {1}; a notice to staff knows notice and link.").format(
					self.staff_template, ", ".join(sorted(odd))
				),
				SettingsNotSound,
			)
