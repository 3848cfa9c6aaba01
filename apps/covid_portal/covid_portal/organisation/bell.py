"""The Desk's bell: notices for many users at once.

Set-based: Notification Log rows are written without their document events; of these, the bell is rung here.
"""

from dataclasses import dataclass

import frappe
from frappe.model.naming import is_autoincremented

from covid_portal.organisation.writers import insert_rows


@dataclass(frozen=True)
class Notice:
	"""One line in one user's bell; `link` leads on where the framework knows links, else the document does."""

	user: str
	subject: str
	link: str
	document_type: str
	document_name: str


def put_in_desk(notices: list[Notice]) -> None:
	if not notices:
		return
	columns = ["name", "subject", "for_user", "type", "document_type", "document_name", "from_user"]
	# Early v15 leads to the document alone.
	linked = frappe.get_meta("Notification Log").has_field("link")
	rows = [
		[
			name,
			notice.subject,
			notice.user,
			"Alert",
			notice.document_type,
			notice.document_name,
			frappe.session.user,
			*([notice.link] if linked else []),
		]
		for name, notice in zip(new_log_names(len(notices)), notices, strict=True)
	]
	insert_rows("Notification Log", [*columns, *(["link"] if linked else [])], rows)
	ring([notice.user for notice in notices])


def new_log_names(count: int) -> list:
	"""Names of Notification Logs, all in one statement: numbers of the table's sequence, or on older sites hashes."""
	if not is_autoincremented("Notification Log"):
		return [frappe.generate_hash(length=10) for _number in range(count)]
	sequence = f"{frappe.scrub('Notification Log')}_id_seq"
	return frappe.db.sql_list(f"select nextval(`{sequence}`) from seq_1_to_{max(count, 1):d}")[:count]


def ring(users: list[str]) -> None:
	"""The bell of those who have the Desk open, and its mark for the others."""
	frappe.db.sql("update `tabNotification Settings` set seen = 0 where name in %s", [users])
	for user in users:
		frappe.publish_realtime("notification", after_commit=True, user=user)
