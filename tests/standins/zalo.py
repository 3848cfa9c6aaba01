"""A stand-in for Zalo's servers and an SMS gateway: the same addresses, headers, signatures and errors, on the loopback.

It speaks what the portal uses of the OAuth v4 token endpoint, the OA message API v3, ZNS and the webhook, checks every token and
secret it is handed, rotates refresh tokens, and fails on purpose when asked. Standard library only. Tests run it in a thread;
`python3 tests/standins/zalo.py --webhook http://127.0.0.1:8000` for the demo, with a page to write as a person at its own address.
"""

import argparse
import hashlib
import html
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

WEBHOOK = "/api/method/covid_portal.channels.zalo_webhook.receive"
TOKENS, MESSAGES, NOTICES, SMS = "/v4/oa/access_token", "/v3.0/oa/message/cs", "/message/template", "/sms"
WEEK = 7 * 24 * 3600
# Known to everybody who reads this: the stand-in guards nothing.
ACCOUNT = {
	"app_id": "4000000000000000001",
	"app_secret": "stand-in app secret",
	"oa_id": "5000000000000000001",
	"oa_secret": "stand-in account secret",
	"refresh_token": "stand-in refresh token",
	"sms_secret": "stand-in gateway secret",
}
# Eight by eight red pixels.
PICTURE = bytes.fromhex(
	"89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc0000001449444154789c633c2127c7800d3061151db4"
	"1200d0ca01143e63a8990000000049454e44ae426082"
)


