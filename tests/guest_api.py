"""An OpenAPI description of what guests may call, made of the app's own inventory."""

from covid_portal.guest_endpoints import GUEST_ENDPOINTS, GuestEndpoint

TYPES = {
	"str": {"type": "string"},
	"str | None": {"type": ["string", "null"]},
	"int": {"type": "integer"},
}
FORMS = ("application/x-www-form-urlencoded", "application/json")
WITH_FILES = "multipart/form-data"


def description() -> dict:
	return {
		"openapi": "3.1.0",
		"info": {"title": "What guests may call", "version": "1"},
		"paths": {
			address(row): {verb.lower(): operation(row, verb) for verb in row.methods}
			for row in GUEST_ENDPOINTS
		},
	}


def address(endpoint: GuestEndpoint) -> str:
	return f"/api/method/{endpoint.path}"


def operation(endpoint: GuestEndpoint, verb: str) -> dict:
	said = {
		"summary": endpoint.reason,
		"description": endpoint.limit,
		"responses": {"default": {"description": "An answer"}},
	}
	if verb == "GET":
		return {**said, "parameters": [in_address(name, kind) for name, kind in endpoint.takes.items()]}
	return {**said, "requestBody": {"required": False, "content": body(endpoint)}}


def in_address(name: str, kind: str) -> dict:
	# In an address there is no null: left out is what says nothing.
	schema = TYPES[kind.removesuffix(" | None")]
	return {"name": name, "in": "query", "required": is_required(kind), "schema": schema}


def body(endpoint: GuestEndpoint) -> dict:
	fields = {name: TYPES[kind] for name, kind in endpoint.takes.items()}
	fields |= dict.fromkeys(endpoint.form, TYPES["str"])
	schema = {"type": "object", "properties": fields}
	schema["required"] = [name for name, kind in endpoint.takes.items() if is_required(kind)]
	content = {form: {"schema": schema} for form in FORMS}
	if endpoint.files:
		file = {"type": "array", "items": {"type": "string", "format": "binary"}}
		content[WITH_FILES] = {"schema": {**schema, "properties": {**fields, endpoint.files: file}}}
	return content


def is_required(kind: str) -> bool:
	return not kind.endswith("None")
