// The finder on /khu-cach-ly, /diem-cung-cap and /dia-diem: filters and distances, on the open-data file. The page lists all without it.

const { search } = new URL(import.meta.url); // the part comes with the version of this file
const { byCode, distance, isOpen, matches, minuteOfWeek, nearestFirst, positionOfArea, rowsOfPlaces, withCentre } = await import(`./places_model.js${search}`);

const MOST_SHOWN = 30;
const finder = document.getElementById("finder");
if (finder) start(finder);

function start(finder) {
	const { kind, url, areas: areasUrl, base, lang } = finder.dataset;
	const texts = JSON.parse(document.getElementById("finder-texts").content.textContent);
	const byId = (id) => document.getElementById(`finder-${id}`);
	const number = new Intl.NumberFormat(lang === "vi" ? "vi" : "en", { maximumFractionDigits: 0 });
	const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_all, index) => values[Number(index)]);
	let loading = null;
	let here = null;

	const get = (address) => fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)));
	const local = (row, name) => (lang === "en" && row[`${name}_en`]) || row[name];

	/** [places, areas by code] */
	const load = () => (loading ??= Promise.all([get(url).then(rowsOf), get(areasUrl).then(byCode)]));

	function wanted() {
		const option = byId("commune").selectedOptions[0];
		return {
			commune: option?.value || "",
			district: option?.closest("optgroup")?.dataset.code || "",
			isHere: Boolean(here),
			open: byId("open")?.checked,
			delivery: byId("delivery")?.checked,
			free: byId("free")?.checked,
			minute: minuteOfWeek(new Date()),
		};
	}

	async function find() {
		const asked = wanted();
		if (!asked.commune && !asked.isHere && !asked.open && !asked.delivery) return show([], "");
		try {
			const [rows, areas] = await load();
			const from = withCentre(areas, asked.commune);
			asked.at = here ?? (from && positionOfArea(from));
			if (from?.code === asked.commune) asked.district = ""; // what is nearer in another district comes first
			const found = nearestFirst(rows.filter((row) => matches(row, asked)), asked);
			const count = number.format(found.length);
			const said = found.length > MOST_SHOWN ? fill(texts.some, count, MOST_SHOWN) : found.length ? fill(texts.found, count) : texts.none;
			const measured = found.length ? saidOfStart(areas.get(asked.commune), from) : "";
			show(found.slice(0, MOST_SHOWN), `${said} ${measured}`.trim(), asked);
		} catch {
			loading = null;
			show([], texts.failed);
		}
	}

	/** From where distances are measured: `asked` for the one commune, from another area where its own centre is not known. */
	function saidOfStart(asked, from) {
		if (here) return texts.from_here;
		if (!from) return "";
		const measured = fill(from.centre.of_outline ? texts.from_outline : texts.from_centre, local(from, "name"));
		return from === asked ? measured : `${fill(texts.not_known, local(asked, "name"))} ${measured}`;
	}

	function show(rows, said, asked) {
		byId("said").textContent = said;
		byId("found").replaceChildren(...rows.map((row) => entry(row, asked)));
	}

	function entry(row, asked) {
		const item = document.createElement("li");
		const heading = document.createElement("h3");
		const link = document.createElement("a");
		link.href = `${base}/${row.district}#${row.id}`;
		link.textContent = local(row, "name");
		heading.append(link);
		item.append(heading, line([row.address, local(row, "area_name")].filter(Boolean).join(", "), "place-where"), line(states(row, asked).join(" · "), "place-state"));
		if (row.stale) item.className = "stale";
		return item;
	}

	function line(text, name) {
		return Object.assign(document.createElement("p"), { textContent: text, className: name });
	}

	function states(row, asked) {
		const away = asked.at && row.latitude !== null && row.latitude !== undefined ? distance(asked.at, [row.latitude, row.longitude]) : null;
		const said = [];
		if (asked.commune === row.area && !asked.isHere) said.push(texts.same);
		else if (away !== null) said.push(fill(texts.away, number.format(Math.max(1, away))));
		if (kind === "sites") said.push(freeSaid(row));
		if (kind === "points" && row.open.length) said.push(isOpen(row.open, asked.minute) ? texts.open : texts.shut);
		if (row.delivery) said.push(texts.delivers);
		if (row.stale) said.push(texts.stale);
		if (kind === "control") said.push(local(row, "kind_name"));
		return said;
	}

	function freeSaid({ capacity, free_at_least: free }) {
		const text = free === null ? texts.capacity : free ? texts.free : texts.none_free;
		return fill(text, number.format(capacity), number.format(free ?? 0));
	}

	function locate() {
		navigator.geolocation?.getCurrentPosition(
			({ coords }) => {
				here = [coords.latitude, coords.longitude];
				byId("commune").value = "";
				find();
			},
			() => show([], texts.no_place),
			{ maximumAge: 300000, timeout: 15000 },
		);
		if (!navigator.geolocation) show([], texts.no_place);
	}

	finder.hidden = false;
	finder.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
	finder.querySelector("form").addEventListener("change", (event) => {
		if (event.target.id === "finder-commune") here = null;
		find();
	});
	byId("here").addEventListener("click", locate);
}

/** The rows of the file, whichever it is: GeoJSON has them as features. */
function rowsOf(data) {
	if (!data.features) return data.sites ?? data.points;
	return rowsOfPlaces(data).filter(({ kind }) => kind);
}