class Zalo:
	"""The state of the stand-in: tokens, who wrote when, what was sent, which faults are to come."""

	def __init__(self, webhook: str = "", account: dict[str, str] | None = None) -> None:
		self.lock = threading.RLock()
		self.webhook, self.address = webhook, ""
		self.account = {**ACCOUNT, **(account or {})}
		self.reset()

	def reset(self) -> None:
		with self.lock:
			self.refresh_token = self.account["refresh_token"]
			self.access_tokens: dict[str, float] = {}
			self.renewals = 0
			self.wrote_at: dict[str, float] = {}
			self.sent: list[dict] = []
			self.asked: list[str] = []
			self.faults: list[dict] = []
			self.day_quota = 500
			self.pictures: dict[str, tuple[int, dict[str, str], bytes]] = {
				"/pictures/one.png": (200, {"Content-Type": "image/png"}, PICTURE)
			}

	# --- faults

	def fail(self, path: str, times: int = 1, **fault: object) -> None:
		"""The next `times` requests to the path (-1: all) get `status`, with `retry_after`; or `error` of Zalo's; or wait `slow`
		seconds; or are `lost` after they took effect."""
		with self.lock:
			self.faults.append({"path": path, "times": times, **fault})

	def heal(self) -> None:
		with self.lock:
			self.faults.clear()

	def fault_of(self, path: str) -> dict:
		with self.lock:
			for fault in self.faults:
				if fault["path"] == path and fault["times"]:
					fault["times"] -= 1
					return fault
		return {}

	# --- what Zalo answers: (status, JSON)

	def token(self, headers: dict, form: dict) -> tuple[int, dict]:
		with self.lock:
			if headers.get("secret_key") != self.account["app_secret"]:
				return 200, {"error": -14004, "error_name": "Invalid secret key"}
			if form.get("app_id") != self.account["app_id"] or form.get("grant_type") != "refresh_token":
				return 200, {"error": -14002, "error_name": "Invalid app id"}
			if form.get("refresh_token") != self.refresh_token:
				return 200, {"error": -14014, "error_name": "Invalid refresh token"}
			self.refresh_token, token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
			self.access_tokens[token] = time.time() + 90_000
			self.renewals += 1
			return 200, {
				"access_token": token,
				"refresh_token": self.refresh_token,
				"expires_in": "90000",
			}

	def is_authorised(self, headers: dict) -> bool:
		return self.access_tokens.get(headers.get("access_token", ""), 0) > time.time()

	def expire_tokens(self) -> None:
		with self.lock:
			self.access_tokens.clear()

	def message(self, headers: dict, body: dict) -> tuple[int, dict]:
		if not self.is_authorised(headers):
			return 200, {"error": -216, "message": "Access token is invalid"}
		person, text = body.get("recipient", {}).get("user_id"), body.get("message", {}).get("text")
		if not person or not isinstance(text, str) or not 0 < len(text) <= 2000:
			return 200, {"error": -201, "message": "Params is invalid"}
		if time.time() - self.wrote_at.get(person, 0) > WEEK:
			return 200, {"error": -230, "message": "User has not interacted with the OA in the past 7 days"}
		return self.take("Zalo", person, text)

	def notice(self, headers: dict, body: dict) -> tuple[int, dict]:
		if not self.is_authorised(headers):
			return 200, {"error": -124, "message": "Access token invalid"}
		phone = str(body.get("phone"))
		if not (phone.startswith("84") and phone.isdigit() and 11 <= len(phone) <= 12):
			return 200, {"error": -108, "message": "Phone number invalid"}
		if not body.get("template_id") or not isinstance(body.get("template_data"), dict):
			return 200, {"error": -132, "message": "Template data invalid"}
		with self.lock:
			if sum(row["channel"] == "ZNS" for row in self.sent) >= self.day_quota:
				return 200, {"error": -144, "message": "OA quota exceeded"}
		return self.take("ZNS", phone, json.dumps(body["template_data"]), body.get("tracking_id"))

	def sms(self, headers: dict, body: dict) -> tuple[int, dict]:
		if headers.get("x-secret") != self.account["sms_secret"]:
			return 401, {"status": "unknown customer"}
		_status, answer = self.take(
			"SMS", str(body.get("to")), str(body.get("content")), body.get("reference")
		)
		return 200, {"status": "accepted", "id": answer["data"]["message_id"]}

	def take(self, channel: str, to: str, text: str, tracking: object = None) -> tuple[int, dict]:
		number = secrets.token_hex(8)
		with self.lock:
			self.sent.append(
				{"channel": channel, "to": to, "text": text, "tracking": tracking, "number": number}
			)
		return 200, {
			"error": 0,
			"message": "Success",
			"data": {"message_id": number, "msg_id": number, "user_id": to},
		}

	def texts(self, to: str) -> list[str]:
		with self.lock:
			return [row["text"] for row in self.sent if row["to"] == to]

	# --- what people do

	def event(self, sender: str, text: str = "", at: float | None = None, **more: object) -> dict:
		"""A person's message as the webhook gets it. `picture`: address; `place`: (latitude, longitude); `number`; `name`."""
		message: dict[str, object] = {"msg_id": more.get("number") or secrets.token_hex(10)}
		name = "user_send_text"
		if text:
			message["text"] = text
		if address := more.get("picture"):
			name = "user_send_image"
			message["attachments"] = [{"type": "image", "payload": {"url": address, "thumbnail": address}}]
		if place := more.get("place"):
			name = "user_send_location"
			spot = {"latitude": str(place[0]), "longitude": str(place[1])}
			message["attachments"] = [{"type": "location", "payload": {"coordinates": spot}}]
		return {
			"app_id": self.account["app_id"],
			"user_id_by_app": secrets.token_hex(8),
			"event_name": more.get("name") or name,
			"sender": {"id": sender},
			"recipient": {"id": self.account["oa_id"]},
			"message": message,
			"timestamp": str(int((at or time.time()) * 1000)),
		}

	def signature(self, body: bytes, timestamp: str) -> str:
		content = self.account["app_id"].encode() + body + timestamp.encode()
		return "mac=" + hashlib.sha256(content + self.account["oa_secret"].encode()).hexdigest()

	def signed(self, event: dict) -> tuple[bytes, dict[str, str]]:
		"""Body and headers of the webhook's request."""
		body = json.dumps(event, ensure_ascii=False).encode()
		signature = self.signature(body, event["timestamp"])
		return body, {"Content-Type": "application/json", "X-ZEvent-Signature": signature}

	def deliver(self, event: dict) -> int:
		"""Send an event to the portal; the status of its answer."""
		with self.lock:
			self.wrote_at[event["sender"]["id"]] = time.time()
		body, headers = self.signed(event)
		asking = urllib.request.Request(self.webhook + WEBHOOK, body, headers, method="POST")
		try:
			with urllib.request.urlopen(asking, timeout=30) as answer:
				return answer.status
		except urllib.error.HTTPError as error:
			return error.code

	def say(self, sender: str, text: str = "", **more: object) -> int:
		return self.deliver(self.event(sender, text, **more))


