// What the finder of places works out: distances, opening hours, the order of what is found.

import assert from "node:assert/strict";
import { test } from "node:test";
import { byCode, distance, isOpen, matches, minuteOfWeek, nearestFirst, positionOfArea, withCentre } from "../../apps/covid_portal/covid_portal/public/js/public/places_model.js";

const DAY = 24 * 60;

test("a distance is as the crow flies", () => {
	assert.ok(Math.abs(distance([19.81, 105.79], [21.03, 105.85]) - 135.8) < 1);
	assert.equal(distance([19.8, 105.8], [19.8, 105.8]), 0);
});

test("the minute is Vietnam's, wherever the reader's clock stands", () => {
	assert.equal(minuteOfWeek(new Date("2021-11-21T17:00:00Z")), 0); // Monday 00:00
	assert.equal(minuteOfWeek(new Date("2021-11-21T16:59:00Z")), 7 * DAY - 1);
});

test("a night of Sunday is still open on Monday morning", () => {
	const spans = [[6 * DAY + 22 * 60, 7 * DAY + 5 * 60]];
	assert.equal(isOpen(spans, 4 * 60), true);
	assert.equal(isOpen(spans, 5 * 60), false);
	assert.equal(isOpen([], 0), false);
});

test("with free places: what is not known may have one, what is full has none", () => {
	assert.equal(matches({ free_at_least: null, status: "receiving" }, { free: true }), true);
	assert.equal(matches({ free_at_least: 0, status: "receiving" }, { free: true }), false);
	assert.equal(matches({ free_at_least: 5, status: "full" }, { free: true }), false);
	assert.equal(matches({ free_at_least: 0, status: "full" }, { free: false }), true);
});

test("open now and delivery are asked together", () => {
	const row = { open: [[0, 60]], delivery: true };
	assert.equal(matches(row, { open: true, delivery: true, minute: 30 }), true);
	assert.equal(matches(row, { open: true, delivery: true, minute: 61 }), false);
	assert.equal(matches({ ...row, delivery: false }, { open: true, delivery: true, minute: 30 }), false);
});

test("the commune's own come first, then its district's, then the others by distance", () => {
	const row = (id, area, district, latitude) => ({ id, area, district, latitude, longitude: 105 });
	const rows = [row("far", "9", "D9", 21), row("near", "8", "D8", 19.6), row("district", "2", "D1", 19.9), row("own", "1", "D1", 20)];
	const ids = nearestFirst(rows, { commune: "1", district: "D1", at: [19.5, 105], isHere: false }).map(({ id }) => id);
	assert.deepEqual(ids, ["own", "district", "near", "far"]);
});

test("from a commune whose centre is known what is nearer in another district comes first", () => {
	const rows = [{ id: "district", area: "2", district: "D1", latitude: 19.9, longitude: 105 }, { id: "near", area: "8", district: "D8", latitude: 19.6, longitude: 105 }];
	const ids = nearestFirst(rows, { commune: "1", district: "", at: [19.5, 105], isHere: false }).map(({ id }) => id);
	assert.deepEqual(ids, ["near", "district"]);
});

test("an area without a centre is measured from that of the nearest area around it", () => {
	const centre = { latitude: 19.5, longitude: 105.5, of_outline: false };
	const areas = byCode({
		areas: [
			{ code: "38", parent: null, centre: null },
			{ code: "D1", parent: "38", centre },
			{ code: "1", parent: "D1", centre: null },
			{ code: "2", parent: "D1", centre: { ...centre, latitude: 19.6, of_outline: true } },
		],
	});
	assert.equal(withCentre(areas, "1").code, "D1");
	assert.deepEqual(positionOfArea(withCentre(areas, "2")), [19.6, 105.5]);
	assert.equal(withCentre(areas, "38"), null);
	assert.equal(withCentre(areas, ""), null);
});

test("near me goes by distance alone, and what has no position comes last", () => {
	const rows = [{ id: "none", latitude: null }, { id: "far", latitude: 21, longitude: 105 }, { id: "near", latitude: 19.6, longitude: 105 }];
	const ids = nearestFirst(rows, { commune: "", district: "", at: [19.5, 105], isHere: true }).map(({ id }) => id);
	assert.deepEqual(ids, ["near", "far", "none"]);
});
