"""A province pack: loaded once, loaded twice, and refused with file and row, nothing stored."""

import json
import shutil
import tempfile
from pathlib import Path

import frappe

from covid_portal.setup.province_pack import PackError, load
from covid_portal.testing.case import PortalTestCase

FILES = {
	"population_groups.csv": [
		"code,name,name_en,min_age,max_age",
		"zz_all,Tất cả,All,0,",
	],
	"areas.csv": [
		"code,name,full_name,name_en,full_name_en,kind,level,parent,valid_from,valid_to,"
		"tile_column,tile_row,tile_index,latitude,longitude",
		"ZP,Thử,Tỉnh Thử,Test,Test Province,Province,1,,2021-07-01,,,,,,",
		"ZP1,Đông,Huyện Đông,East,East District,Rural District,2,ZP,2021-07-01,,3,4,,19.81,105.79",
		"ZP11,Sơn,Xã Sơn,Son,Son Commune,Commune,3,ZP1,2021-07-01,,,,1,,",
	],
	"unit_types.csv": [
		"code,name,name_en,line,level",
		"ZPD,Trung tâm,Centre,Health,2",
		"ZPC,Trạm,Station,Health,3",
	],
	"units.csv": [
		"code,name,name_en,unit_type,area,parent_unit,valid_from,valid_to",
		"ZPC-11,Trạm Sơn,Son Station,ZPC,ZP11,ZPD-1,2021-07-01,",
		"ZPD-1,Trung tâm Đông,East Centre,ZPD,ZP1,,2021-07-01,",
	],
	"holidays.csv": [
		"date,name,name_en",
		"1999-09-02,Quốc khánh,National Day",
	],
}
SETTINGS = {
	"province": {"code": "ZP"},
	"header": {"organisation": "Ban Chỉ đạo thử"},
	"footer": {"phone": "1022"},
}
SERVICES = "code,title,title_en,kind,audience,url,sequence,shown,note,note_en"
DOCTYPES = ("Population Group", "Area", "Unit Type", "Unit", "Public Holiday")


