"""Issuing: a bulletin gets its number, its place in the chain, its signature. Nothing of it changes from then on.

All issued bulletins are one chain: each carries the SHA-256 of the one before. The hash is over the canonical JSON of what
is signed (`signed_content`), the signature (Ed25519) over the same bytes.
"""

import base64
import html
import json
import secrets
import unicodedata

import frappe
from frappe.model.document import Document

from covid_portal.bulletins import keys
from covid_portal.bulletins.canonical import FIRST, canonical, sha256
from covid_portal.bulletins.drafting import DOCTYPE, TEXTS, settings
from covid_portal.publishing import pages
from covid_portal.publishing.figures import with_zone

FORMAT = "covid-portal-bulletin/1"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
CODE_GROUPS, GROUP = 4, 4  # 32 letters: 80 bits


def issue(bulletin: Document) -> None:
	"""Put number, chain, signature into the document, which is saved by the decision. Raises NoSigningKey."""
	key_id, private = keys.signing_key()
	last = lock_last()
	bulletin.number = (last.number if last else 0) + 1
	bulletin.prev_hash = last.hash if last else FIRST
	bulletin.issued_at = keys.now()
	bulletin.code = new_code()
	bulletin.key_id = key_id
	content = canonical(signed_content(bulletin))
	bulletin.document = content.decode()
	bulletin.hash = sha256(content)
	bulletin.signature = base64.b64encode(private.sign(content)).decode()


def lock_last() -> frappe._dict | None:
	"""The last issued bulletin. One at a time issues: the lock is held until the decision is stored."""
	frappe.db.sql("select name from `tabDocType` where name = %s for update", DOCTYPE)
	rows = frappe.db.sql(
		"""select number, hash from `tabBulletin` where number > 0
		order by number desc limit 1 lock in share mode""",
		as_dict=True,
	)
	return rows[0] if rows else None


def new_code() -> str:
	"""ABCD-EFGH-JKLM-NPQR"""
	groups = ["".join(secrets.choice(LETTERS) for _letter in range(GROUP)) for _group in range(CODE_GROUPS)]
	return "-".join(groups)


def signed_content(bulletin: Document) -> dict:
	"""Everything a bulletin says, in print, by voice and as data."""
	chosen = settings()
	number = bulletin.number
	return {
		"format": FORMAT,
		"number": number,
		"symbol": f"{number:02d}/{chosen.symbol}" if chosen.symbol else f"{number:02d}",
		"version": bulletin.version,
		"supersedes": superseded(bulletin),
		"reason": plain(bulletin.reason),
		"slot_version": bulletin.slot_version,
		"issued_at": with_zone(bulletin.issued_at),
		"place": chosen.place or area_name(bulletin.unit),
		"issuer": issuer(bulletin.unit),
		"signer": signer(),
		"recipients": [line.strip() for line in (chosen.recipients or "").split("\n") if line.strip()],
		**{field: plain(bulletin.get(field)) for field in TEXTS},
		"figures": json.loads(bulletin.figures),
		"prev_hash": bulletin.prev_hash,
		"key_id": bulletin.key_id,
		"code": bulletin.code,
		"verify_at": f"{public_address()}/xac-minh?ma={bulletin.code}",
	}


def plain(text: str | None) -> str:
	"""The framework stores "<" as "&lt;"; letters and their marks as one sign, as fonts have them."""
	return unicodedata.normalize("NFC", html.unescape(text or "")).strip()


def superseded(bulletin: Document) -> int | None:
	return frappe.db.get_value(DOCTYPE, bulletin.supersedes, "number") if bulletin.supersedes else None


def issuer(unit: str) -> dict:
	name, name_en, above = frappe.db.get_value("Unit", unit, ["unit_name", "unit_name_en", "parent_unit"])
	superior = settings().superior_name or (frappe.db.get_value("Unit", above, "unit_name") if above else "")
	return {"code": unit, "name": name, "name_en": name_en or name, "superior": superior}


def signer() -> dict:
	chosen = settings()
	name = chosen.signer_name or frappe.db.get_value("User", frappe.session.user, "full_name")
	return {"title": chosen.signer_title or "", "name": name}


def public_address() -> str:
	"""Of the bulletins' own settings, else the portal's."""
	return (settings().public_address or pages.public_address()).rstrip("/")


def area_name(unit: str) -> str:
	return frappe.db.get_value("Area", frappe.db.get_value("Unit", unit, "area"), "area_name")


def published(bulletin: Document | dict) -> dict:
	"""What <number>.json holds; a file with the same content, in whatever layout, is the bulletin."""
	return {
		"bulletin": json.loads(bulletin["document"] if isinstance(bulletin, dict) else bulletin.document),
		"hash": bulletin.get("hash"),
		"key_id": bulletin.get("key_id"),
		"signature": bulletin.get("signature"),
	}


# --- looking over what was issued


def chain() -> list[dict]:
	"""All issued bulletins as they are published, in the order of the chain."""
	rows = frappe.get_all(
		DOCTYPE, {"number": (">", 0)}, ["document", "hash", "key_id", "signature"], order_by="number asc"
	)
	return [published(row) for row in rows]
