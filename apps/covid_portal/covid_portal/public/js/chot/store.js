// What the device keeps in IndexedDB, by user: what the portal told it, and the arrivals with their answers. No names are in it.

const NAME = "covid_portal.chot";
const KEEP = 14 * 24 * 60 * 60 * 1000;

export class Store {
	constructor(user) {
		this.user = user;
		this.opened = null;
	}

	open() {
		this.opened ??= new Promise((resolve, reject) => {
			const asked = indexedDB.open(NAME, 1);
			asked.onupgradeneeded = () => {
				asked.result.createObjectStore("known");
				asked.result.createObjectStore("arrivals", { keyPath: "key" });
			};
			asked.onsuccess = () => resolve(asked.result);
			asked.onerror = () => reject(asked.error);
		});
		return this.opened;
	}

	/** Done when the disk has it: what was acknowledged outlives the page. */
	async run(table, mode, act) {
		const transaction = (await this.open()).transaction(table, mode);
		const asked = act(transaction.objectStore(table));
		return new Promise((resolve, reject) => {
			transaction.oncomplete = () => resolve(asked.result);
			transaction.onabort = () => reject(transaction.error);
		});
	}

	known() {
		return this.run("known", "readonly", (table) => table.get(this.user)).then((value) => value ?? null);
	}

	keep(known) {
		return this.run("known", "readwrite", (table) => table.put(known, this.user));
	}

	add(row) {
		return this.run("arrivals", "readwrite", (table) => table.put({ ...row, user: this.user }));
	}

	/** This user's arrivals, the newest first; answered ones go after a fortnight. */
	async rows() {
		const rows = await this.run("arrivals", "readonly", (table) => table.getAll());
		const old = rows.filter((row) => row.result && row.at < Date.now() - KEEP);
		for (const row of old) await this.run("arrivals", "readwrite", (table) => table.delete(row.key));
		return rows.filter((row) => row.user === this.user && !old.includes(row)).sort((one, other) => other.at - one.at);
	}
}
