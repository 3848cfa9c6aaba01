"""Errors of this module go into the log by kind and place: messages and the values of variables hold names and numbers."""

import traceback

import frappe


def log(title: str, error: Exception) -> None:
	places = traceback.extract_tb(error.__traceback__)
	lines = [f"{place.filename}:{place.lineno} {place.name}" for place in places]
	frappe.log_error(title=title, message="\n".join([type(error).__name__, *lines]))
