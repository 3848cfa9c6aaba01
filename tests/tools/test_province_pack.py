"""The tracked province pack of Thanh Hóa, and the script that makes it."""

import csv
import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACK = REPOSITORY / "fixtures" / "thanh-hoa"
TOOLS = REPOSITORY / "tools"
SCRIPT = TOOLS / "province_pack.py"
SHARED = REPOSITORY.parent / "shared" / "data"
GENERATED = ("areas.csv", "population_groups.csv", "unit_types.csv", "units.csv", "holidays.csv", "pack.json")
GENERATED += ("return_origins.csv", "immunity_states.csv", "arrival_rules.csv", "return_reasons.csv")
GENERATED += ("services.csv",)

needs_shared = pytest.mark.skipif(
	not SHARED.is_dir(), reason="the checking lists (../shared/data) are not here"
)

Row = dict[str, str]

KIND_WORDS = {
	"Province": "Tỉnh",
	"City": "Thành phố",
	"Town": "Thị xã",
	"Rural District": "Huyện",
	"Ward": "Phường",
	"Township": "Thị trấn",
	"Commune": "Xã",
}

# First day of the lunar year: the day, at UTC+7, of the new moon computed apart from the library.
TET = (
	"2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
	"2027-02-06",
)  # fmt: skip
HUNG_KINGS = (
	"2020-04-02", "2021-04-21", "2022-04-10", "2023-04-29", "2024-04-18", "2025-04-07", "2026-04-26",
	"2027-04-16",
)  # fmt: skip
# Breaks as known from each year's notice (Tết, National Day, replacement days): their week days must be off.
OFF_BY_NOTICE = {
	"Tết 2020": ("2020-01-23", "2020-01-29"),
	"Tết 2021": ("2021-02-10", "2021-02-16"),
	"Tết 2022": ("2022-01-31", "2022-02-04"),
	"Tết 2023": ("2023-01-20", "2023-01-26"),
	"Tết 2024": ("2024-02-08", "2024-02-14"),
	"Tết 2025": ("2025-01-27", "2025-01-31"),
	"Tết 2026": ("2026-02-16", "2026-02-20"),
	"May Day 2021": ("2021-05-03", "2021-05-03"),
	"Hùng Kings 2022": ("2022-04-11", "2022-04-11"),
	"30 April and 1 May 2022": ("2022-05-02", "2022-05-03"),
	"30 April and 1 May 2023": ("2023-05-01", "2023-05-03"),
	"30 April and 1 May 2024": ("2024-04-29", "2024-05-01"),
	"30 April and 1 May 2025": ("2025-04-30", "2025-05-02"),
	"National Day 2021": ("2021-09-02", "2021-09-03"),
	"National Day 2022": ("2022-09-01", "2022-09-02"),
	"National Day 2023": ("2023-09-01", "2023-09-04"),
	"National Day 2024": ("2024-09-02", "2024-09-03"),
	"National Day 2025": ("2025-09-01", "2025-09-02"),
	"New Year 2026": ("2026-01-01", "2026-01-02"),
}


def rows(path: Path) -> list[Row]:
	with open(path, encoding="utf-8", newline="") as file:
		return list(csv.DictReader(file))


def by_code(path: Path) -> dict[str, Row]:
	return {row["code"]: row for row in rows(path)}


@pytest.fixture(scope="module")
def areas() -> dict[str, Row]:
	return by_code(PACK / "areas.csv")


@pytest.fixture(scope="module")
def units() -> dict[str, Row]:
	return by_code(PACK / "units.csv")


@pytest.fixture(scope="module")
def unit_types() -> dict[str, Row]:
	return by_code(PACK / "unit_types.csv")


@pytest.fixture(scope="module")
def holidays() -> dict[str, Row]:
	return {row["date"]: row for row in rows(PACK / "holidays.csv")}


@pytest.fixture(scope="module")
def pack() -> dict:
	return json.loads((PACK / "pack.json").read_text(encoding="utf-8"))


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
	"""The script as a module, its input copied to a folder of the test."""
	spec = importlib.util.spec_from_file_location("province_pack", SCRIPT)
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	copy = tmp_path / "input"
	copy.mkdir()
	for file in module.INPUT.iterdir():
		(copy / file.name).write_bytes(file.read_bytes())
	monkeypatch.setattr(module, "INPUT", copy)
	return module


