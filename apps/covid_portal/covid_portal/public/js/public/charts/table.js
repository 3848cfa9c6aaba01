// The table beside a chart: what it holds, and its rows made anew for what the chart shows.

import { longWhen, shown } from "./words.js";
import { __ } from "../../field/i18n.js";

/** [{field, label, kind, only}] of the table's head. */
export function columnsOf(table) {
	return [...table.tHead.querySelectorAll("[data-field]")].map((cell) => ({
		field: cell.dataset.field,
		label: cell.textContent,
		kind: cell.dataset.kind,
		only: cell.dataset.only,
	}));
}

/** The rows as the page was published with them, in order of time where they have one. */
export function rowsOf(table) {
	const rows = [...table.tBodies[0].rows].map((line) => {
		const { key, at, short, group } = line.dataset;
		const figures = [...line.querySelectorAll("td")].map((cell) => [
			cell.dataset.field,
			cell.dataset.value === undefined ? null : Number(cell.dataset.value),
		]);
		const hatched = "provisional" in line.dataset;
		return named({ key, at, short, group, label: line.cells[0].textContent, hatched, ...Object.fromEntries(figures) });
	});
	return rows[0]?.at ? rows.reverse() : rows;
}

/** The row with the name that the tooltip and the keyboard say. */
export function named(row) {
	const whole = row.final === undefined && "reported" in row ? { final: row.reported - row.provisional } : {};
	return { ...row, ...whole, name: row.at ? longWhen(row.at) : row.label };
}

export function fill(table, rows, columns) {
	const lines = rows.map((row) => {
		const line = document.createElement("tr");
		line.dataset.key = row.key;
		const head = line.appendChild(document.createElement("th"));
		head.scope = "row";
		head.textContent = row.name;
		if (row.hatched) head.append(" ", small(__("provisional")));
		for (const { field, kind } of columns) {
			const cell = line.insertCell();
			cell.dataset.field = field;
			if (row[field] !== null && row[field] !== undefined) cell.dataset.value = row[field];
			cell.append(row[field] === null || row[field] === undefined ? unknown() : shown(row[field], kind));
		}
		return line;
	});
	table.tBodies[0].replaceChildren(...(rows[0]?.at ? lines.reverse() : lines));
}

function small(text) {
	const element = document.createElement("small");
	element.textContent = text;
	return element;
}

function unknown() {
	const dash = document.createElement("span");
	dash.className = "none";
	dash.title = __("not reported");
	const seen = dash.appendChild(document.createElement("span"));
	seen.setAttribute("aria-hidden", "true");
	seen.textContent = "–";
	const heard = dash.appendChild(document.createElement("span"));
	heard.className = "unseen";
	heard.textContent = __("not reported");
	return dash;
}

/** Shows and hides the head's cells that go with days or with slots; returns the columns that are left. */
export function columnsBy(table, columns, by) {
	for (const { field, only } of columns) {
		table.tHead.querySelector(`[data-field="${field}"]`).hidden = Boolean(only && only !== by);
	}
	return columns.filter(({ only }) => !only || only === by);
}
