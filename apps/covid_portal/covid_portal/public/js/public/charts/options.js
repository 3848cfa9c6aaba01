// What ECharts is told to draw, by chart. Rows: {key, at, hatched, …figures}, or {key, name, …figures} of lying bars.

import { __ } from "../../field/i18n.js";
import { axisDay, shown } from "./words.js";

const HATCH = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4 };
const PLAIN = { symbol: "none" };
const [ROW, HIGH_ROW] = [24, 41]; // pixels of a lying bar's row; with its name above it
const ROOM = 0.8; // of the plot: what the longest lying bar takes
const DASHES = ["solid", "dashed", "dotted"];

/** By chart: its panels, from the top. `share`: of the height. */
const PANELS = {
	cases: [{ bars: ["new_cases"], lines: ["mean_7"] }],
	tests: [
		{ bars: ["samples_taken"], share: 0.55 },
		{ lines: ["positivity_7"], percent: true },
	],
	quarantine: [{ lines: ["quarantine_site_current", "quarantine_facility_current", "quarantine_home_current"] }],
	beds: [{ bars: ["treatment_beds_used"], lines: ["treatment_beds"] }],
	completeness: [{ bars: ["final", "provisional"], percent: true, of: "expected", hatched: ["provisional"], most: 100 }],
};
const LYING = {
	vaccination: { field: "share", kind: "percent", most: 100, above: true },
	comparison: { field: "per_100000", kind: "rate" },
};

export const isLying = (chart) => chart in LYING;

/** Pixels that a lying chart of so many rows needs; the others take what the page gives. */
export const heightOf = (chart, rows) => rows.length * (LYING[chart].above ? HIGH_ROW : ROW);

/** The option of `chart`: its rows, the columns of its table ({field, label, kind}), colours, words about it. */
export function option(chart, { rows, columns, look, description, marked }) {
	const common = {
		animation: look.moves,
		animationDuration: 0,
		animationDurationUpdate: 250,
		textStyle: { fontFamily: look.font, color: look.mute },
		aria: { enabled: true, label: { description }, decal: { show: true, decals: PLAIN } },
		tooltip: tooltip(rows, columns, look),
	};
	return { ...common, ...(isLying(chart) ? lying(chart, rows, look, marked) : overTime(chart, rows, columns, look)) };
}

function tooltip(rows, columns, look) {
	return {
		trigger: "axis",
		confine: true,
		transitionDuration: 0,
		axisPointer: { type: "shadow", shadowStyle: { color: look.mute, opacity: 0.12 } },
		backgroundColor: look.card,
		borderColor: look.mute,
		textStyle: { color: look.ink, fontFamily: look.font, fontSize: 13 },
		formatter: ([hit]) => card(rows[hit.dataIndex], columns),
	};
}

/** The figures of a row as elements: text stays text, and no markup carries a style. */
function card(row, columns) {
	const box = document.createElement("div");
	box.className = "tip";
	const head = box.appendChild(document.createElement("strong"));
	head.textContent = row.name + (row.hatched ? ` (${__("provisional")})` : "");
	for (const { label, value } of spoken(row, columns)) {
		const line = box.appendChild(document.createElement("div"));
		line.append(`${label} `);
		line.appendChild(document.createElement("b")).textContent = value;
	}
	return box;
}

/** What a row says, column by column. */
export function spoken(row, columns) {
	return columns
		.filter(({ field }) => field in row)
		.map(({ field, label, kind }) => ({ label, value: shown(row[field], kind) }));
}

function overTime(chart, rows, columns, look) {
	const panels = PANELS[chart];
	const grids = places(panels);
	const last = panels.length - 1;
	return {
		grid: grids.map((place) => ({ left: 48, right: 4, ...place })),
		axisPointer: { link: [{ xAxisIndex: "all" }] },
		xAxis: panels.map((_, at) => ({
			type: "category",
			gridIndex: at,
			data: rows.map((row) => row.at),
			axisLine: { lineStyle: { color: look.line } },
			axisTick: { show: false },
			axisLabel: { show: at === last, color: look.mute, fontSize: 12, hideOverlap: true, formatter: axisDay },
		})),
		yAxis: panels.map((panel, at) => ({
			type: "value",
			gridIndex: at,
			min: 0,
			...axis(panel, rows),
			splitLine: { lineStyle: { color: look.line } },
			axisLabel: { color: look.mute, fontSize: 12, formatter: (value) => tick(value, panel.percent) },
		})),
		series: panels.flatMap((panel, at) => [
			...(panel.bars || []).map((field) => bars(field, panel, at, rows, look)),
			...(panel.lines || []).map((field, n) => line(field, n, at, rows, columns, look)),
		]),
	};
}