def missing_packages() -> list[str]:
	pins = re.findall(r"^(\S+)==(\S+)", (TOOLS / "province_pack-requirements.txt").read_text(), re.MULTILINE)
	return [f"{name}=={version}" for name, version in pins if installed(name) != version]


def installed(name: str) -> str:
	try:
		return importlib.metadata.version(name)
	except importlib.metadata.PackageNotFoundError:
		return ""


needs_packages = pytest.mark.skipif(
	bool(missing_packages()), reason=f"not installed: {' '.join(missing_packages())}"
)


# Files


@pytest.mark.parametrize("name", GENERATED)
def test_a_file_is_utf8_with_unix_line_ends_and_no_stray_blanks(name: str) -> None:
	data = (PACK / name).read_bytes()
	assert b"\r" not in data and data.endswith(b"\n") and not data.startswith(b"\xef\xbb\xbf")
	for row in rows(PACK / name) if name.endswith(".csv") else ():
		assert all(value == value.strip() and "  " not in value for value in row.values()), row


@pytest.mark.parametrize("name", [name for name in GENERATED if name not in ("holidays.csv", "pack.json")])
def test_codes_are_unique_and_sorted(name: str) -> None:
	codes = [row["code"] for row in rows(PACK / name)]
	assert codes == sorted(codes, key=by_number if name in ("areas.csv", "units.csv") else None)
	assert len(set(codes)) == len(codes)


def by_number(code: str) -> tuple[str, int]:
	prefix, _, digits = code.rpartition("-")
	return prefix, int(digits)


def test_the_row_counts_are_those_the_pack_states(pack: dict) -> None:
	assert pack["rows"] == {name: len(rows(PACK / name)) for name in GENERATED if name.endswith(".csv")}


# Coming home


def test_people_come_home_from_the_62_other_provinces() -> None:
	origins = by_code(PACK / "return_origins.csv")
	assert len(origins) == 62 and "38" not in origins
	assert origins["79"]["name"] == "Hồ Chí Minh" and origins["79"]["name_en"] == "Ho Chi Minh"


def test_there_is_one_arrival_rule_for_each_level_and_state_marked_where_it_is_from_memory() -> None:
	rules = rows(PACK / "arrival_rules.csv")
	states = by_code(PACK / "immunity_states.csv")
	cases = Counter((row["level"], row["immunity"]) for row in rows(PACK / "arrival_rules.csv"))
	assert cases == Counter((level, state) for level in "1234" for state in states)
	assert all(row["reference"] and row["from_memory"] == "1" for row in rules)


def test_reasons_of_hardship_weigh_more_than_all_others() -> None:
	weights = {hard: [] for hard in "01"}
	for row in rows(PACK / "return_reasons.csv"):
		weights[row["is_hardship"]].append(int(row["weight"]))
	assert min(weights["1"]) > max(weights["0"])


# Services of other bodies


def test_services_are_official_ones_over_https_told_in_both_languages() -> None:
	services = rows(PACK / "services.csv")
	assert {"Vaccination", "QR Registration", "Testing"} <= {row["kind"] for row in services}
	for row in services:
		assert re.fullmatch(r"https://([a-z0-9-]+\.)*[a-z0-9-]+\.(gov\.vn|vn)", row["url"]), row
		assert row["title"] and row["title_en"] and row["note"] and row["note_en"], row


# Areas


@needs_shared
def test_districts_are_those_of_the_official_list(areas: dict[str, Row]) -> None:
	listed = by_code(SHARED / "thanhhoa_districts_2021-11.csv")
	assert {code for code, area in areas.items() if area["level"] == "2"} == set(listed)
	for code, row in listed.items():
		assert_same_names(areas[code], row)
		assert areas[code]["parent"] == row["province_code"]
		assert sum(area["parent"] == code for area in areas.values()) == int(row["communes"])


@needs_shared
def test_communes_are_those_of_the_official_list(areas: dict[str, Row]) -> None:
	listed = by_code(SHARED / "thanhhoa_communes_2021-11.csv")
	assert {code for code, area in areas.items() if area["level"] == "3"} == set(listed)
	for code, row in listed.items():
		assert_same_names(areas[code], row)
		assert areas[code]["parent"] == row["district_code"]


