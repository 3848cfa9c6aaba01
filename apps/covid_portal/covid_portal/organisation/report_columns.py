"""Columns of the Desk's script reports."""


def column(fieldname: str, label: str, fieldtype: str = "Int", width: int = 130, **more: str) -> dict:
	return {"fieldname": fieldname, "label": label, "fieldtype": fieldtype, "width": width, **more}
