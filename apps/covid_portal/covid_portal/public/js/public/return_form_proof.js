// The proof of work that goes with what a public form sends (ALTCHA): the device looks for the number whose digest the portal
// has asked for. It costs a person a second, and a program that sends thousands its day.

const CHALLENGE = "/api/method/covid_portal.citizens.protection.challenge";
const AT_ONCE = 500;

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = async (algorithm, text) => hex(await crypto.subtle.digest(algorithm, new TextEncoder().encode(text)));

/** The number, or null where there is none up to the most. */
export async function solve({ algorithm, challenge, salt, maxNumber, maxnumber }) {
	const most = maxNumber ?? maxnumber;
	for (let first = 0; first <= most; first += AT_ONCE) {
		const numbers = Array.from({ length: Math.min(AT_ONCE, most - first + 1) }, (_nothing, place) => first + place);
		const digests = await Promise.all(numbers.map((number) => digest(algorithm, salt + number)));
		const found = digests.indexOf(challenge);
		if (found >= 0) return numbers[found];
	}
	return null;
}

/** What a form sends as `altcha`; empty where it cannot be had: then what is sent is held for a review. */
export async function solved() {
	try {
		const asked = (await (await fetch(CHALLENGE, { credentials: "omit" })).json()).message;
		const number = await solve(asked);
		const { algorithm, challenge, salt, signature } = asked;
		return number === null ? "" : btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
	} catch {
		return "";
	}
}
