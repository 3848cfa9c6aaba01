import test from "node:test";
import assert from "node:assert/strict";
import { fieldModule } from "./helper.mjs";

const { setTexts } = await fieldModule("i18n");
const format = await fieldModule("format");
const clock = await fieldModule("clock");

const VIETNAMESE = { "{0} h {1} min": "{0} giờ {1} phút", "{0} h": "{0} giờ", "{0} min": "{0} phút" };
const plain = (text) => text.replaceAll("\u00a0", " ");

test.beforeEach(() => setTexts("vi", VIETNAMESE));

test("figures are written as the language writes them", () => {
	assert.equal(format.figure(2184), "2.184");
	assert.equal(format.figure(1234567), "1.234.567");
	assert.equal(format.figure(0), "0");
	assert.equal(format.figure(-12), "−12");
	assert.equal(format.figure(null), "–");
	assert.equal(format.figure(undefined), "–");
	setTexts("en", {});
	assert.equal(format.figure(2184), "2,184");
});

test("what was typed is read with or without thousands marks", () => {
	for (const text of ["2184", "2.184", "2,184", "2 184", " 2184 ", "2\u00a0184"])
		assert.deepEqual(format.readFigure(text), { value: 2184 });
	assert.deepEqual(format.readFigure("0"), { value: 0 });
	assert.deepEqual(format.readFigure("007"), { value: 7 });
});

test("blank is nothing, never zero", () => {
	for (const text of ["", "  ", "–", "-", null, undefined]) assert.deepEqual(format.readFigure(text), { value: null });
});

test("what is not a whole number is refused, not guessed at", () => {
	for (const text of ["1.5", "12,34", "-3", "abc", "3 người", "1.23.456", "1e3", "٣"])
		assert.deepEqual(format.readFigure(text), { value: null, invalid: true });
});

test("times are the province's wall clock, whatever the offset or the device's zone", () => {
	assert.equal(format.wall("2021-11-20T15:30:00+07:00"), format.wall("2021-11-20 15:30:00.123456"));
	assert.equal(plain(format.hour("2021-11-20T16:00:00+07:00")), "16 giờ");
	assert.equal(plain(format.hour("2021-11-20 15:30:00")), "15 giờ 30");
	assert.equal(format.longDate("2021-11-20T16:00:00"), "thứ Bảy 20/11/2021");
	assert.equal(format.clockNear("2021-11-20T15:30:00", "2021-11-20T16:00:00"), "15:30");
	assert.equal(format.clockNear("2021-11-19T15:30:00", "2021-11-20T16:00:00"), "15:30, 19/11");
	setTexts("en", {});
	assert.equal(format.longDate("2021-11-20T16:00:00"), "Saturday 20 Nov 2021");
	assert.equal(format.hour("2021-11-20T08:00:00"), "08:00");
});

test("a time that cannot be read is not a time", () => {
	assert.ok(Number.isNaN(format.wall(null)));
	assert.ok(Number.isNaN(format.wall("soon")));
});

test("a stretch of time is told in hours and minutes", () => {
	const minute = 60 * 1000;
	assert.equal(format.duration(72 * minute), "1 giờ 12 phút");
	assert.equal(format.duration(120 * minute), "2 giờ");
	assert.equal(format.duration(4.9 * minute), "4 phút");
	assert.equal(format.duration(-minute), "less than 1 min");
});

test("the countdown follows the server's clock, not the device's", () => {
	const device = Date.UTC(2030, 0, 1);
	clock.sync("2021-11-20T14:18:00", device);
	const now = clock.now(device + 60 * 1000);
	assert.equal(now, format.wall("2021-11-20T14:19:00"));
	assert.equal(clock.until("2021-11-20T15:30:00", now).text, "1 giờ 11 phút");
	assert.equal(clock.until("2021-11-20T14:00:00", now).late, true);
});
