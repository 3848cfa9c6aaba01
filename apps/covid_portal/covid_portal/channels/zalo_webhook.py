"""Where Zalo tells of messages to the Official Account: checked, stored once, answered at once; a job works on it.

Signature (Zalo's "Webhook": X-ZEvent-Signature): "mac=" and the SHA-256 in hex of app id, body as it was sent, timestamp of the
body and the account's secret key, one after the other.
"""

import hashlib
import hmac
import json
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit
from frappe.utils import cint, get_system_timezone, now_datetime
from pytz import timezone

from covid_portal.channels import conversations, inbound, pictures, web, zalo_tokens
from covid_portal.channels.catalogue import ZALO, zalo_id
from covid_portal.channels.inbound import Inbound, NotForUs
from covid_portal.privacy import quiet

HEADER = "X-ZEvent-Signature"
LARGEST = 65_536  # bytes; Zalo's events have one or two thousand
# All events come from Zalo's few addresses: a rush of people must not look like an attack.
EVENTS, SECONDS = 6000, 60
AHEAD = timedelta(minutes=5)  # how far Zalo's clock may be before ours
USUAL_MINUTES = 60
MESSAGES = {
	"user_send_text",
	"user_send_image",
	"user_send_location",
	"user_send_file",
	"user_send_link",
	"user_send_gif",
	"anonymous_send_text",
	"anonymous_send_image",
}
FOLLOWING = {"follow": True, "unfollow": False}
FETCHED = ("image", "file", "gif")
MOST_PICTURES = 10
LONGEST_TEXT = 10_000


class EventTooLarge(frappe.ValidationError):
	http_status_code = 413


class NotAnEvent(frappe.ValidationError):
	http_status_code = 400


class WrongSignature(frappe.ValidationError):
	http_status_code = 403


class StaleEvent(frappe.ValidationError):
	http_status_code = 403


class ZaloNotInUse(frappe.ValidationError):
	http_status_code = 409


# xss_safe: the framework would look into the fields first, and break over what is nested too deep; the body is read here.
@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@rate_limit(limit=EVENTS, seconds=SECONDS)
@quiet.without_values
def receive() -> dict:
	"""{"received": True}, also for an event that is known already."""
	accept(body_sent(), frappe.get_request_header(HEADER) or "", now_datetime())
	return {"received": True}


def body_sent() -> bytes:
	if cint(frappe.request.content_length) > LARGEST:
		frappe.throw(_("An event has {0} bytes at the most.").format(LARGEST), EventTooLarge)
	return frappe.request.get_data()


def accept(body: bytes, signature: str, now: datetime) -> bool:
	"""Check and keep an event; False where it is kept already. Raises what the classes above say."""
	settings = frappe.get_cached_doc("Channel Settings")
	secret = zalo_tokens.secret("zalo_oa_secret")
	if not (settings.zalo_enabled and settings.zalo_app_id and secret):
		frappe.throw(_("The portal takes no messages by Zalo at present."), ZaloNotInUse)
	event = read(body)
	require_signature(settings.zalo_app_id, body, str(event.get("timestamp") or ""), secret, signature)
	require_fresh(event, cint(settings.webhook_minutes) or USUAL_MINUTES, now)
	return inbound.store(ZALO, str(event.get("event_name") or ""), event_key(event, body), event, now)


def read(body: bytes) -> dict:
	if len(body) > LARGEST:
		frappe.throw(_("An event has {0} bytes at the most.").format(LARGEST), EventTooLarge)
	try:
		event = json.loads(body)
	except (ValueError, RecursionError):
		event = None
	if not isinstance(event, dict):
		frappe.throw(_("This is no event: a JSON object is expected."), NotAnEvent)
	return event


def require_signature(app_id: str, body: bytes, timestamp: str, secret: str, signature: str) -> None:
	"""In constant time, and with one sentence whatever is wrong."""
	if not hmac.compare_digest(mac(app_id, body, timestamp, secret), signature.removeprefix("mac=").encode()):
		frappe.throw(_("The event is not signed by the account's key."), WrongSignature)


def mac(app_id: str, body: bytes, timestamp: str, secret: str) -> bytes:
	# A stranger's JSON may hold halves of letters, which nothing signed does.
	content = app_id.encode() + body + timestamp.encode(errors="replace") + secret.encode()
	return hashlib.sha256(content).hexdigest().encode()


