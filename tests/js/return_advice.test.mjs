import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { publicModule } from "./helper.mjs";

const { course, immunityOf, levelOf, ruleFor } = await publicModule("return_advice_rules");
const file = new URL("../../apps/covid_portal/covid_portal/testing/arrival_cases.json", import.meta.url);
const { book, cases } = JSON.parse(readFileSync(file, "utf-8"));

function workedOut({ origin, level, on, areas, person }) {
	const state = immunityOf(book, person, on);
	const counted = level ?? levelOf(book, origin, on)?.level;
	const rule = counted && state && ruleFor(book, counted, state.code, on, areas);
	if (!rule) return null;
	const { until, ends, tests } = course(rule, on);
	return { state: state.code, rule: rule.code, until, ends, tests };
}

for (const one of cases) {
	test(one.says, () => {
		const found = workedOut(one);
		const told = found && Object.fromEntries(Object.keys(one.expect ?? found).map((key) => [key, found[key]]));
		assert.deepEqual(told, one.expect);
	});
}
