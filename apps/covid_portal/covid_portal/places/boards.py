"""The boards of the Desk on which units move their places from state to state."""

import frappe

BOARDS = (
	("Reception of Quarantine Sites", "Quarantine Site", "status", ("Ready", "Receiving", "Full", "Closed")),
	("Stock of Supply Points", "Supply Point", "stock", ("In Stock", "Low", "Out of Stock", "Closed")),
)
COLOURS = ("Green", "Blue", "Orange", "Gray")


def ensure_boards() -> None:
	for name, doctype, field, values in BOARDS:
		if not frappe.db.exists("Kanban Board", name):
			columns = [
				{"column_name": value, "indicator": colour}
				for value, colour in zip(values, COLOURS, strict=True)
			]
			frappe.get_doc(
				doctype="Kanban Board",
				kanban_board_name=name,
				reference_doctype=doctype,
				field_name=field,
				columns=columns,
			).insert(ignore_permissions=True)