class Handler(BaseHTTPRequestHandler):
	"""The addresses of all servers at one."""

	zalo: Zalo

	def do_POST(self) -> None:
		path = urlsplit(self.path).path
		body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
		if path == "/write":
			return self.write(body)
		answers = {
			TOKENS: self.zalo.token,
			MESSAGES: self.zalo.message,
			NOTICES: self.zalo.notice,
			SMS: self.zalo.sms,
		}
		self.zalo.asked.append(path)
		fault = self.zalo.fault_of(path)
		if self.fails(fault) or path not in answers:
			return None if fault else self.answer(404, {})
		headers = {key.lower(): value for key, value in self.headers.items()}
		status, content = answers[path](headers, self.read_body(body))
		return self.connection.close() if fault.get("lost") else self.answer(status, content)

	def fails(self, fault: dict) -> bool:
		time.sleep(float(fault.get("slow") or 0))
		if fault.get("error"):
			self.answer(200, {"error": fault["error"], "message": "on purpose"})
		elif fault.get("status"):
			self.answer(fault["status"], {}, {"Retry-After": str(fault.get("retry_after", ""))})
		return bool(fault.get("error") or fault.get("status"))

	def read_body(self, body: bytes) -> dict:
		if "json" in self.headers.get("Content-Type", ""):
			return json.loads(body)
		return {key: values[0] for key, values in parse_qs(body.decode()).items()}

	def do_GET(self) -> None:
		path = urlsplit(self.path).path
		if path in self.zalo.pictures:
			status, headers, content = self.zalo.pictures[path]
			return self.send(status, content, headers)
		if path == "/":
			return self.send(200, page(self.zalo).encode(), {"Content-Type": "text/html; charset=utf-8"})
		return self.answer(404, {})

	def write(self, body: bytes) -> None:
		"""From the demo's page: a person writes."""
		form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
		more = {"picture": f"http://{self.headers['Host']}/pictures/one.png"} if form.get("picture") else {}
		self.zalo.say(form.get("sender", ""), form.get("text", ""), **more)
		self.send(303, b"", {"Location": "/"})

	def answer(self, status: int, content: dict, headers: dict[str, str] | None = None) -> None:
		self.send(
			status, json.dumps(content).encode(), {"Content-Type": "application/json", **(headers or {})}
		)

	def send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
		self.send_response(status)
		for key, value in headers.items():
			if value:
				self.send_header(key, value)
		self.send_header("Content-Length", str(len(content)))
		self.end_headers()
		self.wfile.write(content)

	def log_message(self, *_words: object) -> None:
		"""Nothing: what people write would stand in the log."""


def page(zalo: Zalo) -> str:
	"""The demo's page: write as a person, see what the portal sent to whom."""
	rows = "".join(
		f"<tr><td>{html.escape(row['channel'])}<td>{html.escape(row['to'])}<td>{html.escape(row['text'])}"
		for row in reversed(zalo.sent)
	)
	return f"""<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="15"><title>Zalo (thử)</title>
<style>body{{font:1rem system-ui;max-width:45rem;margin:1rem auto;padding:0 1rem}}td{{border-top:1px solid #ccc;padding:.4rem;
white-space:pre-wrap;vertical-align:top}}textarea,input{{font:inherit;width:100%;box-sizing:border-box}}
input[type=checkbox]{{width:auto}}</style>
<h1>Zalo (máy chủ thử)</h1><form method="post" action="/write"><p><label>Người gửi <input name="sender" value="7000000000000000001">
</label><p><label>Nội dung <textarea name="text" rows="4"></textarea></label>
<p><label><input type="checkbox" name="picture"> kèm ảnh</label><p><button>Gửi</button></form>
<h2>Cổng đã gửi</h2><table>{rows}</table></html>"""


def serve(zalo: Zalo, port: int = 0) -> ThreadingHTTPServer:
	handler = type("BoundHandler", (Handler,), {"zalo": zalo})
	return ThreadingHTTPServer(("127.0.0.1", port), handler)


@contextmanager
def running(webhook: str = "") -> Iterator[tuple[Zalo, str]]:
	"""(the stand-in, its address) while the body runs."""
	zalo = Zalo(webhook)
	server = serve(zalo)
	thread = threading.Thread(target=server.serve_forever, daemon=True)
	thread.start()
	zalo.address = f"http://127.0.0.1:{server.server_address[1]}"
	try:
		yield zalo, zalo.address
	finally:
		server.shutdown()
		server.server_close()


def main() -> None:
	words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	words.add_argument("--port", type=int, default=8020)
	words.add_argument("--webhook", default="http://127.0.0.1:8000", help="the portal's address")
	words.add_argument("--account", action="store_true", help="print the account it knows, as JSON, and end")
	chosen = words.parse_args()
	if chosen.account:
		print(json.dumps(ACCOUNT))
		return
	print(f"stand-in at http://127.0.0.1:{chosen.port}", flush=True)
	serve(Zalo(chosen.webhook), chosen.port).serve_forever()


if __name__ == "__main__":
	main()
