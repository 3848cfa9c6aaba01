// Open data as the charts ask for it: each file once.

const asked = new Map();

export async function file(address) {
	if (!asked.has(address)) asked.set(address, fetchJson(address));
	return asked.get(address);
}

async function fetchJson(address) {
	const answer = await fetch(address);
	if (!answer.ok) {
		asked.delete(address);
		throw new Error(`${address}: ${answer.status}`);
	}
	return answer.json();
}

/** The slots of an area's months that touch the days from … to, oldest first. */
export async function slotsBetween(series, from, to) {
	const months = series.months.filter((row) => row.month >= from.slice(0, 7) && row.month <= to.slice(0, 7));
	const files = await Promise.all(months.map((row) => file(row.json)));
	return files.flatMap((month) => month.slots).filter((row) => row.time >= from && row.time.slice(0, 10) <= to);
}
