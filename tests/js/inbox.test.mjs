import test from "node:test";
import assert from "node:assert/strict";
import { inboxModule } from "./helper.mjs";

const { batches, chosen, commonSteps, counts, keyOf, outcome, parts, stillThere, without } = await inboxModule("rows");

const row = (name, ...warnings) => ({ name, warnings, details: [], title: name });
const REPORTS = { doctype: "Situation Report", rows: [row("A"), row("B", "Odd"), row("C")] };
const CORRECTIONS = { doctype: "Correction", rows: [row("A"), row("D", "Odd", "Contested")] };
const GROUPS = [REPORTS, CORRECTIONS];
const keys = (...pairs) => new Set(pairs.map(([group, name]) => keyOf(group, { name })));
const names = (groups) => groups.map(({ doctype, rows }) => [doctype, ...rows.map(({ name }) => name)]);

test("rows with warnings are apart from the rest, each part in the order of the deadlines", () => {
	const { warned, plain } = parts(REPORTS.rows);
	assert.deepEqual(warned.map(({ name }) => name), ["B"]);
	assert.deepEqual(plain.map(({ name }) => name), ["A", "C"]);
});

test("all, warned and late are counted over every group", () => {
	assert.deepEqual(counts(GROUPS, ({ name }) => name === "A"), { all: 5, warned: 2, late: 2 });
	assert.deepEqual(counts([], () => true), { all: 0, warned: 0, late: 0 });
});

test("a name chosen in one kind of document is not chosen in another", () => {
	assert.deepEqual(names(chosen(GROUPS, keys([REPORTS, "A"]))), [["Situation Report", "A"]]);
});

test("what was decided leaves the list, and a group without rows goes with it", () => {
	const left = without(GROUPS, keys([REPORTS, "B"], [CORRECTIONS, "A"], [CORRECTIONS, "D"]));
	assert.deepEqual(names(left), [["Situation Report", "A", "C"]]);
});

test("what somebody else decided meanwhile is not chosen any more", () => {
	const before = keys([REPORTS, "A"], [REPORTS, "B"]);
	assert.deepEqual(stillThere(without(GROUPS, keys([REPORTS, "A"])), before), keys([REPORTS, "B"]));
});

test("no batch has more names than the server takes, and none is lost", () => {
	const rows = Array.from({ length: 5 }, (_, index) => row(String(index)));
	const made = batches([{ doctype: "X", rows }, CORRECTIONS], 2);
	assert.deepEqual(made.map(({ doctype, names: part }) => [doctype, ...part]), [["X", "0", "1"], ["X", "2", "3"], ["X", "4"], ["Correction", "A", "D"]]);
	assert.deepEqual(batches([], 2), []);
});

test("answers to several batches are one outcome, failures with their words", () => {
	const answers = [
		{ doctype: "Situation Report", answer: { decided: ["A"], failed: [{ name: "B", message: "Contested." }] } },
		{ doctype: "Correction", answer: { decided: ["A"], failed: [] } },
	];
	const { decided, failed } = outcome(answers);
	assert.deepEqual(decided, keys([REPORTS, "A"], [CORRECTIONS, "A"]));
	assert.deepEqual([...failed], [[keyOf(REPORTS, { name: "B" }), "Contested."]]);
});

test("back to an earlier step go only documents that all have it", () => {
	const back = (...steps) => ({ may_return_to: steps.map((title, index) => ({ step: index + 1, title })) });
	const titles = (...rows) => commonSteps([{ doctype: "X", rows }]).map(({ title }) => title);
	assert.deepEqual(titles(back("Head", "District")), ["Head", "District"]);
	assert.deepEqual(titles(back("Head", "District"), back("Head")), ["Head"]);
	assert.deepEqual(titles(back("Head", "District"), back("District")), []);
	assert.deepEqual(titles(back("Head"), back()), []);
	assert.deepEqual(commonSteps([]), []);
});
