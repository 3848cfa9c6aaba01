// /ve-que: says what somebody has to do who comes home, as he fills in from where, to where and how he is protected. Works
// from a published file; nothing that is chosen here leaves the browser. Without this the page has the table of all rules.

const { search } = new URL(import.meta.url); // the parts come with the version of this file
const { course, immunityOf, levelOf, ruleFor } = await import(`./return_advice_rules.js${search}`);

const form = document.getElementById("advice-form");
const box = document.getElementById("advice");
const { lang } = document.documentElement;
const texts = box.dataset;
const book = await fetch(form.dataset.book, { credentials: "omit" }).then((answer) => (answer.ok ? answer.json() : null));

const local = (row, field) => (lang === "en" && row[`${field}_en`]) || row[field] || "";
const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (place, index) => values[Number(index)] ?? place);
const english = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const day = (iso) => (lang === "vi" ? iso.split("-").reverse().join("/") : english.format(new Date(`${iso}T00:00:00Z`)));

function element(tag, text, attributes = {}) {
	const made = document.createElement(tag);
	if (text) made.textContent = text;
	for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
	return made;
}

function asked() {
	const data = new FormData(form);
	const value = (name) => data.get(name) || null;
	const destination = form.elements.destination.selectedOptions[0];
	return {
		origin: value("origin"),
		level: Number(value("level")) || null,
		on: value("arrives_on"),
		areas: [destination?.value, destination?.closest("optgroup")?.dataset.code].filter(Boolean),
		person: { doses: Number(value("doses")) || 0, last_dose_on: value("last_dose_on"), recovered_on: value("recovered_on") },
	};
}

function show() {
	const { origin, level, on, areas, person } = asked();
	form.querySelector("#last-dose").hidden = !person.doses;
	if (!origin || !on) return tell(texts.choose);
	const published = levelOf(book, origin, on);
	const counted = level ?? published?.level;
	const state = immunityOf(book, person, on);
	if (!counted) return tell(texts.unknown);
	const rule = state && ruleFor(book, counted, state.code, on, areas);
	if (!rule) return tell(texts.none);
	box.replaceChildren(...answer(rule, state, counted, level ? null : published, on));
	box.dataset.rule = rule.code;
}

function tell(sentence) {
	box.replaceChildren(element("p", sentence));
	delete box.dataset.rule;
}

function* answer(rule, state, level, published, on) {
	const { until, ends, tests } = course(rule, on);
	yield element("p", local(rule, "obligation"), { class: "advice-sentence" });
	const list = element("ul", "", { class: "advice-days" });
	list.append(element("li", fill(texts.until, form.dataset[rule.measure.toLowerCase().replaceAll(/\W/g, "")] ?? rule.measure, day(on), day(until))));
	if (ends > until) list.append(element("li", fill(texts.monitoring, day(ends))));
	if (tests.length) list.append(element("li", fill(texts.tests, tests.map(day).join("; "))));
	yield list;
	yield element("h3", texts.why);
	const why = element("ul", "", { class: "advice-why" });
	why.append(element("li", published ? fill(texts.level, level, day(published.valid_from), published.reference || "–") : fill(texts.given, level)));
	why.append(element("li", fill(texts.state, local(state, "name"))));
	why.append(element("li", local(rule, "reason")));
	why.append(element("li", fill(texts.reference, rule.reference, day(rule.valid_from))));
	if (rule.from_memory) why.append(element("li", texts.memory));
	yield why;
}

if (book) {
	form.hidden = false;
	box.hidden = false;
	form.addEventListener("input", show);
	form.addEventListener("submit", (event) => event.preventDefault());
	if (!form.elements.arrives_on.value) form.elements.arrives_on.value = form.dataset.today;
	show();
}