def assert_same_names(area: Row, listed: Row) -> None:
	columns = ("name", "full_name", "name_en", "full_name_en")
	assert {key: area[key] for key in columns} == {key: listed[key] for key in columns}
	assert KIND_WORDS[area["kind"]] == listed["type"]


@needs_shared
def test_tiles_and_centres_are_those_of_the_layout(areas: dict[str, Row]) -> None:
	layout, centres = by_code(SHARED / "tile_layout.csv"), by_code(SHARED / "district_centres.csv")
	for code, area in areas.items():
		if area["level"] == "2":
			tile = (layout[code]["column"], layout[code]["row"])
			assert (area["tile_column"], area["tile_row"]) == tile
			centre = (centres[code]["latitude"], centres[code]["longitude"])
			assert (area["latitude"], area["longitude"]) == centre


def test_the_tree_has_one_province_27_districts_and_559_communes(areas: dict[str, Row]) -> None:
	assert Counter(area["level"] for area in areas.values()) == {"1": 1, "2": 27, "3": 559}
	kinds = Counter(area["kind"] for area in areas.values())
	assert kinds == {
		"Province": 1, "City": 2, "Town": 2, "Rural District": 23, "Ward": 60, "Township": 30, "Commune": 469,
	}  # fmt: skip


def test_every_area_hangs_one_level_below_its_parent_and_comes_after_it(areas: dict[str, Row]) -> None:
	seen: dict[str, int] = {"": 0}
	for code, area in areas.items():
		assert int(area["level"]) == seen[area["parent"]] + 1, area
		seen[code] = int(area["level"])


def test_every_area_is_valid_from_the_day_of_the_list(areas: dict[str, Row]) -> None:
	assert {(area["valid_from"], area["valid_to"]) for area in areas.values()} == {("2021-07-01", "")}


def test_full_names_carry_the_kind_and_english_names_no_marks(areas: dict[str, Row]) -> None:
	for area in areas.values():
		assert area["full_name"] == f"{KIND_WORDS[area['kind']]} {area['name']}"
		assert area["full_name_en"] == f"{area['name_en']} {area['kind'].split()[-1]}"
		assert area["full_name_en"].isascii()


def test_district_blocks_do_not_overlap(areas: dict[str, Row]) -> None:
	tiles = [(a["tile_column"], a["tile_row"]) for a in areas.values() if a["level"] == "2"]
	assert len(set(tiles)) == 27
	assert all(0 <= int(column) < 8 and 0 <= int(row) < 6 for column, row in tiles)


def test_communes_are_numbered_inside_their_block_in_order_of_code(areas: dict[str, Row]) -> None:
	for district in (code for code, area in areas.items() if area["level"] == "2"):
		inside = [int(area["tile_index"]) for area in areas.values() if area["parent"] == district]
		assert inside == list(range(len(inside)))


# Units


def test_there_are_1198_units_as_many_of_each_type_as_the_province_has(units: dict[str, Row]) -> None:
	assert Counter(unit["unit_type"] for unit in units.values()) == {
		"STEERING": 1, "DOH": 1, "CDC": 1, "DHC": 27, "CHS": 559, "PPC": 1, "DPC": 27, "CPC": 559,
		"OPERATOR": 1, "DEPT": 21,
	}  # fmt: skip


def test_the_steering_committee_heads_everything_and_there_is_no_cycle(units: dict[str, Row]) -> None:
	for code in units:
		line = [code]
		while units[line[-1]]["parent_unit"]:
			line.append(units[line[-1]]["parent_unit"])
			assert len(line) <= 5, line
		assert line[-1] == "BCD-38"


def test_every_unit_serves_an_area_of_its_types_level(
	units: dict[str, Row], unit_types: dict[str, Row], areas: dict[str, Row]
) -> None:
	for unit in units.values():
		assert areas[unit["area"]]["level"] == unit_types[unit["unit_type"]]["level"], unit
		assert unit["code"].endswith(f"-{unit['area']}")


def test_a_superior_is_of_the_next_body_up_and_of_an_area_around(
	units: dict[str, Row], areas: dict[str, Row]
) -> None:
	superior_type = {
		"CHS": "DHC", "DHC": "CDC", "CDC": "DOH", "DOH": "STEERING",
		"CPC": "DPC", "DPC": "PPC", "PPC": "STEERING", "DEPT": "PPC", "OPERATOR": "PPC",
	}  # fmt: skip
	for unit in units.values():
		if unit["unit_type"] == "STEERING":
			continue
		superior = units[unit["parent_unit"]]
		assert superior["unit_type"] == superior_type[unit["unit_type"]], unit
		assert superior["area"] in (unit["area"], areas[unit["area"]]["parent"]), unit


