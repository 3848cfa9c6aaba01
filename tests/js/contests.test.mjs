import test from "node:test";
import assert from "node:assert/strict";
import { fieldModule } from "./helper.mjs";

const { contestText, outcomeText } = await fieldModule("contests");
const { check, namespace } = await fieldModule("rules");

const CONTEST = { label: "F1 mới", stated: 21, proposed: 25, by_unit: "UBND xã" };

test("a contest names both figures and who says which", () => {
	assert.equal(contestText(CONTEST), "F1 mới: 21 reported, UBND xã says 25");
});

test("a figure that was not reported is told from a zero", () => {
	assert.match(contestText({ ...CONTEST, stated: null, proposed: 0 }), /not reported reported|not reported/);
	assert.match(contestText({ ...CONTEST, stated: 0 }), /: 0 reported/);
});

test("how a contest stands is said in words", () => {
	assert.equal(outcomeText({ state: "Open" }), "Not settled yet");
	assert.equal(
		outcomeText({ state: "Settled", settled: 0, settled_by: "TTYT", settlement_reason: "checked" }),
		"Settled on 0 by TTYT: checked",
	);
	assert.equal(outcomeText({ state: "Withdrawn" }), "The contest was withdrawn.");
});

// An outlier comes from the server as a rule with the bounds of the area in it.
const f1 = { name: "new_f1" };
const usual = {
	name: "new_f1_unusual",
	kind: "Outlier",
	severity: "Warning",
	expression: {
		op: "and",
		args: [
			{ op: "<=", args: [{ value: 2 }, f1] },
			{ op: "<=", args: [f1, { value: 43 }] },
		],
	},
};
const judged = (value) => check([usual], namespace({ new_f1: value }, {}, {}))[0].holds;

test("a figure outside its own history is a broken rule, inside or blank it is none", () => {
	assert.equal(judged(44), false);
	assert.equal(judged(1), false);
	assert.equal(judged(43), true);
	assert.equal(judged(2), true);
	assert.equal(judged(null), null);
});