def require_fresh(event: dict, minutes: int, now: datetime) -> None:
	sent_at = time_of(event)
	if not sent_at or not now - timedelta(minutes=minutes) <= sent_at <= now + AHEAD:
		frappe.throw(_("The event was signed too long ago, or in the future."), StaleEvent)


def time_of(event: dict) -> datetime | None:
	"""The event's time in the site's time zone."""
	text = str(event.get("timestamp") or "")
	if not (text.isascii() and text.isdigit() and len(text) <= 14):
		return None
	zone = timezone(get_system_timezone())
	return datetime.fromtimestamp(int(text) / 1000, zone).replace(tzinfo=None)


def event_key(event: dict, body: bytes) -> str:
	"""Zalo's number of the message; of an event without one, its content."""
	message = event.get("message")
	number = message.get("msg_id") if isinstance(message, dict) else None
	if isinstance(number, str) and number:
		return f"{event.get('event_name')}:{number}"
	return hashlib.sha256(body).hexdigest()


# --- in the job


def to_inbound(event: dict, number: str, received_at: datetime, patient: bool = True) -> Inbound:
	"""What the event says. Raises NotForUs for what nobody needs to work on; and, while `patient`, web.NoAnswer where pictures
	cannot be had at present."""
	sender, name = sender_of(event), str(event.get("event_name") or "")
	if name in FOLLOWING:
		conversations.follow(ZALO, sender, received_at, FOLLOWING[name])
		frappe.db.commit()  # NotForUs undoes what is open
		raise NotForUs
	if name not in MESSAGES:  # what the account itself sent, what was delivered or seen
		raise NotForUs
	message = event.get("message") if isinstance(event.get("message"), dict) else {}
	attached = attachments_of(message)
	taken, missing = fetched(attached, patient)
	conversation = conversations.opened(ZALO, sender, received_at)
	return Inbound(
		channel=ZALO,
		sender=sender,
		event=number,
		conversation=conversation.name,
		received_at=received_at,
		text=text_of(message),
		attachments=taken,
		place=place_of(attached),
		missing=missing,
		may_answer=conversation.may_answer,
	)


def sender_of(event: dict) -> str:
	"""Raises NotForUs where the account itself is the sender: answering it would never end."""
	sender = event.get("sender") or event.get("follower")
	found = zalo_id(str(sender.get("id") or "")) if isinstance(sender, dict) else ""
	if not found or found == frappe.get_cached_doc("Channel Settings").zalo_oa_id:
		raise NotForUs
	return found


def text_of(message: dict) -> str:
	text = message.get("text")
	return text.replace("\0", "").strip()[:LONGEST_TEXT] if isinstance(text, str) else ""


def attachments_of(message: dict) -> list[tuple[str, dict]]:
	"""(type, payload) of each that has the form."""
	rows = message.get("attachments")
	return [
		(str(row.get("type")), row["payload"])
		for row in (rows if isinstance(rows, list) else [])
		if isinstance(row, dict) and isinstance(row.get("payload"), dict)
	]


def fetched(attached: list[tuple[str, dict]], patient: bool) -> tuple[list[tuple[str, bytes]], int]:
	"""Files taken, and how many there are that could not be."""
	addresses = [str(payload.get("url") or "") for kind, payload in attached if kind in FETCHED]
	taken = []
	for address in addresses[:MOST_PICTURES]:
		try:
			kind, content = pictures.fetch(address)
		except pictures.NotTaken:
			continue
		except web.NoAnswer:
			if patient:
				raise
			continue
		taken.append((f"zalo-{len(taken) + 1}.{kind}", content))
	return taken, len(addresses) - len(taken)


def place_of(attached: list[tuple[str, dict]]) -> tuple[float, float] | None:
	for kind, payload in attached:
		spot = payload.get("coordinates")
		if kind == "location" and isinstance(spot, dict):
			return coordinates(spot)
	return None


def coordinates(spot: dict) -> tuple[float, float] | None:
	try:
		latitude, longitude = float(spot.get("latitude")), float(spot.get("longitude"))
	except (TypeError, ValueError):
		return None
	return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
