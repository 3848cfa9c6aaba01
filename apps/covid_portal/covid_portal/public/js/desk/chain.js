// A chain of steps as a picture: boxes in the order they are gone through, those that run together in one column.

import { h } from "../field/dom.js";

/**
 * `stages`: [[box, …], …], each box {number, title, lines: [text], notes: [{text, tone}], tone, dashed, say}.
 * tone: "done", "now", "later", "ended"; say: what the colour means, for those who do not see it.
 */
export function drawChain(stages, label) {
	return h("ol", { class: "approval-chain", "aria-label": label }, stages.map(stage));
}

function stage(boxes) {
	return h("li", { class: boxes.length > 1 ? "approval-stage together" : "approval-stage" }, boxes.map(box));
}

function box({ number, title, lines, notes = [], tone = "later", dashed = false, say = "" }) {
	return h(
		"div",
		{ class: `approval-box is-${tone}${dashed ? " dashed" : ""}` },
		h("p", { class: "approval-title" }, number ? h("span", { class: "approval-number" }, String(number)) : null, h("b", {}, title)),
		lines.filter(Boolean).map((text) => h("p", {}, text)),
		say ? h("p", { class: "approval-say" }, say) : null,
		notes.map(({ text, tone: noteTone = "plain" }) => h("p", { class: `approval-note is-${noteTone}` }, text)),
	);
}

/** Rows that follow one another with the same number, as stages. */
export function byNumber(rows, numberOf) {
	const stages = [];
	for (const row of rows) {
		const last = stages.at(-1);
		if (last && numberOf(last[0]) === numberOf(row)) last.push(row);
		else stages.push([row]);
	}
	return stages;
}
