// What the form sends as its proof of work (ALTCHA).

import { solve } from "./proof.js";

const CHALLENGE = "/api/method/covid_portal.citizens.protection.challenge";

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