/** The axis as the page's own pictures have it: a round distance, and the smallest multiple that no value exceeds. */
function axis(panel, rows) {
	const sums = rows.map((row) => (panel.bars || []).reduce((sum, field) => sum + (row[field] || 0), 0));
	const values = rows.flatMap((row) => (panel.lines || []).map((field) => row[field] || 0));
	const highest = panel.most || Math.max(4, ...sums, ...values);
	const interval = roundDistance(highest);
	return { interval, max: panel.most || Math.ceil(highest / interval) * interval };
}

/** 1, 2, 5, 10, 20, 50 …: at most five of it up to the highest. */
function roundDistance(highest) {
	const magnitude = 10 ** Math.floor(Math.log10(highest));
	const steps = [0.1, 0.2, 0.5, 1, 2, 5].map((part) => part * magnitude);
	return steps.find((step) => step >= 1 && highest / step <= 5);
}

function places(panels) {
	if (panels.length === 1) return [{ top: 20, bottom: 28 }];
	const share = panels[0].share * 100;
	return [
		{ top: 20, height: `${share - 8}%` },
		{ top: `${share + 10}%`, bottom: 28 },
	];
}

const tick = (value, percent) => shown(value, percent ? "whole-percent" : "number");

function bars(field, panel, at, rows, look) {
	const hatchedAlways = panel.hatched?.includes(field);
	return {
		type: "bar",
		name: field,
		stack: panel.bars.length > 1 ? "all" : undefined,
		xAxisIndex: at,
		yAxisIndex: at,
		barCategoryGap: "28%",
		color: look.bar,
		data: rows.map((row) => {
			const value = panel.of ? part(row[field], row[panel.of]) : row[field];
			const hatched = hatchedAlways || (row.hatched && !panel.hatched);
			return { value: value ?? "-", itemStyle: hatched ? hatching(look) : { decal: PLAIN } };
		}),
	};
}

const part = (value, whole) => (whole ? (100 * value) / whole : null);

function hatching(look) {
	return { color: look.card, borderColor: look.bar, borderWidth: 1, decal: { ...HATCH, color: look.bar } };
}

function line(field, n, at, rows, columns, look) {
	const colour = [field === "treatment_beds" ? look.ink : look.brand, look.ink, look.mute][n];
	return {
		type: "line",
		name: field,
		xAxisIndex: at,
		yAxisIndex: at,
		showSymbol: rows.length < 3,
		symbol: "circle",
		color: colour,
		lineStyle: { width: n ? 2 : 2.5, type: DASHES[n], color: colour },
		emphasis: { disabled: true },
		data: columns.some((column) => column.field === field) ? rows.map((row) => row[field] ?? "-") : [],
	};
}

function lying(chart, rows, look, marked) {
	const { field, kind, most, above } = LYING[chart];
	const highest = most || Math.max(...rows.map((row) => row[field] || 0)) || 1;
	return {
		grid: { left: above ? 0 : look.narrow ? 104 : 148, right: 0, top: above ? 9 : 0, bottom: above ? -9 : 0 },
		xAxis: { type: "value", min: 0, max: highest / ROOM, show: false },
		yAxis: {
			type: "category",
			inverse: true,
			data: rows.map((row) => row.short),
			axisLine: { show: false },
			axisTick: { show: false },
			axisLabel: { color: look.ink, align: "left", interval: 0, ...names(above, look) },
			z: 3,
		},
		series: [
			{
				type: "bar",
				name: field,
				barWidth: 14,
				color: look.bar,
				label: {
					show: true,
					position: "right",
					distance: 6,
					color: look.ink,
					fontSize: 13,
					formatter: ({ dataIndex }) => shown(rows[dataIndex][field], kind),
				},
				data: rows.map((row) => ({
					value: row[field] ?? "-",
					itemStyle: { decal: PLAIN, color: row.key === marked ? look.brand : look.bar },
				})),
			},
		],
	};
}

function names(above, look) {
	if (above) return { inside: true, margin: 0, fontSize: 13, verticalAlign: "bottom", padding: [0, 0, 12, 0] };
	const width = look.narrow ? 104 : 148;
	return { margin: width, width: width - 8, overflow: "truncate", fontSize: look.narrow ? 12 : 13 };
}
