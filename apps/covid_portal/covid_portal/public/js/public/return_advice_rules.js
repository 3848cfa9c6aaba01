// What somebody who comes home has to do, worked out from arrival-rules.json as citizens/arrival_rules.py works it out on the
// server: testing/arrival_cases.json holds both to the same answers. Days are ISO dates.

const DAY = 24 * 60 * 60 * 1000;
const at = (day) => Date.parse(`${day}T00:00:00Z`);
export const plus = (day, days) => new Date(at(day) + days * DAY).toISOString().slice(0, 10);
export const daysBetween = (from, to) => Math.round((at(to) - at(from)) / DAY);

/** The origin's level on the day, {level, valid_from, reference}, or null where nobody has entered one. */
export function levelOf(book, origin, on) {
	const row = book.origins.find(({ code }) => code === origin);
	return row?.levels.find(({ valid_from: from }) => from <= on) ?? null;
}

/** `person`: {doses, last_dose_on, recovered_on}; the state of book.immunity that counts on the day, or null. */
export function immunityOf(book, person, on) {
	return book.immunity.find((state) => holds(state, person, on)) ?? null;
}

function holds(state, person, on) {
	if (state.min_doses && !isVaccinated(state, person, on)) return false;
	if (!state.recovered_within_days) return true;
	if (!person.recovered_on) return false;
	const days = daysBetween(person.recovered_on, on);
	return days >= 0 && days <= state.recovered_within_days;
}

function isVaccinated(state, person, on) {
	if (person.doses !== state.min_doses) return person.doses > state.min_doses;
	if (!state.days_since_dose) return true;
	return Boolean(person.last_dose_on) && daysBetween(person.last_dose_on, on) >= state.days_since_dose;
}

/** The rule in force on the day. `areas`: the destination and those around it, the nearest first. */
export function ruleFor(book, level, immunity, on, areas = []) {
	const fitting = book.rules.filter((rule) => rule.level === level && rule.immunity === immunity && isInForce(rule, on));
	for (const area of [...areas, null]) {
		const found = fitting.findLast((rule) => rule.area === area);
		if (found) return found;
	}
	return null;
}

function isInForce(rule, on) {
	return rule.valid_from <= on && (!rule.valid_to || on <= rule.valid_to);
}

/** The rule's days for an arrival: {begins, until, ends, tests}; the day of arrival is the first. */
export function course(rule, arrived) {
	const until = plus(arrived, Math.max(rule.days, 1) - 1);
	return {
		begins: arrived,
		until,
		ends: plus(until, rule.monitoring_days),
		tests: rule.test_days.map((day) => plus(arrived, day - 1)),
	};
}
