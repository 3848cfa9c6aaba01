"""How an act is stored: by the document's own save, or set-based where the DocType knows how (`on_bulk_decision`).

Set-based, the same rows are written (state, steps, record, Version) in a handful of statements, for one document or for
many; skipped are the document's save and its events. Where an administrator or another app has attached something to the
DocType's events, documents are saved.
"""

import json
from itertools import groupby

import frappe
from frappe import _
from frappe.model.base_document import get_controller

from covid_portal.approval import vocabulary as v
from covid_portal.approval.acts import Act
from covid_portal.approval.chain import record_of
from covid_portal.approval.guard import GUARDED, deciding
from covid_portal.approval.line import STEP_COLUMNS, describe
from covid_portal.organisation.writers import insert_rows, new_names

# Of every DocType that knows how; a controller names further decisions, of which its save knows no more, in DECIDED_IN_SETS.
SET_BASED = (v.APPROVE, v.RETURN, v.REFUSE)
# What an administrator may attach to the events of a DocType.
ATTACHMENTS = (
	("Notification", {"enabled": 1}, "document_type"),
	("Server Script", {"disabled": 0, "script_type": "DocType Event"}, "reference_doctype"),
	("Assignment Rule", {"disabled": 0}, "document_type"),
	("Webhook", {"enabled": 1}, "webhook_doctype"),
)
OWN_HANDLERS = ("frappe.", "covid_portal.")


def is_set_based(doctype: str, decision: str) -> bool:
	controller = get_controller(doctype)
	known = (*SET_BASED, *getattr(controller, "DECIDED_IN_SETS", ()))
	if decision not in known or not hasattr(controller, "on_bulk_decision"):
		return False
	hooks = frappe.get_doc_hooks()
	handlers = [path for key in (doctype, "*") for paths in hooks.get(key, {}).values() for path in paths]
	if not all(path.startswith(OWN_HANDLERS) for path in handlers):
		return False
	return not any(
		frappe.db.exists(attached, {**filters, field: doctype}) for attached, filters, field in ATTACHMENTS
	)


def store(act: Act) -> None:
	"""The new state, the steps and the record of the decision, together or not at all."""
	doc = act.doc
	if is_set_based(doc.doctype, act.decision):
		store_set(doc.doctype, [act])
		return
	with deciding(doc):
		# Approvers have no right to write the document; duty, unit and scope were checked.
		doc.save(ignore_permissions=True)
	write_steps(act.changed)
	write_records([act])
	doc.run_method("on_decision", act.decision)


def store_set(doctype: str, acts: list[Act]) -> None:
	write_states(doctype, acts)
	write_versions(doctype, acts)
	write_steps([step for act in acts for step in act.changed])
	write_records(acts)
	get_controller(doctype).on_bulk_decision(acts)
	for act in acts:
		frappe.clear_document_cache(doctype, act.doc.name)


def write_steps(steps: list[dict]) -> None:
	rows = ([step["name"], *(step[column] for column in STEP_COLUMNS)] for step in steps)
	insert_rows("Approval Step", ["name", *STEP_COLUMNS], rows, update=STEP_COLUMNS)


def write_records(acts: list[Act]) -> None:
	"""The unique key (document, sequence) lets no two decisions take the same place."""
	records = [record_of(act) for act in acts]
	columns = list(records[0])
	try:
		insert_rows("Approval Decision", columns, [[row[column] for column in columns] for row in records])
	except Exception as error:
		if not frappe.db.is_unique_key_violation(error):
			raise
		# The transaction began before the other decision was stored, and has not seen it.
		frappe.throw(
			_("{0} is being decided on by someone else at this moment. Open it again.").format(
				", ".join(describe(act.doc) for act in acts)
			),
			v.DecidedMeanwhile,
		)


def write_states(doctype: str, acts: list[Act]) -> None:
	"""Documents of one district mostly take the same step: a statement for each outcome."""

	now = frappe.utils.now()

	def outcome(act: Act) -> tuple:
		return tuple(act.doc.get(field) for field in GUARDED)

	for values, group in groupby(sorted(acts, key=lambda act: str(outcome(act))), key=outcome):
		frappe.db.sql(
			f"""update `tab{doctype}` set {", ".join(f"`{field}` = %s" for field in GUARDED)},
				modified = %s, modified_by = %s where name in %s""",
			(*values, now, frappe.session.user, [act.doc.name for act in group]),
		)
	for act in acts:
		act.doc.update({"modified": now, "modified_by": frappe.session.user})


def write_versions(doctype: str, acts: list[Act]) -> None:
	"""As the framework's own of a save: what changed, from what to what."""
	if not frappe.get_meta(doctype).track_changes:
		return
	texts = []
	for act in acts:
		changed = [
			[field, old, act.doc.get(field)]
			for field, old in act.before.items()
			if (old or None) != (act.doc.get(field) or None)
		]
		data = {"added": [], "changed": changed, "removed": [], "row_changed": []}
		texts.append(json.dumps(data, indent=1, sort_keys=True, default=str))
	names = new_names("Version", len(acts))
	rows = [[name, doctype, act.doc.name, text] for name, act, text in zip(names, acts, texts, strict=True)]
	insert_rows("Version", ["name", "ref_doctype", "docname", "data"], rows)
