"""The Desk's bell: notices for many users at once.

Set-based: Notification Log rows are written without their document events; of these, the bell is rung here.
"""

from dataclasses import dataclass

import frappe

from covid_portal.organisation.writers import insert_rows, new_names


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
		for name, notice in zip(new_names("Notification Log", len(notices)), notices, strict=True)
	]
	insert_rows("Notification Log", [*columns, *(["link"] if linked else [])], rows)
	ring([notice.user for notice in notices])


def ring(users: list[str]) -> None:
	"""The bell of those who have the Desk open, and its mark for the others."""
	frappe.db.sql("update `tabNotification Settings` set seen = 0 where name in %s", [users])
	for user in users:
		frappe.publish_realtime("notification", after_commit=True, user=user)
