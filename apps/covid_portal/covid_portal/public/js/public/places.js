// The finder on /khu-cach-ly, /diem-cung-cap and /dia-diem: filters and distances, on the open-data file. The page lists all without it.

const { search } = new URL(import.meta.url); // the part comes with the version of this file
const { distance, isOpen, matches, minuteOfWeek, nearestFirst, rowsOfPlaces } = await import(`./places_model.js${search}`);

const MOST_SHOWN = 30;
const finder = document.getElementById("finder");
if (finder) start(finder);

function start(finder) {
	const { kind, url, base, lang } = finder.dataset;
	const texts = JSON.parse(document.getElementById("finder-texts").content.textContent);
	const byId = (id) => document.getElementById(`finder-${id}`);
	const number = new Intl.NumberFormat(lang === "vi" ? "vi" : "en", { maximumFractionDigits: 0 });
	const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_all, index) => values[Number(index)]);
	let loading = null;
	let here = null;

	const load = () => (loading ??= fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status))).then(rowsOf));

	function wanted() {
		const option = byId("commune").selectedOptions[0];
		const group = option?.closest("optgroup");
		const at = option?.dataset.at || group?.dataset.at;
		return {
			commune: option?.value || "",
			district: group?.dataset.code || "",
			at: here ?? (at ? at.split(",").map(Number) : null),
			isHere: Boolean(here),
			from: here || option?.dataset.at ? "" : group?.label, // whose middle stands for the commune's
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
			const found = nearestFirst((await load()).filter((row) => matches(row, asked)), asked);
			const count = number.format(found.length);
			const said = found.length > MOST_SHOWN ? fill(texts.some, count, MOST_SHOWN) : found.length ? fill(texts.found, count) : texts.none;
			show(found.slice(0, MOST_SHOWN), said, asked);
		} catch {
			loading = null;
			show([], texts.failed);
		}
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
		link.textContent = (lang === "en" && row.name_en) || row.name;
		heading.append(link);
		const area = (lang === "en" && row.area_name_en) || row.area_name;
		item.append(heading, line([row.address, area].filter(Boolean).join(", "), "place-where"), line(states(row, asked).join(" · "), "place-state"));
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
		else if (away !== null) said.push(fill(asked.from ? texts.away_from : texts.away, number.format(Math.max(1, away)), asked.from));
		if (kind === "sites") said.push(freeSaid(row));
		if (kind === "points" && row.open.length) said.push(isOpen(row.open, asked.minute) ? texts.open : texts.shut);
		if (row.delivery) said.push(texts.delivers);
		if (row.stale) said.push(texts.stale);
		if (kind === "control") said.push((lang === "en" && row.kind_name_en) || row.kind_name);
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
