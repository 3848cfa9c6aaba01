// Validation Rules in the browser: the same tree the server evaluates ({op, args} | {name} | {value}). The server
// has the last word; this only tells it sooner.

const FUNCTIONS = {
	"+": (a, b) => a + b,
	"-": (a, b) => a - b,
	"*": (a, b) => a * b,
	"/": (a, b) => a / b,
	"==": (a, b) => a === b,
	"!=": (a, b) => a !== b,
	"<=": (a, b) => a <= b,
	"<": (a, b) => a < b,
	">=": (a, b) => a >= b,
	">": (a, b) => a > b,
	neg: (a) => -a,
	not: (a) => !a,
	and: (...values) => values.every(Boolean),
	or: (...values) => values.some(Boolean),
};

/** Names in the order of appearance, each once. */
export function names(tree) {
	const found = "name" in tree ? [tree.name] : (tree.args || []).flatMap(names);
	return [...new Set(found)];
}

/** The value of a tree; throws on an operator that is not in the language. */
export function evaluate(tree, values) {
	if ("value" in tree) return tree.value;
	if ("name" in tree) return values[tree.name];
	const compute = FUNCTIONS[tree.op];
	if (!compute) throw new Error(`unknown operator ${tree.op}`);
	return compute(...tree.args.map((argument) => evaluate(argument, values)));
}

/** true, false, or null where the rule does not apply: a figure it names is not given, or it divides by nothing. */
export function holds(tree, values) {
	if (names(tree).some((name) => values[name] === null || values[name] === undefined)) return null;
	if (dividesByZero(tree, values)) return null;
	return Boolean(evaluate(tree, values));
}

function dividesByZero(tree, values) {
	if (tree.op === "/" && evaluate(tree.args[1], values) === 0) return true;
	return (tree.args || []).some((argument) => dividesByZero(argument, values));
}

/** Every rule with whether it holds; a rule this page cannot evaluate is left to the server. */
export function check(rules, values) {
	return rules.map((rule) => {
		try {
			return { rule, holds: holds(rule.expression, values) };
		} catch {
			return { rule, holds: null };
		}
	});
}

/** For a rule that says "parts add up to the total": {parts: [names], total: name}; else null. */
export function sumOf(tree) {
	if (tree.op !== "==") return null;
	for (const [sum, total] of [tree.args, [...tree.args].reverse()]) {
		const parts = addends(sum);
		if (parts && parts.length > 1 && "name" in total) return { parts, total: total.name };
	}
	return null;
}

function addends(tree) {
	if ("name" in tree) return [tree.name];
	if (tree.op !== "+") return null;
	const sides = tree.args.map(addends);
	return sides.includes(null) ? null : sides.flat();
}

/** All names a rule can refer to: figures, those of the slot before, people of the area. */
export function namespace(figures, previous, population) {
	const values = { ...figures };
	for (const [name, value] of Object.entries(previous || {})) values[`previous.${name}`] = value;
	for (const [name, value] of Object.entries(population || {})) values[`population.${name}`] = value;
	return values;
}
