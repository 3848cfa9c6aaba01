"""What keeps the public forms usable: a proof of work (ALTCHA), a field that only programs fill in, limits per network and form,
and the operators' switch for hard times.

Nothing legitimate is lost: what is doubtful is taken in and held for review. Refused is only what comes beyond the last limit,
with a sentence that says when to try again and whom to call.
"""

import hashlib
import ipaddress
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import altcha
import frappe
from frappe import _
from frappe.model.document import Document
from frappe.rate_limiter import rate_limit

from covid_portal.privacy import quiet
from covid_portal.privacy.blind import keyed

ACCEPT, HOLD, REFUSE = "accept", "hold", "refuse"
HONEYPOT = "website"
HOUR, MINUTE = 3600, 60
HARD_TIMES_SHARE = 4  # limits are divided by it
PROOF_BYTES = 2000
CHALLENGES = 120  # from one network in a minute


@dataclass(frozen=True)
class Verdict:
	"""`reason`: why it is held, for the operator. `sentence`: why it is refused, for the sender."""

	outcome: str
	reason: str = ""
	sentence: str = ""

	@property
	def held(self) -> str | None:
		return self.reason if self.outcome == HOLD else None


class TooMany(frappe.ValidationError):
	"""Beyond a limit of Intake Settings; the message says when to try again and whom to call."""

	http_status_code = 429


def settings() -> Document:
	return frappe.get_cached_doc("Intake Settings")


# --- the proof of work


@frappe.whitelist(allow_guest=True, methods=["GET"])
@rate_limit(limit=CHALLENGES, seconds=MINUTE)
def challenge() -> dict:
	"""A puzzle for the visitor's device: {"algorithm", "challenge", "maxNumber", "salt", "signature"}."""
	rules = settings()
	return altcha.create_challenge_v1(
		max_number=rules.hard_difficulty if rules.hard_times else rules.difficulty,
		hmac_key=proof_key(),
		expires=datetime.now(timezone.utc) + timedelta(minutes=rules.proof_minutes),
	).to_dict()


def proof_key() -> str:
	return keyed("altcha", "proof of work")


def is_proof(solution: str, submission_key: str = "") -> bool:
	"""Whether the solution is right, in time, and used for the first time, or again for the same submission: who presses the
	button twice sends both times alike."""
	if not isinstance(solution, str) or not solution or len(solution) > PROOF_BYTES:
		return False
	try:
		solved, _why = altcha.verify_solution_v1(solution, proof_key())
	except Exception:  # the library takes what strangers send apart without looking at its types
		return False
	return solved and is_own_use(solution, submission_key)


def is_own_use(solution: str, submission_key: str) -> bool:
	"""By what is signed in it: other spellings of the same solution are the same."""
	signature = altcha.PayloadV1.from_base64(solution).signature
	key = frappe.cache.make_key(f"portal-proof:{hashlib.sha256(str(signature).encode()).hexdigest()}")
	use = keyed("use of a proof", submission_key or secrets.token_hex())
	if frappe.cache.set(key, use, nx=True, ex=settings().proof_minutes * MINUTE):
		return True
	return frappe.cache.get(key) == use.encode()


# --- networks and limits


def network() -> str:
	"""Keyed hash of the visitor's network: the address, of IPv6 its first half. Nobody reads an address out of it."""
	return keyed("network", network_of(frappe.local.request_ip or ""))


def network_of(address: str) -> str:
	try:
		parsed = ipaddress.ip_address(address)
	except ValueError:
		return "unknown"
	if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
		return str(parsed.ipv4_mapped)
	return str(parsed) if parsed.version == 4 else str(ipaddress.ip_network(f"{parsed}/64", strict=False))


def count(what: str, seconds: int) -> int:
	"""How often, this time included, in the running window. Where Redis is away nothing is counted, and the forms go on."""
	try:
		key = frappe.cache.make_key(f"portal-limit:{what}:{int(time.time()) // seconds}")
		number = frappe.cache.incrby(key, 1)
		if number == 1:
			frappe.cache.expire(key, seconds)
		return number
	except Exception as error:
		quiet.record("protection.count", error)
		return 0


def limit(field: str) -> int:
	rules = settings()
	return max(1, rules.get(field) // (HARD_TIMES_SHARE if rules.hard_times else 1))


# --- the verdict


def screen(form: Mapping[str, str], kind: str) -> Verdict:
	"""What to do with a form of this kind, sent by the session's visitor. Counts it."""
	source = network()
	proof = is_proof(form.get("altcha"), str(form.get("submission_key") or ""))
	sent = count(f"sent:{source}", HOUR)
	if sent > limit("refused_beyond"):
		return refusal()
	if not proof and count(f"unproved:{source}", HOUR) > limit("per_network_without_proof"):
		return refusal()
	reasons = [
		(bool(form.get(HONEYPOT)), "A field that people do not see was filled in"),
		(not proof, "Without a proof of work (no JavaScript, or forged)"),
		(sent > limit("per_network"), "Very many from one network"),
		(count(f"form:{kind}", MINUTE) > limit("per_form"), "Very many of this form at once"),
	]
	held = next((reason for holds, reason in reasons if holds), "")
	return Verdict(HOLD, held) if held else Verdict(ACCEPT)


def refusal() -> Verdict:
	return Verdict(
		REFUSE,
		sentence=_(
			"Too much was sent from your network in the last hour. Please try again in an hour, or call {0} at any time."
		).format(settings().hotline),
	)


def require_lookups_left() -> None:
	"""Before a code is looked up. Raises TooMany."""
	source = network()
	if count(f"lookup:{source}", HOUR) > limit("lookups_per_network") or wrong_codes(source) > limit(
		"wrong_codes_per_network"
	):
		frappe.throw(refusal_of_lookup(), TooMany)


def refusal_of_lookup() -> str:
	return _(
		"Too many codes were looked up from your network in the last hour. Please try again in an hour, or call {0}."
	).format(settings().hotline)


def wrong_codes(source: str) -> int:
	key = frappe.cache.make_key(f"portal-limit:wrong:{source}:{int(time.time()) // HOUR}")
	return int(frappe.cache.get(key) or 0)


def note_wrong_code() -> None:
	count(f"wrong:{network()}", HOUR)
