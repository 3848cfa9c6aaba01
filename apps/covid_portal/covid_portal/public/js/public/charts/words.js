// Figures and times as the page's language writes them, beside those of the field page.

import { figure, hour, shortDate, wall } from "../../field/format.js";
import { lang } from "../../field/i18n.js";

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"];
MONTHS.push("November", "December");
const NBSP = "\u00a0";

const english = () => lang() === "en";

/** 4.25 with one decimal: "4,3" (vi), "4.3" (en). */
export function oneDecimal(value) {
	if (value === null || value === undefined) return "–";
	const [whole, part] = Math.abs(value).toFixed(1).split(".");
	const text = figure(Number(whole)) + (english() ? "." : ",") + part;
	return value < 0 ? "−" + text : text;
}

/** By its kind: number, rate, percent, whole-percent. */
export function shown(value, kind) {
	if (value === null || value === undefined) return "–";
	if (kind === "percent" || kind === "whole-percent")
		return (kind === "percent" ? oneDecimal(value) : figure(value)) + (english() ? "%" : NBSP + "%");
	return kind === "rate" ? oneDecimal(value) : figure(value);
}

/** 20/11/2021 (vi), 20 November 2021 (en); with the hour where there is one. */
export function longWhen(at) {
	const time = new Date(wall(at));
	const [day, month, year] = [time.getUTCDate(), time.getUTCMonth(), time.getUTCFullYear()];
	const two = (number) => String(number).padStart(2, "0");
	const date = english() ? `${day} ${MONTHS[month]} ${year}` : `${two(day)}/${two(month + 1)}/${year}`;
	return at.length > 10 ? `${hour(at)}, ${date}` : date;
}

export const axisDay = (at) => shortDate(at);
