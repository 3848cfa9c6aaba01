// Layers of places on /ban-do: chosen by kind, filtered, the nearest first. All of it is worked out here, from open data; where the
// reader is leaves the device for nowhere. The list below the map is what the marks on it say.

const { search } = new URL(import.meta.url); // the part comes with the version of this file
const { byCode, distance, isOfUse, isOpen, minuteOfWeek, nearestFirst, positionOfArea, rowsOfPlaces } = await import(`./places_model.js${search}`);

const SVG = "http://www.w3.org/2000/svg";
const MOST_LISTED = 20;
const SIZE = 3.6; // of a mark on the outlines, in hundredths of a half of the drawing's width
const AREA = "#khu-vuc-";
const form = document.getElementById("map-layers");
if (form) start(form);

function start(form) {
	const { url, areas: areasUrl, lang } = form.dataset;
	const texts = JSON.parse(document.getElementById("map-places-texts").content.textContent);
	const tiles = document.getElementById("map-tiles");
	const outlines = document.getElementById("map-outlines");
	const shapes = new Map([...form.querySelectorAll('[name="layer"]')].map((box) => [box.value, box.dataset.shape]));
	const number = new Intl.NumberFormat(lang === "vi" ? "vi" : "en", { maximumFractionDigits: 0 });
	const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_all, index) => values[Number(index)]);
	const local = (row, key) => (lang === "en" && row[`${key}_en`]) || row[key] || "";
	let loading = null;
	let here = null;
	let area = null;
	let web = null; // how degrees become the drawing's steps

	const get = (address) => fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))));

	/** [places, areas by code] */
	const load = () => (loading ??= Promise.all([get(url).then(rowsOfPlaces), get(areasUrl).then(byCode)]));

	// --- which places

	function wanted() {
		const chosen = [...form.querySelectorAll('[name="layer"]:checked')].map((box) => box.value);
		return { chosen, ofUse: form.querySelector("#map-of-use").checked, minute: minuteOfWeek(new Date()) };
	}

	async function apply() {
		const asked = wanted();
		let rows = [];
		let areas = new Map();
		try {
			if (asked.chosen.length) [rows, areas] = await load();
		} catch {
			loading = null;
			return say(texts.failed);
		}
		const shown = rows.filter((row) => asked.chosen.includes(row.layer) && (!asked.ofUse || isOfUse(row, asked.minute)));
		markTiles(shown);
		await markOutlines(shown);
		list(shown, asked, areas);
	}

	function list(shown, asked, areas) {
		const ordered = nearestFirst(shown, { ...placeAsked(shown, areas.get(area)), isHere: Boolean(here) });
		const text = !asked.chosen.length ? "" : !shown.length ? texts.none : here || area ? texts.nearest : texts.found;
		say([fill(text, number.format(shown.length)), shown.length > MOST_LISTED ? fill(texts.more, MOST_LISTED) : ""].join(" "));
		document.getElementById("map-places").replaceChildren(...ordered.slice(0, MOST_LISTED).map((row) => entry(row, asked)));
	}

	/** The area chosen on the map: its own places come first; distances are from its centre, else from the middle of those. */
	function placeAsked(shown, chosen) {
		if (here || !area) return { commune: "", district: "", at: here };
		if (chosen?.centre) return { commune: area, district: chosen.level > 2 ? "" : area, at: positionOfArea(chosen) };
		const own = shown.filter((row) => row.area === area || row.district === area);
		const known = own.filter(({ latitude }) => latitude !== null);
		const middle = (key) => known.reduce((sum, row) => sum + row[key], 0) / known.length;
		const block = tiles.querySelector(`a[href="${AREA}${area}"]`)?.closest(".block")?.querySelector("h3 a");
		const district = block?.getAttribute("href").slice(AREA.length) ?? area;
		return { commune: area, district, at: known.length ? [middle("latitude"), middle("longitude")] : null };
	}

	function entry(row, { minute }) {
		const item = document.createElement("li");
		const link = Object.assign(document.createElement("a"), { href: lang === "en" ? `/en${row.page}` : row.page, textContent: local(row, "name") });
		const where = [row.address, local(row, "area_name")].filter(Boolean).join(", ");
		item.append(symbol(row.layer), link, document.createElement("br"), [where, ...said(row, minute)].filter(Boolean).join(" · "));
		return item;
	}

	function said(row, minute) {
		const away = here && row.latitude !== null ? fill(texts.away, number.format(Math.max(1, distance(here, [row.latitude, row.longitude])))) : "";
		const open = row.open?.length ? (isOpen(row.open, minute) ? texts.open : texts.shut) : "";
		const free = row.free_at_least ? fill(texts.free, number.format(row.free_at_least)) : row.free_at_least === 0 ? texts.none_free : "";
		return [away, open, free, row.stale ? texts.stale : "", local(row, "kind_name")];
	}

	function say(text) {
		document.getElementById("map-places-said").textContent = text;
	}

	// --- marks

	function make(name, attributes) {
		const element = document.createElementNS(SVG, name);
		for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
		return element;
	}

	function symbol(layer) {
		const svg = make("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
		svg.append(make("path", { d: shapes.get(layer) }));
		return svg;
	}

	/** A dot on each tile whose commune has some; on a district's name, how many of its own. */
	function markTiles(shown) {
		const counts = new Map();
		for (const { area: code } of shown) counts.set(code, (counts.get(code) ?? 0) + 1);
		for (const link of tiles.querySelectorAll(`a[href^="${AREA}"]`)) {
			const count = counts.get(link.getAttribute("href").slice(AREA.length));
			link.toggleAttribute("data-places", Boolean(count));
			if (count) link.title = fill(texts.on_tile, number.format(count));
			else link.removeAttribute("title");
		}
	}

	async function markOutlines(shown) {
		const svg = outlines.querySelector("svg");
		if (!svg) return;
		const drawn = await projection();
		const group = svg.querySelector(".places-on-map") ?? svg.appendChild(make("g", { class: "places-on-map", "aria-hidden": "true" }));
		group.replaceChildren(...shown.filter(({ geometry }) => geometry).flatMap((row) => marks(row, drawn)), ...(here ? [dot(drawn)] : []));
	}

	async function projection() {
		const address = JSON.parse(document.getElementById("map-data").textContent).outlines;
		web ??= await (await fetch(address)).json();
		const { origin: [west, north], scale: [across, down], width } = web;
		return { at: ([longitude, latitude]) => [(longitude - west) * across, (north - latitude) * down], size: (width * SIZE) / 200 / 16 };
	}

	function marks(row, { at, size }) {
		const [x, y] = at([row.longitude, row.latitude]);
		const link = make("a", { href: lang === "en" ? `/en${row.page}` : row.page, tabindex: "-1" });
		const title = make("title", {});
		title.textContent = local(row, "name");
		link.append(title, make("path", { d: shapes.get(row.layer), transform: `translate(${x - 8 * size} ${y - 8 * size}) scale(${size})` }));
		if (row.geometry.type === "Point") return [link];
		const polygons = row.geometry.type === "MultiPolygon" ? row.geometry.coordinates : [row.geometry.coordinates];
		const ring = (positions) => `M${positions.map((position) => at(position).map(Math.round).join(" ")).join("L")}Z`;
		return [make("path", { class: "place-outline", d: polygons.flat().map(ring).join("") }), link];
	}

	function dot({ at, size }) {
		const [cx, cy] = at([here[1], here[0]]);
		return make("circle", { class: "reader", cx, cy, r: 9 * size });
	}

	// --- where the reader is, what he chooses

	function locate() {
		const failed = () => say(texts.no_place);
		if (!navigator.geolocation) return failed();
		navigator.geolocation.getCurrentPosition(
			({ coords }) => {
				here = [coords.latitude, coords.longitude];
				if (!form.querySelector('[name="layer"]:checked')) for (const box of form.querySelectorAll('[name="layer"]')) box.checked = true;
				apply();
			},
			failed,
			{ maximumAge: 300000, timeout: 15000 },
		);
	}

	form.hidden = false;
	form.addEventListener("submit", (event) => event.preventDefault());
	form.addEventListener("change", apply);
	form.querySelector("#map-near").addEventListener("click", locate);
	document.querySelector(".map-card").addEventListener("click", (event) => {
		const link = event.target.closest?.(`a[href^="${AREA}"]`);
		if (!link) return;
		[here, area] = [null, link.getAttribute("href").slice(AREA.length)];
		apply();
	});
	new MutationObserver(apply).observe(outlines, { childList: true }); // the drawing comes after the page
	apply(); // a browser that goes back keeps what was ticked
}
