// What the map says of a slot: pure, without the page. A slot is an entry of a month's file with that month's codes as `communes`
// and `districts`, from code to place.

export const UNKNOWN = "u";
const MONTHS =
	"January February March April May June July August September October November December".split(" ");

/** The month's slots, oldest first, each knowing where its areas stand in its lists. */
export function slotsOf(month) {
	const places = (codes) => new Map(codes.map((code, place) => [code, place]));
	const [communes, districts] = [places(month.communes), places(month.districts)];
	return month.slots.map((slot) => ({ ...slot, communes, districts }));
}

export function stateOf(slot, commune) {
	return slot.reporting[slot.communes.get(commune)] ?? "x";
}

export function figureOf(slot, key, district) {
	return slot[key]?.[slot.districts.get(district)] ?? null;
}

export const inLetters = (measure) => Boolean(measure.shades[0].letter);

/** "1" to "4"; "0" where none was decided when the slot's time had come. */
export function levelOf(slot, commune) {
	return slot.commune_levels?.[slot.communes.get(commune)] ?? "0";
}

/** What the measure says of an area: a letter of a commune, a number of its district. */
export function valueOf(measure, slot, commune, district) {
	if (measure.key === "levels") return levelOf(slot, commune);
	return inLetters(measure) ? stateOf(slot, commune) : figureOf(slot, measure.key, district);
}

/** The key of the class the value is in. */
export function shadeOf(measure, value) {
	if (inLetters(measure)) return measure.shades.find(({ letter }) => letter === value)?.key ?? UNKNOWN;
	const reached = measure.shades.filter(({ low }) => value !== null && value >= low);
	return reached.at(-1)?.key ?? UNKNOWN;
}

export function sum(values) {
	return values.reduce((total, value) => total + (value ?? 0), 0);
}

/** The map's finding in words. `names`: from code to name of the districts, in the page's order. */
export function finding(measure, slot, names, lang) {
	const write = (value, digits = 0) => sayNumber(value, digits, lang);
	if (measure.key === "levels") {
		const counts = [..."1234"].map((level) => [...(slot.commune_levels ?? "")].filter((one) => one === level).length);
		return sum(counts) ? fill(measure.finding, ...counts.map((count) => write(count))) : measure.nothing;
	}
	if (inLetters(measure)) {
		const [expected, reported, provisional] = ["expected", "reported", "provisional"].map((key) => sum(slot[key]));
		return reported ? fill(measure.finding, write(reported), write(provisional), write(expected)) : measure.nothing;
	}
	const known = [...names.keys()].map((code) => [code, figureOf(slot, measure.key, code)]).filter(([, value]) => value);
	if (!known.length) return measure.nothing;
	const [most, value] = known.reduce((best, row) => (row[1] > best[1] ? row : best));
	const total = sum(known.map((row) => row[1]));
	return fill(
		measure.finding, write(total), write(known.length), write(names.size), names.get(most), write(value, measure.digits)
	);
}

/** "{0} of {1}" with the values in place. */
export function fill(text, ...values) {
	return text.replace(/\{(\d)\}/g, (_, place) => values[place] ?? "");
}

/** 2184 → "2.184" (vi), "2,184" (en); null → "–". */
export function sayNumber(value, digits, lang) {
	if (value === null || value === undefined) return "–";
	const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
	return new Intl.NumberFormat(lang === "vi" ? "vi-VN" : "en-GB", options).format(value);
}

/** 16 giờ, 20/11/2021 (vi); 16:00, 20 November 2021 (en): the hands of the clock as they are written in the time. */
export function sayTime(time, lang) {
	const [year, month, day, hour, minute] = time.match(/\d+/g);
	if (lang !== "vi") return `${hour}:${minute}, ${Number(day)} ${MONTHS[month - 1]} ${year}`;
	return `${Number(hour)}\u00a0giờ${minute === "00" ? "" : `\u00a0${minute}`}, ${day}/${month}/${year}`;
}

/** The slots of the last `days` days. */
export function lastDays(slots, days) {
	const from = Date.parse(slots.at(-1)?.time) - days * 86_400_000;
	return slots.filter(({ time }) => Date.parse(time) > from);
}

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const ASIDE = 3; // a step aside is as far as three ahead
const NARROW = 0.4; // what lies within so much aside of ahead comes first, however far: an arrow stays in its row
const LAST = 1e6;

/** The place of the point that lies next in the arrow's direction from points[from]; `from` where there is none. */
export function nextPoint(points, from, key) {
	if (key === "Home") return 0;
	if (key === "End") return points.length - 1;
	const [right, down] = DIRECTIONS[key];
	const [x, y] = points[from];
	let [best, nearest] = [from, Infinity];
	points.forEach(([px, py], place) => {
		const ahead = (px - x) * right + (py - y) * down;
		const aside = Math.abs((px - x) * down + (py - y) * right);
		const distance = ahead + ASIDE * aside + (aside > NARROW * ahead ? LAST : 0);
		if (ahead > 1 && distance < nearest) [best, nearest] = [place, distance];
	});
	return best;
}

export const isMove = (key) => key in DIRECTIONS || key === "Home" || key === "End";
