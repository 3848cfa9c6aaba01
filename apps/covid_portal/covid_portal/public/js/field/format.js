// How figures and times are written and read. Times are the wall clock of the province as the server writes them
// ("2021-11-20 15:30:00" or ISO): they are never moved to the time zone of the device.

import { __, lang } from "./i18n.js";

const WEEKDAYS = {
	vi: ["Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"],
	en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MINUTE = 60 * 1000;
const NBSP = "\u00a0";

function english() {
	return lang().slice(0, 2) === "en";
}

/** 2184 → "2.184" (vi) or "2,184" (en); null → "–". */
export function figure(value) {
	if (value === null || value === undefined) return "–";
	const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+(?!\d))/g, english() ? "," : ".");
	return value < 0 ? "−" + digits : digits;
}

/**
 * What somebody typed: {value: null} when blank, {value: 2184} for 2184, 2.184, 2,184 or 2 184, {invalid: true} for
 * anything else. "1.5" is refused rather than guessed at.
 */
export function readFigure(text) {
	const typed = String(text ?? "").replace(/[\s\u00a0\u202f]/g, "");
	if (typed === "" || typed === "–" || typed === "-") return { value: null };
	if (!/^(\d+|\d{1,3}([.,]\d{3})+)$/.test(typed)) return { value: null, invalid: true };
	return { value: Number(typed.replace(/[.,]/g, "")) };
}

/** Milliseconds of a wall-clock time, good for comparing with other wall-clock times and nothing else. */
export function wall(text) {
	const part = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?/.exec(String(text ?? ""));
	if (!part) return NaN;
	const [year, month, day, hour = 0, minute = 0, second = 0] = part.slice(1).map((p) => Number(p ?? 0));
	return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** "16 giờ", "15 giờ 30" (vi); "16:00", "15:30" (en). */
export function hour(text) {
	const time = new Date(wall(text));
	const minute = String(time.getUTCMinutes()).padStart(2, "0");
	if (english()) return `${String(time.getUTCHours()).padStart(2, "0")}:${minute}`;
	return `${time.getUTCHours()}${NBSP}giờ` + (minute === "00" ? "" : NBSP + minute);
}

/** "15:30": as short as a clock. */
export function clock(text) {
	const time = new Date(typeof text === "number" ? text : wall(text));
	return [time.getUTCHours(), time.getUTCMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
}

/** "thứ Bảy 20/11/2021" (vi); "Saturday 20 Nov 2021" (en). */
export function longDate(text) {
	const time = new Date(wall(text));
	const weekday = WEEKDAYS[english() ? "en" : "vi"][time.getUTCDay()];
	return `${weekday} ${shortDate(text)}${english() ? " " : "/"}${time.getUTCFullYear()}`;
}

/** "20/11" (vi); "20 Nov" (en). */
export function shortDate(text) {
	const time = new Date(wall(text));
	return english()
		? `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`
		: `${time.getUTCDate()}/${time.getUTCMonth() + 1}`;
}

/** "15:30", or "15:30, 19/11" when it is not the day of `reference`. */
export function clockNear(text, reference) {
	const sameDay = String(text).slice(0, 10) === String(reference).slice(0, 10);
	return sameDay ? clock(text) : `${clock(text)}, ${shortDate(text)}`;
}

/** A stretch of time in words: "1 giờ 12 phút", "4 phút", "2 ngày 3 giờ". */
export function duration(milliseconds) {
	const minutes = Math.max(0, Math.floor(milliseconds / MINUTE));
	const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
	if (days) return hours ? __("{0} d {1} h", days, hours) : __("{0} d", days);
	if (hours) return rest ? __("{0} h {1} min", hours, rest) : __("{0} h", hours);
	return minutes ? __("{0} min", rest) : __("less than 1 min");
}
