// What of a chart is shown, in the address of the page: /so-lieu?tu=2021-10-22&den=2021-11-20&theo=ky#so-ca

const DATE = /^\d{4}-\d\d-\d\d$/;
const SLOT = /^[\w-]{1,80}$/;

/** {from, to, by, slot, day} that the address asks for the chart named in its fragment; {} for another chart. */
export function asked({ search, hash }, anchor) {
	if (hash.slice(1) !== anchor) return {};
	const query = new URLSearchParams(search);
	const read = (name, pattern) => (pattern.test(query.get(name) || "") ? query.get(name) : undefined);
	const state = {
		from: read("tu", DATE),
		to: read("den", DATE),
		by: query.get("theo") === "ky" ? "slot" : undefined,
		slot: read("ky", SLOT),
		day: read("ngay", DATE),
	};
	return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}

/** The address that shows this state of a chart for good. */
export function lasting(page, anchor, { from, to, by, slot, day }) {
	const query = new URLSearchParams();
	if (from) query.set("tu", from);
	if (to) query.set("den", to);
	if (by === "slot") query.set("theo", "ky");
	if (slot) query.set("ky", slot);
	if (day) query.set("ngay", day);
	return `${page}?${query}#${anchor}`;
}
