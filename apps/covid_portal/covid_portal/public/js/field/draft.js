// What was typed and not yet stored by the server, kept on the device: a reload, a lost network or an ended session
// loses nothing. One draft for each user, slot and area; it goes once the server has the report.

const PREFIX = "covid_portal.draft:";
const KEEP = 14 * 24 * 60 * 60 * 1000;

export class Drafts {
	constructor(user, storage = deviceStorage()) {
		this.user = user;
		this.storage = storage;
	}

	key(slot, area) {
		return `${PREFIX}${this.user}:${slot}:${area}`;
	}

	/** {figures: {field: typed text}, explanations, modified, sent: {payload, key}, at} or null. */
	read(slot, area) {
		try {
			return JSON.parse(this.storage.getItem(this.key(slot, area)));
		} catch {
			return null;
		}
	}

	/** False where the device does not keep it (private window, storage full). */
	write(slot, area, draft) {
		try {
			this.storage.setItem(this.key(slot, area), JSON.stringify({ ...draft, at: Date.now() }));
			return true;
		} catch {
			return false;
		}
	}

	remove(slot, area) {
		try {
			this.storage.removeItem(this.key(slot, area));
		} catch {
			// nothing was kept
		}
	}

	/** Drafts that nobody came back for. */
	prune(now = Date.now()) {
		for (const key of this.keys()) {
			try {
				if (!(now - JSON.parse(this.storage.getItem(key)).at < KEEP)) this.storage.removeItem(key);
			} catch {
				this.storage.removeItem(key);
			}
		}
	}

	keys() {
		try {
			const all = Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index));
			return all.filter((key) => key.startsWith(PREFIX));
		} catch {
			return [];
		}
	}
}

/**
 * The key that makes "twice sent" "once stored": the same for the same content, kept in the draft, so that a retry
 * after a lost answer repeats the key, and a changed report gets a new one.
 */
export function keyFor(payload, sent) {
	return sent && sent.payload === payload ? sent : { payload, key: randomKey() };
}

export function randomKey() {
	if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
	const bytes = new Uint8Array(16);
	if (globalThis.crypto?.getRandomValues) crypto.getRandomValues(bytes);
	else bytes.forEach((_, index) => (bytes[index] = Math.floor(Math.random() * 256)));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function deviceStorage() {
	try {
		return window.localStorage;
	} catch {
		return null; // every use of it is guarded
	}
}
