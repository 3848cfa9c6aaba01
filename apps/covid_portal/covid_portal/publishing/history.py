"""The record of every build, kept for good, and what the operator is told of one that failed."""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils import escape_html, now_datetime
from frappe.utils.user import get_users_with_role

from covid_portal.organisation import bell
from covid_portal.organisation.post import has_outgoing_account
from covid_portal.publishing.changes import Asked

DOCTYPE = "Snapshot Build"
LIVE, FAILED, ROLLED_BACK = "Published", "Failed", "Rolled Back"
SETTINGS = "Publishing Settings"
SHOWN = ["name", "outcome", "build", "tried_at", "problem", "attempts", "files", "changed", "seconds"]
SHOWN += ["slots", "why", "asked_by", "manifest"]
TOLD = ("System Manager", "Portal Administrator", "Operator")


@dataclass(frozen=True)
class Built:
	"""A finished build: its name in the store, the digest of its manifest, what it cost."""

	build: str
	manifest: str
	files: int
	changed: int
	written: int  # bytes
	seconds: float


def record(built: Built, asked: Asked) -> None:
	insert(LIVE, asked, **vars(built))


def record_rollback(build: str, manifest: str, files: int, why: str) -> None:
	user = frappe.session.user
	asked = Asked((), (), (), False, False, (why,) if why else (), (user,))
	insert(ROLLED_BACK, asked, build=build, manifest=manifest, files=files)


def record_failure(asked: Asked, error: Exception) -> None:
	"""The same failure again only counts up; a new one is told."""
	problem = f"{type(error).__name__}: {error}"[:1000]
	before = last()
	if before and (before.outcome, before.problem) == (FAILED, problem):
		frappe.db.set_value(
			DOCTYPE, before.name, {"attempts": before.attempts + 1, "tried_at": now_datetime()}
		)
		return
	frappe.log_error(title="Snapshot", message=frappe.get_traceback())
	insert(FAILED, asked, problem=problem)
	tell(problem)


def insert(outcome: str, asked: Asked, **values: object) -> None:
	frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"outcome": outcome,
			"tried_at": now_datetime(),
			"slots": "\n".join(asked.slots),
			"parts": "\n".join(asked.makers),
			"pages_anew": int(asked.anew),
			"whole": int(asked.full),
			"why": "\n".join(asked.why),
			"asked_by": "\n".join(asked.users),
			"attempts": 1,
			**values,
		}
	).insert(ignore_permissions=True)


def last() -> frappe._dict | None:
	return next(iter(newest(1)), None)


def newest(limit: int) -> list[frappe._dict]:
	"""Records, the newest first: by their number, since a clock can be moved back."""
	return frappe.get_all(DOCTYPE, fields=SHOWN, order_by="name desc", limit=limit)


def line(mark: str, row: frappe._dict) -> str:
	"""A record as a terminal shows it."""
	about = "; ".join(
		filter(None, [shortened(row.slots), row.why and row.why.replace("\n", ", "), row.problem])
	)
	cost = f"{row.changed} of {row.files} files, {row.seconds:g} s" if row.outcome == LIVE else row.outcome
	who = (row.asked_by or "").replace("\n", ", ")
	return f"{mark} {row.build or '–':20}  {row.tried_at:%Y-%m-%d %H:%M:%S}  {cost}  {who}  {about}".rstrip()


def shortened(slots: str | None) -> str:
	names = (slots or "").split()
	return " ".join(names) if len(names) < 4 else f"{names[0]} … {names[-1]} ({len(names)})"


# --- telling


def tell(problem: str) -> None:
	"""In the Desk, and by mail where the site sends any: what readers see is not the newest."""
	users = sorted({"Administrator", *(user for role in TOLD for user in get_users_with_role(role))})
	languages = dict(frappe.get_all("User", {"name": ("in", users)}, ["name", "language"], as_list=True))
	link = "/app/publishing-settings"
	bell.put_in_desk(
		[bell.Notice(user, subject(languages.get(user)), link, SETTINGS, SETTINGS) for user in users]
	)
	if has_outgoing_account():
		frappe.enqueue(
			"covid_portal.publishing.history.send_mail",
			users=users,
			problem=problem,
			enqueue_after_commit=True,
		)


def subject(language: str | None = None) -> str:
	return _("The public pages could not be renewed; readers still see those of before.", language)


def send_mail(users: list[str], problem: str) -> None:
	"""Job: one mail to all of them."""
	address = escape_html(frappe.utils.get_url("/app/publishing-settings"))
	frappe.sendmail(
		recipients=users,
		subject=subject(),
		message=f'<p>{escape_html(subject())}</p><p>{escape_html(problem)}</p><p><a href="{address}">{address}</a></p>',
	)
