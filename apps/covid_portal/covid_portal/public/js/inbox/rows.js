// What is in the inbox, counted, chosen and taken out. Pure. A key names a document among all groups.

export function keyOf({ doctype }, { name }) {
	return `${doctype}\n${name}`;
}

export function hasWarnings(row) {
	return row.warnings.length > 0;
}

/** {warned, plain}: what must be looked at one by one, and the rest; each with what is due first, first. */
export function parts(rows) {
	return { warned: rows.filter(hasWarnings), plain: rows.filter((row) => !hasWarnings(row)) };
}

/** {all, warned, late} of all groups. `isLate(row)` */
export function counts(groups, isLate) {
	const rows = groups.flatMap((group) => group.rows);
	return { all: rows.length, warned: rows.filter(hasWarnings).length, late: rows.filter(isLate).length };
}

/** The groups with the chosen rows alone; groups without any are left out. */
export function chosen(groups, keys) {
	return withRows(groups, (group, row) => keys.has(keyOf(group, row)));
}

/** The groups without those rows. */
export function without(groups, keys) {
	return withRows(groups, (group, row) => !keys.has(keyOf(group, row)));
}

function withRows(groups, wanted) {
	return groups.map((group) => ({ ...group, rows: group.rows.filter((row) => wanted(group, row)) })).filter(({ rows }) => rows.length);
}

/** The steps before theirs to which all rows can go back: [{step, title}], the same for each of them. */
export function commonSteps(groups) {
	const [first, ...others] = groups.flatMap((group) => group.rows);
	const has = (row, { step, title }) => row.may_return_to.some((one) => one.step === step && one.title === title);
	return first ? first.may_return_to.filter((step) => others.every((row) => has(row, step))) : [];
}

/** The keys that still name a row: what somebody else decided meanwhile is not chosen any more. */
export function stillThere(groups, keys) {
	return new Set(groups.flatMap((group) => group.rows.map((row) => keyOf(group, row))).filter((key) => keys.has(key)));
}

/** What the server takes at once: [{doctype, names}], none with more than `most` names. */
export function batches(groups, most) {
	return groups.flatMap(({ doctype, rows }) => {
		const names = rows.map(({ name }) => name);
		const count = Math.ceil(names.length / most);
		return Array.from({ length: count }, (_, index) => ({ doctype, names: names.slice(index * most, (index + 1) * most) }));
	});
}

/** One outcome of several answers: {decided: keys, failed: {key: sentence}}. */
export function outcome(answers) {
	const decided = new Set(answers.flatMap(({ doctype, answer }) => answer.decided.map((name) => keyOf({ doctype }, { name }))));
	const failures = answers.flatMap(({ doctype, answer }) => answer.failed.map(({ name, message }) => [keyOf({ doctype }, { name }), message]));
	return { decided, failed: new Map(failures) };
}
