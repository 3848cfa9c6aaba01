// What a receipt's code says, and whether the portal has signed it: on the device, with the keys it keeps.

const VERSION = "VQ1";
const PARTS = 10;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const NUMBER_LETTERS = 11;
const SIGNATURE_BYTES = 64;

/**
 * {verdict, text, number, …} of what was read or typed. verdict: "genuine", "early" or "late" for its day, "changed",
 * "revoked", "number" (typed: nothing vouches for it), "forged", "mistyped". `known`: what checkpoint.start() gave. `verify`:
 * Ed25519, (message, signature, public key) → whether it holds.
 */
export function judge(text, known, now, verify) {
	const code = text.trim().toUpperCase();
	if (!code.startsWith(`${VERSION}:`)) return judgeNumber(code, known);
	const receipt = read(code);
	if (!receipt || !isSigned(receipt, known.keys, verify)) return { verdict: "forged", text: code };
	const newest = known.issues[receipt.number];
	const verdict = newest === 0 ? "revoked" : newest > receipt.issue ? "changed" : onDay(receipt, now);
	return { ...receipt, verdict, day: shown(receipt.first), text: code };
}

function judgeNumber(code, known) {
	const number = normalNumber(code);
	if (!number) return { verdict: "mistyped", text: code };
	return { verdict: known.issues[number] === 0 ? "revoked" : "number", number, text: number };
}

export function read(code) {
	const parts = code.split(":");
	if (parts.length !== PARTS) return null;
	const [, key, number, issue, first, last, persons, area, origin, signature] = parts;
	return { key, number, issue: Number(issue), first, last, persons: Number(persons), area, origin, signature, signed: parts.slice(0, -1).join(":") };
}

function isSigned(receipt, keys, verify) {
	const key = keys.find((one) => one.key_id === receipt.key);
	const signature = fromBase32(receipt.signature);
	if (!key || signature?.length !== SIGNATURE_BYTES) return false;
	const publicKey = Uint8Array.from(atob(key.public_key), (letter) => letter.charCodeAt(0));
	return verify(new TextEncoder().encode(receipt.signed), signature, publicKey);
}

function onDay({ first, last }, now) {
	const today = `${now.getFullYear()}${String(now.getMonth() + 1).padStart(2, "0")}${String(now.getDate()).padStart(2, "0")}`;
	return today < first ? "early" : today > last ? "late" : "genuine";
}

const shown = (day) => `${day.slice(6)}/${day.slice(4, 6)}/${day.slice(0, 4)}`;

export function fromBase32(text) {
	const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
	let value = 0, bits = 0, place = 0;
	for (const letter of text) {
		const digit = BASE32.indexOf(letter);
		if (digit < 0) return null;
		value = (value << 5) | digit;
		bits += 5;
		if (bits < 8) continue;
		bits -= 8;
		bytes[place++] = (value >> bits) & 255;
	}
	return bytes;
}

/** DK-7K2M9-Q4XT8R of however it was typed; null where a letter is wrong (check letter: Luhn, modulo 32). */
export function normalNumber(text) {
	const letters = text.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/^DK/, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
	if (letters.length !== NUMBER_LETTERS || [...letters].some((letter) => !CROCKFORD.includes(letter))) return null;
	let sum = 0;
	[...letters].reverse().forEach((letter, place) => {
		const doubled = CROCKFORD.indexOf(letter) * (place % 2 ? 2 : 1);
		sum += Math.floor(doubled / 32) + (doubled % 32);
	});
	return sum % 32 ? null : `DK-${letters.slice(0, 5)}-${letters.slice(5)}`;
}

export function newKey() {
	return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
