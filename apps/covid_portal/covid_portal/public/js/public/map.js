// /ban-do: other measures, earlier slots, details of an area. The page says all of the newest slot without this.

const { search } = new URL(import.meta.url); // the parts come with the version of this file
const part = (name) => import(`./map_${name}.js${search}`);
const [model, { AreaTable }] = await Promise.all(["model", "table"].map(part));

const DAYS_AT_FIRST = 14;
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("map-data").textContent);
const { lang, texts, states, levels } = data;
const withLevels = data.measures.some(({ key }) => key === "levels");
const codeOf = (link) => link.hash?.slice("#khu-vuc-".length) ?? link.getAttribute("href").slice("#khu-vuc-".length);

const tiles = byId("map-tiles");
const blocks = new Map();
for (const heading of tiles.querySelectorAll("h3 a")) {
	const element = heading.closest(".block");
	blocks.set(codeOf(heading), { element, heading, figure: element.querySelector("b"), name: heading.textContent });
}
const communes = new Map();
for (const [district, { element }] of blocks) {
	for (const tile of element.querySelectorAll(".tile-rows a")) {
		const row = byId(`khu-vuc-${codeOf(tile)}`);
		communes.set(codeOf(tile), { tile, row, district, name: row.cells[0].textContent });
	}
}
const districtNames = new Map([...blocks].map(([code, { name }]) => [code, name]));

let slots = [];
let older = []; // loaded, and not yet on the slider
let place = 0;
let monthsLoaded = 0;
let measure = data.measures.find(({ key }) => key === byId("map-measure").value);
let drawing = null;
let chosen = null;
let shown = "tiles"; // or "outlines"
const slot = () => slots[place];

// --- what an area says

function districtOf(code) {
	return communes.get(code)?.district ?? code;
}

function shade(code) {
	if (model.inLetters(measure) && !communes.has(code)) {
		if (measure.key !== "levels") return completeness(code);
		return model.shadeOf(measure, String(model.figureOf(slot(), "levels", code) ?? "0"));
	}
	return model.shadeOf(measure, model.valueOf(measure, slot(), code, districtOf(code)));
}

/** A district by the state of its reports: all there, or not. */
function completeness(code) {
	const [expected, reported] = counts(code);
	return expected ? (reported === expected ? "r" : "p") : "x";
}

function counts(district) {
	return ["expected", "reported"].map((key) => model.figureOf(slot(), key, district));
}

function countsSaid(district) {
	return counts(district).reverse().map((value) => model.sayNumber(value, 0, lang)).join("/");
}

function figureSaid(key, district) {
	if (key === "reporting") return countsSaid(district);
	const { digits } = data.measures.find((row) => row.key === key);
	return model.sayNumber(model.figureOf(slot(), key, district), digits, lang);
}

/** As figureSaid, where there is room for words. */
function inWords(key, district) {
	return key === "levels" ? levels[model.figureOf(slot(), key, district) ?? "0"] : figureSaid(key, district);
}

function said(code) {
	const commune = communes.get(code);
	if (commune) return `${commune.name}: ${stateSaid(code)}`;
	return `${districtNames.get(code)}: ${inWords(measure.key, code)} (${data.columns[measure.key]})`;
}

function stateSaid(code) {
	const state = states[model.stateOf(slot(), code)];
	return withLevels ? `${levels[model.levelOf(slot(), code)]}; ${state}` : state;
}

// --- painting

function paint() {
	for (const [code, block] of blocks) {
		const own = model.inLetters(measure) ? "" : shade(code);
		block.element.className = block.element.className.replace(/ (n\d|l\d|u)$/, "") + (own && ` ${own}`);
		block.figure.textContent = figureSaid(measure.key, code);
	}
	for (const [code, { tile, row }] of communes) {
		paintLink(tile, code, model.inLetters(measure) ? shade(code) : "");
		row.cells[1].textContent = stateSaid(code);
	}
	for (const row of byId("map-table").querySelectorAll(".district")) paintRow(row);
	table.apply();
	if (drawing) drawing.paint();
	paintWords();
}

function paintLink(link, code, own) {
	const state = communes.has(code) ? model.stateOf(slot(), code) : "";
	const classes = [own, "mwx".includes(state) ? state : "", code === chosen ? "chosen" : ""];
	link.setAttribute("class", [...new Set(classes)].join(" ").trim());
	link.setAttribute("aria-label", said(code));
}

function paintRow(row) {
	const code = row.id.slice("khu-vuc-".length);
	for (const head of row.closest("table").tHead.rows[0].cells) {
		const key = head.dataset.sort;
		if (key !== "name") row.cells[head.cellIndex].textContent = figureSaid(key, code);
	}
}

