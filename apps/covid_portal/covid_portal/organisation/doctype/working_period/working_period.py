from datetime import datetime, time, timedelta

from frappe.model.document import Document

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class WorkingPeriod(Document):
	pass


def as_time(value: timedelta | str) -> time:
	"""A Time field is a timedelta from the database and text before it was saved."""
	if isinstance(value, timedelta):
		return (datetime.min + value).time()
	return time(*map(int, str(value).split(".")[0].split(":")))