def test_a_superior_is_of_the_same_line_up_to_the_bodies_under_the_heads(
	units: dict[str, Row], unit_types: dict[str, Row]
) -> None:
	def line(unit: Row) -> str:
		return unit_types[unit["unit_type"]]["line"]

	crossing = {
		u["code"] for u in units.values() if u["parent_unit"] and line(u) != line(units[u["parent_unit"]])
	}
	assert crossing == {"SYT-38", "STTTT-38"}


def test_every_commune_has_a_health_station_and_a_peoples_committee(
	units: dict[str, Row], areas: dict[str, Row]
) -> None:
	for code, area in areas.items():
		if area["level"] == "3":
			assert units[f"TYT-{code}"]["parent_unit"] == f"TTYT-{area['parent']}"
			assert units[f"UBND-{code}"]["parent_unit"] == f"UBND-{area['parent']}"


@pytest.mark.parametrize(
	("code", "name", "name_en"),
	[
		("TYT-14848", "Trạm Y tế xã Tam Chung", "Tam Chung Commune Health Station"),
		("TYT-14755", "Trạm Y tế phường Hàm Rồng", "Ham Rong Ward Health Station"),
		("TYT-15061", "Trạm Y tế thị trấn Ngọc Lặc", "Ngoc Lac Township Health Station"),
		("TTYT-384", "Trung tâm Y tế huyện Mường Lát", "Muong Lat District Health Centre"),
		("TTYT-380", "Trung tâm Y tế thành phố Thanh Hóa", "Thanh Hoa City Health Centre"),
		("UBND-407", "UBND thị xã Nghi Sơn", "People's Committee of Nghi Son Town"),
		("UBND-14848", "UBND xã Tam Chung", "People's Committee of Tam Chung Commune"),
		("UBND-38", "UBND tỉnh Thanh Hóa", "People's Committee of Thanh Hoa Province"),
	],
)
def test_units_are_named_as_officials_write_them(
	units: dict[str, Row], code: str, name: str, name_en: str
) -> None:
	assert (units[code]["name"], units[code]["name_en"]) == (name, name_en)


def test_no_two_units_of_a_district_have_one_name(units: dict[str, Row]) -> None:
	names = Counter((unit["parent_unit"], unit["name"]) for unit in units.values())
	assert max(names.values()) == 1


# Public holidays


def test_holidays_are_sorted_dates_of_2020_to_2027_named_in_both_languages(holidays: dict[str, Row]) -> None:
	assert list(holidays) == sorted(holidays)
	assert len(rows(PACK / "holidays.csv")) == len(holidays)
	assert {date.fromisoformat(day).year for day in holidays} == set(range(2020, 2028))
	assert all(row["name"] and row["name_en"].isascii() for row in holidays.values())


@pytest.mark.parametrize("day", TET)
def test_tet_is_on_the_day_the_calendar_says(holidays: dict[str, Row], day: str) -> None:
	year = [d for d, row in holidays.items() if row["name"] == "Tết Nguyên Đán" and d[:4] == day[:4]]
	assert year == [day]
	assert (holidays[day]["name_en"]) == "Lunar New Year"


@pytest.mark.parametrize("day", HUNG_KINGS)
def test_the_hung_kings_day_is_on_the_day_the_calendar_says(holidays: dict[str, Row], day: str) -> None:
	assert holidays[day]["name"] == "Ngày Giỗ Tổ Hùng Vương"


@pytest.mark.parametrize("year", range(2020, 2028))
def test_the_fixed_holidays_are_there_every_year(holidays: dict[str, Row], year: int) -> None:
	assert {f"{year}-01-01", f"{year}-04-30", f"{year}-05-01", f"{year}-09-02"} <= set(holidays)


@pytest.mark.parametrize(("first", "last"), OFF_BY_NOTICE.values(), ids=OFF_BY_NOTICE)
def test_every_week_day_of_a_decreed_break_is_off(holidays: dict[str, Row], first: str, last: str) -> None:
	span = range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1)
	days = [day for day in map(date.fromordinal, span) if day.weekday() < 5]
	assert [day for day in days if day.isoformat() not in holidays] == []