function paintWords() {
	const time = model.sayTime(slot().time, lang);
	byId("map-time").textContent = time;
	byId("map-slot-said").textContent = time;
	byId("map-slot").setAttribute("aria-valuetext", time);
	byId("map-finding").textContent = model.finding(measure, slot(), districtNames, lang);
	const [reported, expected] = ["reported", "expected"].map((key) => model.sum(slot()[key]));
	const counted = model.fill(texts.of, model.sayNumber(reported, 0, lang), model.sayNumber(expected, 0, lang));
	byId("map-reported").textContent = `${counted}. `;
	byId("map-reported").hidden = measure.key === "reporting"; // then the finding says it
	for (const element of document.querySelectorAll(".legend, [data-view]")) {
		const { measure: key = measure.key, view = shown } = element.dataset;
		element.hidden = key !== measure.key || view !== shown;
	}
	if (chosen) showDetails(chosen);
}

// --- details of one area

function showDetails(code) {
	const commune = communes.get(code);
	const district = districtOf(code);
	const list = document.createElement("dl");
	const add = (term, value) => list.append(line(term, value));
	if (commune) {
		if (withLevels) add(data.columns.levels, levels[model.levelOf(slot(), code)]);
		add(data.columns.reporting, states[model.stateOf(slot(), code)]);
	}
	const heading = document.createElement("h3");
	heading.textContent = commune?.name ?? districtNames.get(code);
	const whole = document.createElement("p");
	whole.textContent = commune ? model.fill(texts.district, districtNames.get(district)) : "";
	const figures = document.createElement("dl");
	for (const { key } of data.measures) figures.append(line(data.columns[key], inWords(key, district)));
	byId("map-details").replaceChildren(heading, ...(commune ? [list, whole] : []), figures, detailButtons(code));
	byId("map-details").hidden = false;
}

function line(term, value) {
	const row = document.createElement("div");
	for (const [tag, text] of [["dt", term], ["dd", value]]) {
		row.append(Object.assign(document.createElement(tag), { textContent: text }));
	}
	return row;
}

function detailButtons(code) {
	const buttons = document.createElement("p");
	const add = (text, act) => {
		const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
		button.addEventListener("click", act);
		buttons.append(button);
	};
	if (withLevels) buttons.append(Object.assign(document.createElement("a"), { href: whyOf(code), textContent: texts.why }));
	add(texts.row, () => showRow(code));
	add(texts.close, () => choose(null));
	return buttons;
}

/** The page that says why the area has its level. */
function whyOf(code) {
	return `${data.why}/${districtOf(code)}#khu-vuc-${code}`;
}

function showRow(code) {
	const row = byId(`khu-vuc-${code}`);
	if (communes.has(code)) table.unfold(row.parentElement);
	row.scrollIntoView({ block: "center" });
	row.querySelector("a, button").focus({ preventScroll: true });
}

function choose(code) {
	const before = chosen;
	chosen = code;
	for (const area of [before, code]) for (const link of linksOf(area)) link.classList.toggle("chosen", area === code);
	if (code) showDetails(code);
	else byId("map-details").hidden = true;
	if (!code && before) {
		history.replaceState(null, "", location.pathname);
		linkInView(before)?.focus();
	}
}

function linksOf(code) {
	return code ? document.querySelectorAll(`.map-card a[href="#khu-vuc-${code}"]`) : [];
}

function linkInView(code) {
	return [...linksOf(code)].find((link) => link.getClientRects().length);
}

function known(code) {
	return communes.has(code) || blocks.has(code);
}