class PackCase(PortalTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		# The framework numbers a tree anew node by node: below the site's own province are 1,800, seconds of each load.
		frappe.db.delete("Area", {"name": ("not like", "ZZ%"), "level": (">", 1)})
		frappe.db.delete("Unit", {"name": ("not like", "%-ZZ%")})

	def setUp(self) -> None:
		super().setUp()
		self.folder = Path(tempfile.mkdtemp())
		self.addCleanup(shutil.rmtree, self.folder)
		for name, lines in FILES.items():
			self.write(name, lines)
		(self.folder / "pack.json").write_text(json.dumps(SETTINGS), encoding="utf-8")

	def write(self, name: str, lines: list[str], encoding: str = "utf-8") -> None:
		(self.folder / name).write_text("\n".join(lines) + "\n", encoding=encoding)

	def write_line(self, name: str, number: int, line: str) -> None:
		"""Replace a line of the file, or add one after the last; numbered as an editor shows them."""
		lines = [*FILES[name][: number - 1], line, *FILES[name][number:]]
		self.write(name, lines)

	def write_links(self, links: object) -> None:
		(self.folder / "pack.json").write_text(json.dumps(SETTINGS | {"links": links}), encoding="utf-8")

	def counts(self) -> list[int]:
		return [frappe.db.count(doctype) for doctype in DOCTYPES]


class TestLoading(PackCase):
	def test_the_rows_are_there_with_their_trees_and_lines(self) -> None:
		self.assertEqual(load(self.folder), dict(zip(DOCTYPES, (1, 3, 2, 2, 1), strict=True)))
		district, commune = (frappe.get_doc("Area", code) for code in ("ZP1", "ZP11"))
		self.assertEqual(
			(district.full_name, district.kind, district.level), ("Huyện Đông", "Rural District", 2)
		)
		self.assertEqual((district.is_group, commune.is_group, commune.parent_area), (1, 0, "ZP1"))
		self.assertTrue(district.lft < commune.lft < commune.rgt < district.rgt)
		station = frappe.get_doc("Unit", "ZPC-11")
		self.assertEqual((station.line, station.area, station.parent_unit), ("Health", "ZP11", "ZPD-1"))

	def test_loading_it_again_adds_nothing(self) -> None:
		load(self.folder)
		counts = self.counts()
		self.assertEqual(set(load(self.folder).values()), {0})
		self.assertEqual(self.counts(), counts)

	def test_what_an_administrator_changed_stays(self) -> None:
		load(self.folder)
		frappe.db.set_value("Area", "ZP11", "full_name", "Phường Sơn")
		frappe.db.set_value("Unit", "ZPC-11", "disabled", 1)
		frappe.db.set_single_value("Publishing Settings", "organisation", "Ban khác")
		load(self.folder)
		self.assertEqual(frappe.db.get_value("Area", "ZP11", "full_name"), "Phường Sơn")
		self.assertEqual(frappe.db.get_value("Unit", "ZPC-11", "disabled"), 1)
		self.assertEqual(frappe.db.get_single_value("Publishing Settings", "organisation"), "Ban khác")

	def test_a_pack_that_has_grown_adds_what_is_new(self) -> None:
		load(self.folder)
		self.write_line("areas.csv", 5, "ZP12,Hà,Xã Hà,,,Commune,3,ZP1,2021-07-01,,,,2,,")
		self.assertEqual(load(self.folder)["Area"], 1)
		district, commune = (frappe.get_doc("Area", code) for code in ("ZP1", "ZP12"))
		self.assertTrue(district.lft < commune.lft < commune.rgt < district.rgt)

	def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(self) -> None:
		text = "\r\n".join(FILES["areas.csv"]) + "\r\n"
		(self.folder / "areas.csv").write_bytes(text.encode("utf-8-sig"))
		self.assertEqual(load(self.folder)["Area"], 3)

	def test_the_province_is_named_where_nobody_has_named_one(self) -> None:
		frappe.db.set_single_value("Publishing Settings", "province", None)
		load(self.folder)
		self.assertEqual(frappe.db.get_single_value("Publishing Settings", "province"), "ZP")

	def test_population_figures_are_entered_once_for_each_day(self) -> None:
		heads = "area,group,persons,as_of,source"
		self.write("populations.csv", [heads, "ZP11,zz_all,6120,2021-04-01,Cục Thống kê"])
		self.assertEqual(load(self.folder)["Area Population"], 1)
		frappe.db.set_value("Area Population", {"parent": "ZP11"}, "persons", 6121)
		self.write("populations.csv", [heads, "ZP11,zz_all,6120,2021-04-01,", "ZP11,zz_all,6200,2022-04-01,"])
		self.assertEqual(load(self.folder)["Area Population"], 1)
		rows = frappe.get_doc("Area", "ZP11").populations
		self.assertEqual(
			[(row.persons, str(row.as_of)) for row in rows], [(6121, "2021-04-01"), (6200, "2022-04-01")]
		)

	def test_links_to_other_bodies_are_entered_once(self) -> None:
		frappe.db.delete("Portal Link")
		frappe.clear_document_cache("Publishing Settings", "Publishing Settings")
		self.write_links([{"title": "Cổng", "url": "https://example.gov.vn"}])
		load(self.folder)
		self.write_links([{"title": "Cổng khác", "url": "https://other.gov.vn"}])
		load(self.folder)
		self.assertEqual(frappe.get_all("Portal Link", pluck="url"), ["https://example.gov.vn"])

	def test_services_of_other_bodies_are_entered_with_their_kind_and_stay_as_they_were_changed(self) -> None:
		self.write(
			"services.csv", [SERVICES, "zp,Tiêm,Vaccination,Vaccination,Everybody,https://example.vn,2,1,,"]
		)
		self.assertEqual(load(self.folder)["Related Service"], 1)
		service = frappe.get_doc("Related Service", "zp")
		self.assertEqual(
			(service.title, service.kind, service.sequence, service.shown), ("Tiêm", "Vaccination", 2, 1)
		)
		service.save()  # what the pack brings is as sound as what a form does
		frappe.db.set_value("Related Service", "zp", "shown", 0)
		self.assertEqual(load(self.folder)["Related Service"], 0)
		self.assertEqual(frappe.db.get_value("Related Service", "zp", "shown"), 0)


class TestWhatIsWrong(PackCase):
	def assertPackRefused(self, *words: str) -> None:
		counts = self.counts()
		with self.assertRaises(PackError) as caught:
			load(self.folder)
		self.assertEqual(self.counts(), counts)
		for word in words:
			self.assertIn(word, str(caught.exception))

	def assertLineRefused(self, name: str, number: int, line: str, *words: str) -> None:
		self.write_line(name, number, line)
		self.assertPackRefused(f"{name}, row {number}:", *words)
		self.write(name, FILES[name])

	def test_areas(self) -> None:
		for line, word in (
			(",Sơn,Xã Sơn,,,Commune,3,ZP1,,,,,,,", "code"),
			("ZP11,,Xã Sơn,,,Commune,3,ZP1,,,,,,,", "name"),
			("ZP1,Sơn,Xã Sơn,,,Commune,3,ZP1,,,,,,,", "ZP1"),
			("ZP11,Sơn,Xã Sơn,,,Hamlet,3,ZP1,,,,,,,", "Hamlet"),
			("ZP11,Sơn,Xã Sơn,,,Commune,3,ZP9,,,,,,,", "ZP9"),
			("ZP11,Sơn,Xã Sơn,,,Commune,2,ZP1,,,,,,,", "level"),
			("ZP11,Sơn,Xã Sơn,,,Commune,three,ZP1,,,,,,,", "three"),
			("ZP11,Sơn,Xã Sơn,,,Commune,²,ZP1,,,,,,,", "²"),
			("ZP11,Sơn,Xã Sơn,,,Commune,,ZP1,,,,,,,", "level"),
			("ZP11,Sơn,Xã Sơn,,,Commune,3,ZP1,1/7/2021,,,,,,", "1/7/2021"),
			("ZP11,Sơn,Xã Sơn,,,Commune,3,ZP1,2021-02-30,,,,,,", "2021-02-30"),
			("ZP11,Sơn,Xã Sơn,,,Commune,3,ZP1,2022-01-01,2021-01-01,,,,,", "valid_from"),
			("ZP11,Sơn,Xã Sơn,,,Commune,3,ZP1,,,x,,,,", "tile_column"),
			("ZP11,Sơn,Xã Sơn,,,Commune,3,ZP1,,,,,,91,105", "latitude"),
			("ZP11,Sơn,Xã Sơn,,,Commune,3,ZP1,,,,,,19,nan", "longitude"),
			("ZP11,Sơn,Xã Sơn", "kind"),
		):
			self.assertLineRefused("areas.csv", 4, line, word)

	def test_rules_for_arrivals(self) -> None:
		self.write(
			"immunity_states.csv",
			[
				"code,name,name_en,priority,min_doses,days_since_dose,recovered_within_days",
				"zp,Chưa tiêm,Not vaccinated,1,,,",
			],
		)
		head = "code,level,immunity,area,valid_from,valid_to,measure,days,monitoring_days,test_days,"
		head += "obligation,obligation_en,reason,reason_en,reference,from_memory"
		for line, word in (
			("zp1,5,zp,,2021-11-05,,Home quarantine,14,,,a,a,a,a,a,1", "5 is not a level"),
			("zp1,4,zq,,2021-11-05,,Home quarantine,14,,,a,a,a,a,a,1", "zq"),
			("zp1,4,zp,ZP9,2021-11-05,,Home quarantine,14,,,a,a,a,a,a,1", "ZP9"),
			("zp1,4,zp,,2021-11-05,,Prison,14,,,a,a,a,a,a,1", "Prison"),
			("zp1,4,zp,,2021-11-05,,Home quarantine,14,,1+7,a,a,a,a,a,1", "1+7"),
			("zp1,4,zp,,2021-11-05,,Home quarantine,14,,,a,a,a,a,,1", "reference"),
		):
			self.write("arrival_rules.csv", [head, line])
			self.assertPackRefused("arrival_rules.csv, row 2:", word)

	def test_services(self) -> None:
		for line, word in (
			("zp,Tiêm,,Vaccination,Everybody,javascript:x,,1,,", "javascript:x"),
			("zp,Tiêm,,Magic,Everybody,https://example.vn,,1,,", "Magic"),
			("zp,Tiêm,,Vaccination,Nobody,https://example.vn,,1,,", "Nobody"),
			("zp,Tiêm,,Vaccination,Everybody,https://example.vn,first,1,,", "first"),
			("zp,,,Vaccination,Everybody,https://example.vn,,1,,", "title"),
		):
			self.write("services.csv", [SERVICES, line])
			self.assertPackRefused("services.csv, row 2:", word)

	def test_populations(self) -> None:
		good = "ZP11,zz_all,6120,2021-04-01"
		for line, word in (
			("ZP99,zz_all,6120,2021-04-01", "ZP99"),
			("ZP11,zz_none,6120,2021-04-01", "zz_none"),
			("ZP11,zz_all,6.120,2021-04-01", "6.120"),
			("ZP11,zz_all,6120,01/04/2021", "01/04/2021"),
			("ZP11,zz_all,6120,", "as_of"),
		):
			self.write("populations.csv", ["area,group,persons,as_of", line])
			self.assertPackRefused("populations.csv, row 2:", word)
		self.write("populations.csv", ["area,group,persons,as_of", good, good])
		self.assertPackRefused("populations.csv, row 3:", "twice")
		self.write("populations.csv", ["area,persons"])
		self.assertPackRefused("populations.csv:", "group")

	def test_units_and_their_types(self) -> None:
		for line, word in (
			("ZPC-11,Trạm,,ZPC,ZP99,ZPD-1,,", "ZP99"),
			("ZPC-11,Trạm,,NONE,ZP11,ZPD-1,,", "NONE"),
			("ZPC-11,Trạm,,ZPC,ZP11,ZPD-9,,", "ZPD-9"),
			("ZPC-11,Trạm,,ZPC,ZP11,ZPC-11,,", "superior"),
			("ZPD-1,Trạm,,ZPC,ZP11,,,", "ZPD-1"),
		):
			self.write_line("units.csv", 2, line)
			self.assertPackRefused("units.csv, row", word)
			self.write("units.csv", FILES["units.csv"])
		self.assertLineRefused("unit_types.csv", 2, "ZPD,Trung tâm,,Army,2", "Army")

	def test_a_circle_of_superiors(self) -> None:
		self.assertLineRefused("units.csv", 3, "ZPD-1,Trung tâm,,ZPD,ZP1,ZPC-11,,", "superior")

	def test_holidays_and_groups(self) -> None:
		self.assertLineRefused("holidays.csv", 2, "2/9/1999,Quốc khánh,", "2/9/1999")
		self.assertLineRefused("population_groups.csv", 2, "zz_all,Tất cả,,old,", "old")

	def test_every_error_is_told_at_once(self) -> None:
		self.write_line("areas.csv", 4, "ZP11,Sơn,Xã Sơn,,,Hamlet,3,ZP9,,,,,,,")
		self.write_line("holidays.csv", 2, "someday,Lễ,")
		self.assertPackRefused("areas.csv, row 4: Hamlet", "ZP9", "holidays.csv, row 2", "someday")

	def test_missing_files_and_columns(self) -> None:
		self.write("units.csv", ["code,name", "ZPC-11,Trạm"])
		(self.folder / "holidays.csv").unlink()
		self.assertPackRefused("units.csv: columns are missing: name_en", "holidays.csv: the file is missing")

	def test_text_that_is_not_utf_8(self) -> None:
		self.write("areas.csv", [line.replace("ử", "u") for line in FILES["areas.csv"]], encoding="utf-16")
		self.assertPackRefused("areas.csv")

	def test_links_that_lead_nowhere(self) -> None:
		for links in ("x", {"a": 1}, ["x"], [{"title": "Cổng"}], [{"title": "Cổng", "url": "javascript:x"}]):
			self.write_links(links)
			self.assertPackRefused("pack.json", "link")

	def test_settings_that_cannot_be_read(self) -> None:
		for text in ("{", "[]", '"text"', '{"header": ["Ban"]}'):
			(self.folder / "pack.json").write_text(text, encoding="utf-8")
			self.assertPackRefused("pack.json")
		(self.folder / "pack.json").unlink()
		self.assertPackRefused("pack.json")
