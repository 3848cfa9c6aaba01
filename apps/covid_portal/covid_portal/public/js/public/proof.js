// The proof of work of ALTCHA: the number up to maxNumber of which SHA-256(salt + number) is the challenge.

const AT_ONCE = 500; // digests under way together: the page stays usable in between

const encoder = new TextEncoder();

function bytesOf(hex) {
	return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function isSame(digest, wanted) {
	const bytes = new Uint8Array(digest);
	return bytes.length === wanted.length && bytes.every((byte, at) => byte === wanted[at]);
}

/** The number, or null where there is none or the browser cannot digest (a page without HTTPS). */
export async function solve({ algorithm, challenge, salt, maxNumber }) {
	if (!globalThis.crypto?.subtle) return null;
	const wanted = bytesOf(challenge);
	for (let first = 0; first <= maxNumber; first += AT_ONCE) {
		const numbers = Array.from({ length: Math.min(AT_ONCE, maxNumber - first + 1) }, (_one, at) => first + at);
		const digests = await Promise.all(numbers.map((number) => crypto.subtle.digest(algorithm, encoder.encode(salt + number))));
		const found = digests.findIndex((digest) => isSame(digest, wanted));
		if (found >= 0) return first + found;
	}
	return null;
}