@pytest.mark.parametrize(
	"day",
	[
		"2020-01-22", "2020-09-01", "2020-09-03", "2021-02-09", "2021-02-17", "2021-11-22", "2022-02-07",
		"2022-08-31", "2023-01-27", "2023-05-04", "2024-02-15", "2025-02-03", "2026-02-23",
	],
)  # fmt: skip
def test_a_week_day_beside_a_break_is_a_working_day(holidays: dict[str, Row], day: str) -> None:
	assert date.fromisoformat(day).weekday() < 5
	assert day not in holidays


def test_a_weekend_day_worked_instead_is_named_by_the_day_off(holidays: dict[str, Row], pack: dict) -> None:
	instead = [row["name_en"][-11:-1] for row in holidays.values() if "substituted" in row["name_en"]]
	assert instead == pack["holidays"]["weekend_workdays"]
	assert all(date.fromisoformat(day).weekday() >= 5 for day in instead)


# pack.json


def test_what_an_administrator_must_fill_in_is_empty_and_listed(pack: dict) -> None:
	empty = [f"footer.{key}" for key, value in pack["footer"].items() if value == ""]
	assert sorted(pack["to_complete"]) == sorted(empty)


def test_the_pack_names_the_province_its_time_zone_and_a_licence_for_each_source(
	pack: dict, areas: dict[str, Row]
) -> None:
	province = pack["province"]
	assert {key: areas["38"][key] for key in province} == province
	assert pack["time_zone"] == "Asia/Ho_Chi_Minh"
	assert all(source["what"] and source["source"] and source["licence"] for source in pack["sources"])


# The script


@needs_packages
def test_the_script_makes_exactly_the_tracked_files(tmp_path: Path) -> None:
	subprocess.run([sys.executable, SCRIPT, tmp_path / "pack"], check=True, timeout=60)
	for name in GENERATED:
		assert (tmp_path / "pack" / name).read_bytes() == (PACK / name).read_bytes(), (
			f"{name}: run {SCRIPT.name}"
		)


def test_other_versions_of_the_packages_are_refused_with_the_way_on(
	script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
	monkeypatch.setattr(script.importlib.metadata, "version", lambda name: "9.9")
	monkeypatch.setattr(sys, "argv", ["province_pack.py", str(tmp_path / "pack")])
	assert script.main() == 1
	message = capsys.readouterr().err
	assert "9.9 is installed" in message and "pip install -r tools/province_pack-requirements.txt" in message
	assert not (tmp_path / "pack").exists()


@needs_packages
@pytest.mark.parametrize(
	("name", "old", "new", "message"),
	[
		("exceptions.csv", "Thị Trấn Ngọc Lặc", "Thị trấn Ngọc Lặc", "exceptions.csv, row 2: area 15061"),
		("exceptions.csv", "15061,", "99999,", "exceptions.csv, row 2: area 99999"),
		("exceptions.csv", ",Thị trấn Ngọc Lặc", ",Xã Ngọc Lặc", "area 15061 is called 'Xã Ngọc Lặc'"),
		("district_layout.csv", "\n407,", "\n408,", "districts differ: ['407', '408']"),
		("pack.json", '"3": 559', '"3": 558', "pack.json expects"),
		("pack.json", '"code": "38"', '"code": "00"', "knows no province 00"),
		("provincial_units.csv", "SYT-38\n", "SYTE-38\n", "CDC-38 has the unknown superior SYTE-38"),
		("provincial_units.csv", "STC-38,", "SCT-38,", "SCT-38 comes twice"),
		("provincial_units.csv", ",OPERATOR,", ",OPERATR,", "STTTT-38 has the unknown type OPERATR"),
		("decreed_days.csv", "2026-01-02,", "2026-01-01,", "decreed_days.csv, row 2"),
	],
)
def test_unsound_input_is_refused_by_file_and_row_and_nothing_is_written(
	script: ModuleType, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
	path = script.INPUT / name
	text = path.read_text(encoding="utf-8")
	assert old in text
	path.write_text(text.replace(old, new, 1), encoding="utf-8")
	with pytest.raises(script.PackError, match=re.escape(message)):
		script.make_pack(tmp_path / "pack")
	assert not (tmp_path / "pack").exists()
