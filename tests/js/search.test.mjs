import assert from "node:assert/strict";
import { test } from "node:test";
import { publicModule } from "./helper.mjs";

const { find, fold, pieces, prepare, words } = await publicModule("search");
const INDEX = {
	kinds: ["Trang", "Địa bàn", "Chỉ tiêu"],
	entries: [
		["Tổng quan", "Tình hình dịch ở Thanh Hóa", "/", 0, 4],
		["Thành phố Thanh Hóa", "380", "/#khu-vuc-380", 1, 3],
		["Xã Thanh Hòa", "Huyện Như Xuân · 16213", "/#khu-vuc-394", 1, 2],
		["Phường Đông Thọ", "Thành phố Thanh Hóa · 14758", "/#khu-vuc-380", 1, 2],
		["Huyện Đông Sơn", "405", "/#khu-vuc-405", 1, 3],
		["Đang điều trị", "Ca mắc (F0)", "/#figure-under_treatment", 2, 2],
	],
};
const entries = prepare(INDEX);
const titles = (query) => find(entries, query).map((entry) => entry.title);

test("marks and the letter đ make no difference, whichever way they are stored", () => {
	assert.equal(fold("Thanh Hóa"), "thanh hoa");
	assert.equal(fold("Đông Sơn".normalize("NFD")), "dong son");
	assert.deepEqual(titles("dong son"), titles("ĐÔNG SƠN"));
	assert.equal(titles("dong son")[0], "Huyện Đông Sơn");
});

test("a name that is the query stands before one that is near it, and both before a note", () => {
	assert.deepEqual(titles("thanh hoa"), [
		"Thành phố Thanh Hóa",
		"Xã Thanh Hòa",
		"Tổng quan",
		"Phường Đông Thọ",
	]);
});

test("who types the marks gets what has them first", () => {
	assert.equal(titles("hòa")[0], "Xã Thanh Hòa");
	assert.equal(titles("hóa")[0], "Thành phố Thanh Hóa");
});

test("every word must be there; the last may be unfinished", () => {
	assert.deepEqual(titles("dang dieu tr"), ["Đang điều trị"]);
	assert.deepEqual(titles("dan dieu tri"), []);
	assert.deepEqual(titles("dong qqq"), []);
});

test("a code finds its area", () => assert.deepEqual(titles("16213"), ["Xã Thanh Hòa"]));

test("nothing is found for nothing", () => {
	for (const query of ["", "   ", "()", "–"]) assert.deepEqual(titles(query), []);
	assert.deepEqual(words(" F0, (F1) "), ["f0", "f1"]);
});

test("the words found are marked in the text as it is written", () => {
	assert.deepEqual(
		pieces("Thành phố Thanh Hóa", "thanh ho").filter(([, hit]) => hit),
		[["Thành", true], ["Thanh", true], ["Hó", true]],
	);
	assert.equal(pieces("Huyện Đông Sơn", "son").map(([piece]) => piece).join(""), "Huyện Đông Sơn");
	assert.deepEqual(pieces("a <b>", "b"), [["a", false], [" <", false], ["b", true], [">", false]]);
});
