// An area's course as rows of a chart: what publishing/figures_page/data.py makes, of the same open data by the same rules.

const WEEK = 7;
const DAY = 24 * 60 * 60 * 1000;
const POSITIVE = ["pcr_positive", "rapid_positive"];
const NEGATIVE = ["pcr_negative", "rapid_negative"];
const QUARANTINE = ["quarantine_site_current", "quarantine_facility_current", "quarantine_home_current"];

/** "2021-11-30" and a number of days → the day so many later. */
export function later(day, days) {
	return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}

/** A row for every day from the first to the last of series/<code>.json: date, whole, given, and a function of figures. */
export function calendar({ date, whole, figures }) {
	const place = new Map(date.map((day, at) => [day, at]));
	const rows = [];
	for (let day = date[0]; date.length && day <= date[date.length - 1]; day = later(day, 1)) {
		const at = place.get(day);
		const figure = (field) => (at === undefined ? null : figures[field]?.[at] ?? null);
		rows.push({ date: day, whole: at !== undefined && whole[at], figure });
	}
	return rows;
}

/** The sum of what is known of these fields; null where nothing is. */
export function sum(row, ...fields) {
	const known = fields.map((field) => row.figure(field)).filter((value) => value !== null);
	return known.length ? known.reduce((a, b) => a + b) : null;
}

/** The sum of the seven rows that end with each; null where one is not whole or has no figure. */
export function overAWeek(rows, value) {
	const values = rows.map((row) => (row.whole ? value(row) : null));
	return values.map((_, at) => {
		const week = values.slice(Math.max(0, at - WEEK + 1), at + 1);
		return week.length < WEEK || week.includes(null) ? null : week.reduce((a, b) => a + b);
	});
}

/** One decimal, halves to the even neighbour, as the server rounds. */
export function rounded(value) {
	const tenths = value * 10;
	const floor = Math.floor(tenths);
	const up = tenths - floor === 0.5 ? floor % 2 !== 0 : tenths - floor > 0.5;
	return (floor + (up ? 1 : 0)) / 10;
}

export function share(part, whole) {
	return part === null || part === undefined || !whole ? null : rounded((100 * part) / whole);
}

const results = (row) => sum(row, ...POSITIVE, ...NEGATIVE);
const positive = (row) => sum(row, ...POSITIVE);

/** By chart: the rows of days, of a calendar. */
export const BY_DAY = {
	cases(days) {
		const weeks = overAWeek(days, (row) => row.figure("new_cases"));
		return days.map((row, at) => ({
			...told(row),
			new_cases: row.figure("new_cases"),
			mean_7: weeks[at] === null ? null : rounded(weeks[at] / WEEK),
		}));
	},
	tests(days) {
		const [of, among] = [overAWeek(days, positive), overAWeek(days, results)];
		return days.map((row, at) => ({
			...told(row),
			...testsOf(row),
			positivity_7: share(of[at], among[at]),
		}));
	},
	quarantine: (days) => days.map((row) => ({ ...told(row), ...some(row, QUARANTINE) })),
	beds: (days) => days.map((row) => ({ ...told(row), ...bedsOf(row) })),
};

/** By chart: the rows of slots, of month files. */
export const BY_SLOT = {
	cases: (slots) => slots.map((row) => ({ ...toldSlot(row), new_cases: row.figures.new_cases ?? null })),
	tests: (slots) => slots.map((row) => ({ ...toldSlot(row), ...testsOf(figured(row)) })),
	quarantine: (slots) => slots.map((row) => ({ ...toldSlot(row), ...some(figured(row), QUARANTINE) })),
	beds: (slots) => slots.map((row) => ({ ...toldSlot(row), ...bedsOf(figured(row)) })),
	completeness: (slots) =>
		slots.map((row) => ({
			...toldSlot(row),
			expected: row.expected,
			reported: row.reported,
			provisional: row.provisional,
			final: row.reported - row.provisional,
			share: share(row.reported, row.expected),
		})),
};

const told = (row) => ({ key: row.date, at: row.date, hatched: !row.whole });
const toldSlot = (row) => ({ key: row.slot, at: row.time, hatched: false });
const figured = (row) => ({ figure: (field) => row.figures[field] ?? null });

function some(row, fields) {
	return Object.fromEntries(fields.map((field) => [field, row.figure(field)]));
}

function testsOf(row) {
	return { samples_taken: row.figure("samples_taken"), positive: positive(row), results: results(row) };
}

function bedsOf(row) {
	const [used, there] = [row.figure("treatment_beds_used"), row.figure("treatment_beds")];
	return { treatment_beds_used: used, treatment_beds: there, occupancy: share(used, there) };
}
