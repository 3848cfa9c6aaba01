import test from "node:test";
import assert from "node:assert/strict";
import { publicModule } from "./helper.mjs";

const { fill, figureOf, finding, lastDays, nextPoint, sayNumber, sayTime, shadeOf, slotsOf, stateOf, valueOf } =
	await publicModule("map_model");

const REPORTING = {
	key: "reporting",
	digits: 0,
	finding: "{0} of {2}, {1} provisional",
	nothing: "none",
	shades: ["r", "p", "m", "x"].map((key) => ({ key, letter: key, low: null })),
};
const RATE = {
	key: "week_rate",
	digits: 1,
	finding: "{3}: {4}; {0} in {1} of {2}",
	nothing: "no cases",
	shades: [0, 0.1, 20, 50].map((low, step) => ({ key: `n${step}`, letter: "", low })),
};
const [SLOT, EMPTY] = slotsOf({
	communes: ["1", "2", "3"],
	districts: ["A", "B"],
	slots: [
		{ time: "2021-11-20T16:00:00+07:00", reporting: "rpm", expected: [2, 1], reported: [2, 0], provisional: [1, 0],
			week_rate: [49.95, null] },
		{ time: "2021-11-21T08:00:00+07:00", reporting: "mmm", expected: [2, 1], reported: [0, 0], provisional: [0, 0],
			week_rate: [0, null] },
	],
});
const NAMES = new Map([["A", "Đông Sơn"], ["B", "Quan Hóa"]]);

test("a commune's state and a district's figure are found by code, and an area of another time has none", () => {
	assert.deepEqual(["1", "2", "3", "9"].map((code) => stateOf(SLOT, code)), ["r", "p", "m", "x"]);
	assert.equal(figureOf(SLOT, "week_rate", "A"), 49.95);
	assert.equal(figureOf(SLOT, "week_rate", "B"), null);
	assert.equal(figureOf(SLOT, "week_rate", "Z"), null);
	assert.equal(valueOf(REPORTING, SLOT, "2", "A"), "p");
	assert.equal(valueOf(RATE, SLOT, "2", "A"), 49.95);
});

test("a number is in the class with the highest beginning that it reaches; one not known is in none of them", () => {
	const shades = [0, 0.05, 0.1, 19.9, 20, 50, 900].map((value) => shadeOf(RATE, value));
	assert.deepEqual(shades, ["n0", "n0", "n1", "n1", "n2", "n3", "n3"]);
	assert.equal(shadeOf(RATE, null), "u");
	assert.equal(shadeOf(REPORTING, "m"), "m");
	assert.equal(shadeOf(REPORTING, "?"), "u");
});

test("the finding names the district with the most, or counts the reports, or says that there is nothing", () => {
	assert.equal(finding(RATE, SLOT, NAMES, "vi"), "Đông Sơn: 50,0; 50 in 1 of 2");
	assert.equal(finding(RATE, EMPTY, NAMES, "vi"), "no cases");
	assert.equal(finding(REPORTING, SLOT, NAMES, "vi"), "2 of 3, 1 provisional");
	assert.equal(finding(REPORTING, EMPTY, NAMES, "vi"), "none");
});

test("numbers and times are written as each language writes them, a time as its own clock shows it", () => {
	assert.deepEqual(["vi", "en"].map((lang) => sayNumber(2184.5, 1, lang)), ["2.184,5", "2,184.5"]);
	assert.equal(sayNumber(null, 0, "vi"), "–");
	assert.equal(sayTime("2021-11-20T08:00:00+07:00", "vi"), "8\u00a0giờ, 20/11/2021");
	assert.equal(sayTime("2021-11-05T16:30:00+07:00", "vi"), "16\u00a0giờ\u00a030, 05/11/2021");
	assert.equal(sayTime("2021-11-05T16:30:00+07:00", "en"), "16:30, 5 November 2021");
	assert.equal(fill("{1} of {0}{2}", "a", "b"), "b of a");
});

test("the last days are counted back from the newest slot", () => {
	const slots = ["2021-11-01T16:00", "2021-11-06T08:00", "2021-11-07T08:00", "2021-11-20T08:00"].map((time) => ({ time }));
	assert.equal(lastDays(slots, 14).length, 2);
	assert.deepEqual(lastDays([], 14), []);
});

test("arrows go to the next tile of the row or column, over gaps, and stay at the edge", () => {
	// a b .      a block with a gap below b, and another block far to the right
	// c . .  d
	const points = [[0, 0], [10, 0], [0, 10], [60, 10]];
	const from = (place, key) => nextPoint(points, place, key);
	assert.equal(from(0, "ArrowRight"), 1);
	assert.equal(from(0, "ArrowDown"), 2);
	assert.equal(from(2, "ArrowRight"), 1 + 2);
	assert.equal(from(3, "ArrowLeft"), 2);
	assert.equal(from(0, "ArrowUp"), 0);
	assert.equal(from(3, "ArrowRight"), 3);
	assert.deepEqual([from(2, "Home"), from(0, "End")], [0, 3]);
});
