// The province's clock: the server's time, carried on by the device, whatever the device's own clock shows.

import { duration, wall } from "./format.js";

let offset = null; // wall-clock milliseconds of the server minus the device's milliseconds

/** Set by every answer that carries the server's time. */
export function sync(serverNow, deviceNow = Date.now()) {
	const time = wall(serverNow);
	if (!Number.isNaN(time)) offset = time - deviceNow;
}

/** The province's wall clock in milliseconds; comparable with wall(). */
export function now(deviceNow = Date.now()) {
	return offset === null ? localWall(deviceNow) : deviceNow + offset;
}

/** How long until a time: {left: ms, late: bool, text}. */
export function until(text, at = now()) {
	const left = wall(text) - at;
	return { left, late: left < 0, text: duration(Math.abs(left)) };
}

function localWall(deviceNow) {
	return deviceNow - new Date(deviceNow).getTimezoneOffset() * 60 * 1000;
}
