// How a report or a group of reports stands: a key, a letter and words. Pure. Colour never says it alone.

import { __, lang } from "../field/i18n.js";
import { figure } from "../field/format.js";

// In the order of the legend: what asks for something first.
export const STATES = ["late", "missing", "returned", "draft", "expected", "submitted", "accepted", "refused", "excused"];

// Beside the words of the catalogue: a letter alone means nothing to a translator.
const LETTERS = {
	vi: { late: "C", missing: "K", returned: "T", draft: "N", expected: "·", submitted: "G", accepted: "Đ", refused: "X", excused: "M" },
	en: { late: "L", missing: "N", returned: "R", draft: "D", expected: "·", submitted: "S", accepted: "A", refused: "X", excused: "E" },
};

export function letter(state) {
	return (LETTERS[lang().slice(0, 2)] || LETTERS.en)[state];
}

export function words(state) {
	return {
		late: __("Late, not sent"),
		missing: __("Not reported, locked"),
		returned: __("Returned for correction"),
		draft: __("Draft"),
		expected: __("Not due yet"),
		submitted: __("Sent, waiting for a decision"),
		accepted: __("Approved"),
		refused: __("Refused"),
		excused: __("Excused from reporting"),
	}[state];
}

export function sentLate(cell) {
	return !cell.in_time && ["submitted", "accepted"].includes(cell.state);
}

/** All of a slot, of reporting areas and of larger ones alike: {expected, excused, reported, on_time, states}. */
export function sum(cells) {
	const total = { expected: 0, excused: 0, reported: 0, on_time: 0, states: {} };
	for (const cell of cells) {
		const part = cell.states ? cell : asGroup(cell);
		for (const key of ["expected", "excused", "reported", "on_time"]) total[key] += part[key];
		for (const [state, number] of Object.entries(part.states)) total.states[state] = (total.states[state] || 0) + number;
	}
	return total;
}

function asGroup({ state, in_time }) {
	const reported = Number(state === "submitted" || state === "accepted");
	const excused = Number(state === "excused");
	return { expected: 1 - excused, excused, reported, on_time: reported && in_time ? 1 : 0, states: { [state]: 1 } };
}

/** How a group stands as a whole: {key, text}; the key is the worst that is in it. */
export function standing({ expected, reported, states }) {
	if (!expected) return { key: "excused", text: __("excused") };
	if (states.missing) return { key: "missing", text: __("{0} missing", figure(states.missing)) };
	if (states.late) return { key: "late", text: __("{0} are late", figure(states.late)) };
	if (reported === expected) return { key: "complete", text: __("complete") };
	if (states.returned) return { key: "returned", text: __("{0} returned", figure(states.returned)) };
	return { key: "open", text: __("{0} to come", figure(expected - reported)) };
}

/** 0.9893 → "98,9%" (vi), "98.9%" (en); never 100% while one is missing. */
export function percent(part, whole) {
	if (!whole) return "–";
	const tenths = Math.floor((part / whole) * 1000);
	const text = tenths % 10 ? `${Math.floor(tenths / 10)}.${tenths % 10}` : String(tenths / 10);
	return (lang().slice(0, 2) === "en" ? text : text.replace(".", ",")) + "%";
}
