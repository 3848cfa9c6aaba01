"""What an address of the framework's resource API asks for. Upstream v15 has the same documents at several addresses."""

LISTS = ("/api/resource/", "/api/v1/resource/", "/api/v2/document/")
ABOUT = "/api/v2/doctype/"  # counts, and what a DocType looks like


def asked(path: str) -> tuple[str, str]:
	"""(DocType, what of it: the document's name, "" for the list); two empty texts where the address is another one."""
	for start in (*LISTS, ABOUT):
		if path.startswith(start):
			doctype, _slash, rest = path.removeprefix(start).partition("/")
			return doctype, rest
	return "", ""


def listed_doctype(path: str) -> str:
	"""The DocType whose documents the address lists, "" if it lists none."""
	doctype, rest = asked(path)
	return "" if rest or path.startswith(ABOUT) else doctype