document.addEventListener("click", (event) => {
	const link = event.target.closest?.('a[href^="#khu-vuc-"]');
	if (!link || !slot() || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	history.pushState(null, "", `#khu-vuc-${codeOf(link)}`);
	choose(codeOf(link));
});
function followAddress() {
	const code = location.hash.slice("#khu-vuc-".length);
	if (!location.hash.startsWith("#khu-vuc-") || !known(code) || !slot()) return;
	choose(code);
	byId("map-details").scrollIntoView({ block: "nearest" });
}
addEventListener("hashchange", followAddress);
addEventListener("popstate", followAddress);

// --- moving by keyboard, pointing

function links() {
	const view = byId("map-outlines").hidden ? tiles : byId("map-outlines");
	return [...view.querySelectorAll('a[href^="#khu-vuc-"]')];
}

function rove(all, to) {
	for (const link of all) link.setAttribute("tabindex", link === to ? "0" : "-1");
}

function move(event) {
	const all = links();
	const from = all.indexOf(event.target.closest("a"));
	if (from < 0 || !model.isMove(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
	event.preventDefault();
	const points = all.map((link) => {
		const { left, right, top, bottom } = link.getBoundingClientRect();
		return [(left + right) / 2, (top + bottom) / 2];
	});
	const to = all[model.nextPoint(points, from, event.key)];
	rove(all, to);
	to.focus();
}

function point(event) {
	const link = event.target.closest?.('a[href^="#khu-vuc-"]');
	if (!link || !slot()) return;
	const code = codeOf(link);
	const district = communes.has(code) ? `${districtNames.get(districtOf(code))} · ` : "";
	byId("map-pointer").textContent = district + said(code);
}

for (const view of [tiles, byId("map-outlines")]) {
	view.addEventListener("keydown", move);
	for (const kind of ["pointerover", "focusin"]) view.addEventListener(kind, point);
}

// --- slots

async function loadMonth() {
	const address = data.months.at(-1 - monthsLoaded);
	if (!address) return [];
	const answer = await fetch(address);
	if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
	monthsLoaded += 1;
	return model.slotsOf(await answer.json());
}

/** Slots of earlier months until there are so many days. */
async function load(days) {
	byId("map-error").hidden = true;
	try {
		do {
			older = [...(await loadMonth()), ...older];
		} while (monthsLoaded < data.months.length && model.lastDays(older, days).length === older.length);
	} catch {
		byId("map-error").textContent = texts.failed;
		byId("map-error").hidden = false;
	}
}

/** The slider takes over what is loaded of the days before its first slot; the slot shown stays. */
function extend(days) {
	const added = days ? model.lastDays(older, days) : older;
	older = older.slice(0, older.length - added.length);
	slots = [...added, ...slots];
	place += added.length;
}

function setSlider() {
	const slider = byId("map-slot");
	slider.max = slots.length - 1;
	slider.value = place;
	byId("map-before").disabled = place === 0;
	byId("map-after").disabled = place === slots.length - 1;
	byId("map-earlier").hidden = place > 0 || (!older.length && monthsLoaded >= data.months.length);
}

function goTo(to) {
	place = Math.max(0, Math.min(slots.length - 1, to));
	setSlider();
	paint();
}

byId("map-slot").addEventListener("input", (event) => goTo(Number(event.target.value)));
byId("map-before").addEventListener("click", () => goTo(place - 1));
byId("map-after").addEventListener("click", () => goTo(place + 1));
byId("map-earlier").addEventListener("click", async () => {
	if (!older.length) await load(0);
	extend(0);
	goTo(place - 1);
	byId("map-slot").focus();
});
byId("map-measure").addEventListener("change", (event) => {
	measure = data.measures.find(({ key }) => key === event.target.value);
	paint();
});

// --- outlines

async function drawOutlines() {
	const answer = await fetch(data.outlines);
	if (!answer.ok) throw new Error(`${data.outlines}: ${answer.status}`);
	const [web, { draw, edge, write }] = await Promise.all([answer.json(), part("draw")]);
	const svg = draw(web, byId("map-outlines").dataset.label);
	byId("map-outlines").append(svg);
	const areas = [...svg.querySelectorAll(".areas a")].map((link) => [codeOf(link), link]);
	const drawn = areas.filter(([code, link]) => known(code) || link.remove());
	const places = Object.fromEntries(Object.entries(web.labels).filter(([code]) => blocks.has(code)));
	return {
		paint() {
			for (const [code, link] of drawn) paintLink(link, code, shade(code));
			edge(svg, drawn.filter(([, link]) => /\b[mw]\b/.test(link.getAttribute("class"))).map(([, link]) => link));
			write(svg, places, (code) => figureSaid(measure.key, code));
		},
	};
}

function show(view) {
	const outlines = view === "outlines" && Boolean(drawing);
	byId("map-outlines").hidden = !outlines;
	tiles.hidden = outlines;
	shown = outlines ? "outlines" : "tiles";
	sayWhatIsShown();
	(outlines ? byId("map-outlines") : tiles).append(byId("map-details"));
	const all = links();
	rove(all, (chosen && linkInView(chosen)) || all[0]);
	if (outlines) drawing.paint();
	paintWords();
}

/** The hint and the choice of measures, in the words for tiles or for outlines. */
function sayWhatIsShown() {
	for (const element of [byId("map-pointer"), ...byId("map-measure").options]) {
		if (element.dataset[shown]) element.textContent = element.dataset[shown];
	}
}

for (const radio of document.querySelectorAll('[name="view"]')) {
	radio.addEventListener("change", () => show(radio.value));
}

// --- begin

const table = new AreaTable(
	byId("map-table").querySelector("table"),
	(code, key) => (slot() ? model.figureOf(slot(), key === "reporting" ? "reported" : key, code) : null),
	lang
);
rove(links(), links()[0]);
place = -1;
await load(DAYS_AT_FIRST);
extend(DAYS_AT_FIRST);
if (slots.length) {
	byId("map-controls").hidden = false;
	setSlider();
	if (data.outlines) {
		try {
			drawing = await drawOutlines();
		} catch {
			document.querySelector(".map-views").hidden = true;
		}
		show("outlines");
	}
	followAddress();
}
