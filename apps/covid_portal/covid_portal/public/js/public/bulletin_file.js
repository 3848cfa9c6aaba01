// What a bulletin's file is made of; pure, for the page /xac-minh and its tests.

// RFC 8785 for what bulletins hold: JavaScript writes texts and whole numbers as the standard does.
export function canonical(content) {
	if (Array.isArray(content)) return `[${content.map(canonical).join(",")}]`;
	if (content && typeof content === "object") {
		const parts = Object.keys(content)
			.sort()
			.map((key) => `${JSON.stringify(key)}:${canonical(content[key])}`);
		return `{${parts.join(",")}}`;
	}
	return JSON.stringify(content);
}

// A name that stands twice in an object is read once: then the text is longer than what was read of it.
export function isCanonical(text, content) {
	return text.trim() === canonical(content);
}

// The attachment of an issued PDF as text, "" if there is none: it stands there unpacked, in one line.
export function attached(bytes) {
	const start = find(bytes, 'stream\n{"bulletin":', 0);
	const end = start < 0 ? -1 : find(bytes, "\nendstream", start);
	return end < 0 ? "" : new TextDecoder().decode(bytes.subarray(start + "stream\n".length, end)).trim();
}

function find(bytes, words, from) {
	const wanted = new TextEncoder().encode(words);
	for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
		if (wanted.every((byte, place) => bytes[at + place] === byte)) return at;
	}
	return -1;
}

export function hex(buffer) {
	return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// As typed: small letters, blanks, without dashes.
export function normalCode(code) {
	const letters = code.toUpperCase().replace(/[^A-Z0-9]/g, "");
	return (letters.match(/.{1,4}/g) ?? []).join("-");
}

// ["figures.figures.new_cases.value: 12 ≠ 21"]: what the file says otherwise than the issued bulletin.
export function differences(there, here) {
	const known = leaves(here);
	const found = [];
	for (const [path, value] of leaves(there)) {
		if (known.get(path) !== value) found.push(`${path}: ${shown(value)} ≠ ${shown(known.get(path))}`);
	}
	return found.length ? found : ["…"];
}

function leaves(content, path = "", into = new Map()) {
	if (content && typeof content === "object") {
		for (const [name, part] of Object.entries(content)) {
			const label = Array.isArray(content) ? (part?.field ?? part?.code ?? name) : name;
			leaves(part, path ? `${path}.${label}` : label, into);
		}
	} else {
		into.set(path, content);
	}
	return into;
}

function shown(value) {
	return String(value ?? "–").slice(0, 60);
}
