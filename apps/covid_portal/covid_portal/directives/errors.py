"""Why a directive is refused; the messages name the document, the row and what to do."""

import frappe


class DirectiveRefused(frappe.ValidationError):
	"""There can be no such directive."""


class NotYours(frappe.PermissionError):
	"""Somebody else's directive, file or receipt."""


class Frozen(frappe.PermissionError):
	"""It is approved, or on its way: it does not change."""


class FileRefused(DirectiveRefused):
	"""A file that is not published."""


class NumberTaken(DirectiveRefused):
	"""Another directive of the year and type has this number."""


class RelationRefused(DirectiveRefused):
	"""It cannot replace, repeal or amend that one."""
