import json
from urllib.parse import urlsplit

import frappe
import shapely
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, now_datetime, today
from shapely.geometry import MultiPolygon

from covid_portal.organisation.doctype.area.area import CENTRE
from covid_portal.publishing import snapshot
from covid_portal.publishing.mapping import centres, geojson
from covid_portal.publishing.mapping.outline_files import LEVELS
from covid_portal.publishing.mapping.web_outlines import web_outlines

UPLOADED, APPROVED, WITHDRAWN = "Uploaded", "Approved", "Withdrawn"
FOUND = ("outlines", "positions", "web", "web_size", "without")
CONTENT = ("title", "level", "file", "code_property", "source", "source_url", "source_date", "licence")
NAMED = 20


class InvalidOutline(frappe.ValidationError):
	pass


class MapOutline(Document):
	"""Outlines of areas, uploaded by an administrator: checked when the file comes, drawn on the map once approved."""

	def validate(self) -> None:
		self.validate_state()
		self.validate_unchanged()
		self.validate_source()
		self.read_file()

	def on_trash(self) -> None:
		if self.state == APPROVED:
			frappe.throw(_("{0} is on the map: withdraw it first.").format(self.name), InvalidOutline)

	def validate_state(self) -> None:
		"""Only decide() moves it."""
		before = self.get_doc_before_save()
		if not self.flags.deciding and self.state != (before.state if before else UPLOADED):
			frappe.throw(
				_("The state of {0} changes by approval or withdrawal alone.").format(self.name),
				InvalidOutline,
			)
		if not self.flags.deciding:
			self.keep(("approved_by", "approved_at"))

	def validate_unchanged(self) -> None:
		before = self.get_doc_before_save()
		if before and before.state == APPROVED and self.has_changed(CONTENT):
			frappe.throw(
				_("{0} is on the map: withdraw it before you change it.").format(self.name), InvalidOutline
			)

	def validate_source(self) -> None:
		if self.source_url and urlsplit(self.source_url).scheme not in ("http", "https"):
			frappe.throw(
				_("The address of the source begins with https:// or http://, not {0}.").format(
					geojson.shown(self.source_url)
				),
				InvalidOutline,
			)

	def read_file(self) -> None:
		"""Check the file and keep what is drawn of it, whenever it or how it is read has changed."""
		if not self.has_changed(("file", "level", "code_property")):
			self.keep(FOUND)
			return
		areas = areas_of(self.level)
		shapes = geojson.read(path_of(self.file), self.code_property, expected(areas))
		wholes = {row.name: row.parent_area for row in areas if self.level == "Commune"}
		web = json.dumps(web_outlines(shapes, wholes), separators=(",", ":"))
		without = [row.full_name for row in areas if row.name not in shapes and is_valid_today(row)]
		self.update(
			{
				"outlines": len(shapes),
				"positions": count_positions(shapes),
				"web": web,
				"web_size": len(web),
				"without": some_of(without),
			}
		)

	def has_changed(self, fields: tuple[str, ...]) -> bool:
		"""As people see it: a date is its text, and nothing is the empty text."""
		before = self.get_doc_before_save()
		return not before or any(cstr(self.get(field)) != cstr(before.get(field)) for field in fields)

	def keep(self, fields: tuple[str, ...]) -> None:
		"""What no request sets: the fields as they are stored."""
		before = self.get_doc_before_save()
		self.update({field: before.get(field) if before else None for field in fields})

	def decide(self, state: str) -> None:
		"""Approve or withdraw; the public map follows in a job."""
		if state not in (APPROVED, WITHDRAWN) or state == self.state:
			frappe.throw(
				_("{0} cannot become {1}: it is {2}.").format(self.name, _(state), _(self.state)),
				InvalidOutline,
			)
		self.flags.deciding = True
		self.state = state
		if state == APPROVED:
			self.update({"approved_by": frappe.session.user, "approved_at": now_datetime()})
		self.save()
		centres.follow_outlines(self.level)
		rebuild()


def areas_of(level: str) -> list[frappe._dict]:
	"""The province's areas of the level, those that have ended too: older outlines may show them."""
	province = frappe.db.get_single_value("Publishing Settings", "province")
	lft, rgt = frappe.db.get_value("Area", province, ["lft", "rgt"]) or (0, 0)
	fields = ["name", "full_name", "parent_area", *CENTRE, centres.FOLLOWS, "valid_from", "valid_to"]
	return frappe.get_all(
		"Area",
		{"level": LEVELS.get(level, 0), "lft": (">=", lft), "rgt": ("<=", rgt)},
		fields,
		order_by="lft",
	)


def expected(areas: list[dict]) -> geojson.Expected:
	"""A centre that an outline has given proves nothing of the next one."""
	entered = [row for row in areas if row.longitude and not row.get(centres.FOLLOWS)]
	known = {row.name: (row.longitude, row.latitude) for row in entered}
	return geojson.Expected(frozenset(row.name for row in areas), known)


def is_valid_today(area: dict) -> bool:
	day = today()
	return (not area.valid_from or str(area.valid_from) <= day) and (
		not area.valid_to or str(area.valid_to) >= day
	)


def count_positions(shapes: dict[str, MultiPolygon]) -> int:
	return int(shapely.get_num_coordinates(list(shapes.values())).sum())


def some_of(names: list[str]) -> str:
	if len(names) <= NAMED:
		return ", ".join(names)
	return _("{0} and {1} more").format(", ".join(names[:NAMED]), len(names) - NAMED)


def path_of(file_url: str) -> str:
	"""Where the attached file lies: a private one that the user may read."""
	names = frappe.get_all("File", {"file_url": file_url}, pluck="name")
	readable = [name for name in names if frappe.has_permission("File", "read", doc=name)]
	if not readable:
		frappe.throw(
			_("There is no file {0}: upload it here.").format(geojson.shown(file_url)), InvalidOutline
		)
	file = frappe.get_doc("File", readable[0])
	if not file.is_private:
		frappe.throw(
			_("Upload the file as a private one: what is shown of it is decided later."), InvalidOutline
		)
	return file.get_full_path()


def rebuild() -> None:
	"""The public map with the outlines as they are now, soon after this is stored."""
	snapshot.rebuild(why=_("Map Outline"))


@frappe.whitelist(methods=["POST"])
def decide(outline: str, state: str) -> dict:
	"""Approve or withdraw ("Approved", "Withdrawn"). Returns {"outline", "state"}."""
	document = frappe.get_doc("Map Outline", outline, for_update=True)
	document.check_permission("write")
	document.decide(state)
	return {"outline": document.name, "state": document.state}


@frappe.whitelist(methods=["POST"])
def code_properties(file: str) -> list[str]:
	"""Names of the properties in an uploaded file that may hold the area's code, most telling first."""
	if not frappe.has_permission("Map Outline", "create"):
		frappe.throw(_("Only administrators of the portal upload outlines."), frappe.PermissionError)
	return geojson.property_names(geojson.read_features(path_of(file)))
