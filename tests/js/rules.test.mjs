import test from "node:test";
import assert from "node:assert/strict";
import { fieldModule } from "./helper.mjs";

const { check, evaluate, holds, names, namespace, sumOf } = await fieldModule("rules");

const n = (name) => ({ name });
const v = (value) => ({ value });
const op = (name, ...args) => ({ op: name, args });
const SUM = op("==", op("+", op("+", n("community"), n("quarantine")), n("imported")), n("new_cases"));

test("arithmetic and comparisons are those of the server", () => {
	const values = { a: 7, b: 2 };
	const results = [
		[op("+", n("a"), n("b")), 9],
		[op("-", n("a"), n("b")), 5],
		[op("*", n("a"), n("b")), 14],
		[op("/", n("a"), n("b")), 3.5],
		[op("neg", n("a")), -7],
		[op("==", n("a"), v(7)), true],
		[op("!=", n("a"), v(7)), false],
		[op("<=", n("b"), n("a")), true],
		[op("<", n("a"), n("a")), false],
		[op(">=", n("a"), n("a")), true],
		[op(">", n("b"), n("a")), false],
		[op("not", op("==", n("a"), v(7))), false],
		[op("and", op(">", n("a"), v(1)), op(">", n("b"), v(1)), op(">", n("b"), v(5))), false],
		[op("or", op(">", n("a"), v(9)), op(">", n("b"), v(1))), true],
	];
	for (const [tree, expected] of results) assert.equal(evaluate(tree, values), expected);
});

test("a rule does not apply while one of its figures is missing", () => {
	assert.equal(holds(SUM, { community: 1, quarantine: 2, imported: null, new_cases: 3 }), null);
	assert.equal(holds(SUM, { community: 1, quarantine: 2, new_cases: 3 }), null);
	assert.equal(holds(SUM, { community: 1, quarantine: 2, imported: 0, new_cases: 3 }), true);
	assert.equal(holds(SUM, { community: 1, quarantine: 2, imported: 1, new_cases: 3 }), false);
});

test("a figure of zero is a figure", () => {
	assert.equal(holds(op("==", n("deaths"), v(0)), { deaths: 0 }), true);
});

test("a rule that divides by nothing does not apply", () => {
	const rate = op("<=", op("/", n("positive"), n("samples")), v(1));
	assert.equal(holds(rate, { positive: 5, samples: 0 }), null);
	assert.equal(holds(rate, { positive: 0, samples: 0 }), null);
	assert.equal(holds(rate, { positive: 5, samples: 10 }), true);
});

test("the slot before and the population have their own names", () => {
	const values = namespace({ new_cases: 20 }, { new_cases: 1 }, { adults: 2500 });
	const jump = op("<=", n("new_cases"), op("+", op("*", v(5), n("previous.new_cases")), v(10)));
	assert.equal(holds(jump, values), false);
	assert.equal(holds(op("<=", n("new_cases"), n("population.adults")), values), true);
	assert.equal(holds(jump, namespace({ new_cases: 20 }, { new_cases: null }, {})), null);
});

test("names come in order, each once", () => {
	assert.deepEqual(names(op("==", op("+", n("a"), n("b")), op("*", n("a"), v(2)))), ["a", "b"]);
});

test("a rule this page cannot read is left to the server", () => {
	const [result] = check([{ name: "future", expression: op("median", n("a")) }], { a: 1 });
	assert.equal(result.holds, null);
});

test("a sum is recognised on either side of the equals sign", () => {
	const sum = { parts: ["community", "quarantine", "imported"], total: "new_cases" };
	assert.deepEqual(sumOf(SUM), sum);
	assert.deepEqual(sumOf(op("==", SUM.args[1], SUM.args[0])), sum);
});

test("what is not parts adding up to a total is no sum", () => {
	assert.equal(sumOf(op("<=", op("+", n("a"), n("b")), n("c"))), null);
	assert.equal(sumOf(op("==", n("a"), n("b"))), null);
	assert.equal(sumOf(op("==", op("+", n("a"), v(1)), n("b"))), null);
	assert.equal(sumOf(op("==", op("-", n("a"), n("b")), n("c"))), null);
});
