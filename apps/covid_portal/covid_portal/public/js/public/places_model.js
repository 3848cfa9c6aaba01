// What the finder works out: distances, opening hours, what is asked for. Knows no page.

const EARTH = 6371; // km
const WEEK = 7 * 24 * 60; // minutes
const VIETNAM = 7 * 60; // minutes before UTC, the year round
const radians = (degrees) => (degrees * Math.PI) / 180;

/** Kilometres as the crow flies between two [latitude, longitude]. */
export function distance([latitude, longitude], [otherLatitude, otherLongitude]) {
	const north = radians(otherLatitude - latitude) / 2;
	const east = radians(otherLongitude - longitude) / 2;
	const part = Math.sin(north) ** 2 + Math.cos(radians(latitude)) * Math.cos(radians(otherLatitude)) * Math.sin(east) ** 2;
	return 2 * EARTH * Math.asin(Math.sqrt(part));
}

/** Areas of areas.json by their code. */
export function byCode({ areas }) {
	return new Map(areas.map((area) => [area.code, area]));
}

/** The area, or the nearest one around it whose centre is known; null if none is. */
export function withCentre(areas, code) {
	for (let area = areas.get(code); area; area = areas.get(area.parent)) if (area.centre) return area;
	return null;
}

/** [latitude, longitude] */
export function positionOfArea({ centre }) {
	return [centre.latitude, centre.longitude];
}

/** Minutes since Monday 00:00 in Vietnam, wherever the reader's clock stands. */
export function minuteOfWeek(now) {
	const local = new Date(now.getTime() + VIETNAM * 60000);
	return ((local.getUTCDay() + 6) % 7) * 24 * 60 + local.getUTCHours() * 60 + local.getUTCMinutes();
}

/** `spans`: [[from, to]] in minutes of the week; one that runs into Monday ends beyond it. */
export function isOpen(spans, minute) {
	return spans.some(([from, to]) => (from <= minute && minute < to) || (from <= minute + WEEK && minute + WEEK < to));
}

export function matches(row, { open, delivery, free, minute }) {
	if (open && !isOpen(row.open, minute)) return false;
	if (delivery && !row.delivery) return false;
	return !(free && (row.free_at_least === 0 || row.status === "full"));
}

/** The asked commune's own first, then its district's if one is asked for, each by distance; without any position, in their order. */
export function nearestFirst(rows, { commune, district, at, isHere }) {
	const rank = (row) => (isHere || !commune ? 0 : row.area === commune ? 0 : row.district === district ? 1 : 2);
	const away = (row) => (at && row.latitude !== null && row.latitude !== undefined ? distance(at, [row.latitude, row.longitude]) : Infinity);
	return rows
		.map((row, place) => ({ row, rank: rank(row), away: away(row), place }))
		.sort((one, other) => one.rank - other.rank || compare(one.away, other.away) || one.place - other.place)
		.map(({ row }) => row);
}

function compare(one, other) {
	return one === other ? 0 : one < other ? -1 : 1;
}

/** What places.geojson says of each place, with its position: null where it is not known, of an outline its middle. */
export function rowsOfPlaces({ features }) {
	return features.map(({ id, geometry, properties }) => {
		const [longitude, latitude] = geometry ? positionOf(geometry) : [null, null];
		return { id, geometry, latitude, longitude, ...properties };
	});
}

function positionOf({ type, coordinates }) {
	if (type === "Point") return coordinates;
	const ring = (type === "Polygon" ? coordinates : coordinates[0])[0].slice(1); // it ends where it begins
	return [0, 1].map((axis) => ring.reduce((sum, position) => sum + position[axis], 0) / ring.length);
}

/** Whether there is any use in going there now; of what says nothing of itself, there is. */
export function isOfUse(row, minute) {
	if (row.stock === "out-of-stock" || row.free_at_least === 0 || row.status === "full") return false;
	return !row.open?.length || isOpen(row.open, minute);
}
