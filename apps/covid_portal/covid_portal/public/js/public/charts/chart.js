// One chart of the page: what it shows (days, slots, a day, a slot), its controls, keyboard, table, address and picture file.

import { h } from "../../field/dom.js";
import { __, lang } from "../../field/i18n.js";
import { asked, lasting } from "./address.js";
import { BY_DAY, BY_SLOT, calendar, later, share } from "./course.js";
import { heightOf, isLying, option, spoken } from "./options.js";
import { paper, save } from "./picture.js";
import { file, slotsBetween } from "./source.js";
import { columnsBy, columnsOf, fill, named, rowsOf } from "./table.js";
import { onThemeChange, theme } from "./theme.js";
import { longWhen } from "./words.js";

const RANGES = [14, 30, 90, null]; // days; null: all there are
const MOST_SLOT_DAYS = 90; // beyond, slots are thinner than a line
const PICTURE_HEIGHT = 420;

export class Chart {
	constructor(page, section, init) {
		Object.assign(this, { page: page.dataset, section, init, key: section.dataset.chart });
		this.table = section.querySelector("table");
		this.columns = columnsOf(this.table);
		this.rows = rowsOf(this.table);
		this.names = new Map(this.rows.map((row) => [row.key, row]));
		this.title = section.querySelector("h2").textContent.trim();
		this.finding = section.querySelector(".finding").textContent.trim();
		this.state = this.published = this.publishedState();
	}

	get hasRange() {
		return this.key in BY_DAY || this.key === "completeness";
	}

	publishedState() {
		const [first, last] = [this.rows[0], this.rows[this.rows.length - 1]];
		if (this.key === "vaccination") return { slot: this.page.slot };
		if (this.key === "comparison") return { day: this.section.dataset.day };
		const [by, days] = this.key === "completeness" ? ["slot", 14] : ["day", 30];
		return { from: first.at.slice(0, 10), to: last.at.slice(0, 10), by, days };
	}

	async start() {
		this.build();
		const wanted = asked(location, this.section.id);
		if (Object.keys(wanted).length) await this.show({ ...this.published, days: undefined, ...wanted });
		else this.draw();
		onThemeChange(() => this.draw());
		new ResizeObserver(() => this.chart.resize()).observe(this.live);
		addEventListener("beforeprint", () => this.chart.resize({ width: 660 }));
		addEventListener("afterprint", () => this.chart.resize({ width: "auto" }));
	}

	// --- elements

	build() {
		const picture = this.section.querySelector(".picture");
		const hint = `${this.section.id}-hint`;
		this.live = h("div", { class: "live", tabindex: "0", role: "application", "aria-describedby": hint });
		this.live.addEventListener("keydown", (event) => this.move(event));
		this.live.addEventListener("blur", () => this.chart.dispatchAction({ type: "hideTip" }));
		this.said = h("p", { class: "unseen", role: "status" });
		const told = h("span", { id: hint, class: "unseen" }, __("Arrow keys move through the figures; the table below holds them all."));
		this.live.style.height = `${isLying(this.key) ? heightOf(this.key, this.rows) : picture.getBoundingClientRect().height}px`;
		picture.after(this.live, told, this.said);
		picture.classList.add("taken-over");
		this.chart = this.init(this.live, null, { renderer: "svg", locale: lang() === "vi" ? "VI" : "EN" });
		this.controls = h("div", { class: "controls" }, ...this.ranges(), ...this.dayChoice());
		this.section.querySelector("figure").before(this.controls);
		const button = h("button", { type: "button", onclick: () => this.save() }, __("Picture (PNG)"));
		this.section.querySelector(".lasting").before(button);
		this.link = this.section.querySelector(".lasting");
	}

	ranges() {
		if (!this.hasRange) return [];
		const choose = (days) => () => this.chooseRange(days);
		const range = RANGES.map((days) =>
			h("button", { type: "button", "data-days": days ?? "all", onclick: choose(days) }, days ? __("{0} days", days) : __("All"))
		);
		const groups = [h("div", { role: "group", "aria-label": __("Time shown") }, ...range)];
		if (this.key === "completeness") return groups;
		const by = [
			["day", __("By day")],
			["slot", __("By slot")],
		].map(([value, label]) => h("button", { type: "button", "data-by": value, onclick: () => this.chooseBy(value) }, label));
		return [...groups, h("div", { role: "group", "aria-label": __("Each column") }, ...by)];
	}

	dayChoice() {
		if (this.key !== "comparison") return [];
		const input = h("input", { type: "date", max: this.published.day, value: this.published.day });
		input.addEventListener("change", () => input.value && this.show({ day: input.value }));
		return [h("label", {}, `${__("7 days to")} `, input)];
	}

	// --- what is shown

	async chooseRange(days) {
		const series = await file(this.page.series);
		const dates = series.days.date;
		const to = dates[dates.length - 1];
		const from = days ? later(to, 1 - days) : dates[0];
		await this.show({ ...this.state, from: from < dates[0] ? dates[0] : from, to, days });
	}

	async chooseBy(by) {
		const oldest = later(this.state.to, 1 - MOST_SLOT_DAYS);
		const from = by === "slot" && this.state.from < oldest ? oldest : this.state.from;
		await this.show({ ...this.state, from, by, days: from === this.state.from ? this.state.days : MOST_SLOT_DAYS });
	}

	/** Shows another state; where its figures cannot be had, the last one stays and the reader is told. */
	async show(state) {
		try {
			const rows = await this.read(state);
			if (!rows.length) throw new Error(__("There are no figures for this time."));
			this.rows = rows.map(named);
			this.state = state;
			this.say(this.shownTime());
		} catch (error) {
			this.say(__("These figures cannot be shown: {0}", error.message));
		}
		this.section.classList.toggle("changed", this.state !== this.published);
		fill(this.table, this.rows, columnsBy(this.table, this.columns, this.state.by || "day"));
		this.draw();
	}

	async read(state) {
		if (this.key === "vaccination") return this.readSlot(state.slot);
		if (this.key === "comparison") return this.readDay(state.day);
		const series = await file(this.page.series);
		if (state.by === "slot") return BY_SLOT[this.key](await slotsBetween(series, state.from, state.to));
		return BY_DAY[this.key](calendar(series.days)).filter(({ at }) => at >= state.from && at <= state.to);
	}

	/** The groups' shares in a slot, of the population known then. */
	async readSlot(slot) {
		const { province, districts } = await file(`${this.page.slots}/${slot}.json`);
		const area = [province, ...districts].find((row) => row.code === this.page.area);
		return [...this.names.values()].map((row) => {
			const [people, population] = [area.figures[row.key] ?? null, area.population?.[row.group] ?? null];
			return { ...row, people, population, share: share(people, population) };
		});
	}

	async readDay(day) {
		const month = await file(`${this.page.comparison}/${day.slice(0, 7)}.json`);
		const at = month.dates.indexOf(day);
		const rows = at < 0 ? [] : month.areas.map((area) => this.compared(area, at));
		return rows.sort((a, b) => (b.per_100000 ?? -1) - (a.per_100000 ?? -1) || (a.key < b.key ? -1 : 1));
	}

	compared(area, at) {
		const label = lang() === "vi" ? area.name : area.name_en;
		const known = this.names.get(area.code) || { key: area.code, label, short: label };
		const figures = { per_100000: area.per_100000[at], cases_7_days: area.cases_7_days[at] };
		return { ...known, ...figures, population: area.population };
	}

	shownTime() {
		const { from, to, day, slot } = this.state;
		if (day) return __("Shown: 7 days to {0}", longWhen(day));
		return slot ? __("Shown: slot {0}", slot) : __("Shown: {0} to {1}", longWhen(from), longWhen(to));
	}

	// --- drawing

	draw() {
		this.at = null;
		this.chart.setOption(this.option(theme()), { notMerge: true });
		this.link.href = lasting(this.page.page, this.section.id, this.state);
		for (const button of this.controls.querySelectorAll("button")) {
			button.setAttribute("aria-pressed", String(this.isChosen(button.dataset)));
			if (button.dataset.days === "all") button.hidden = this.state.by === "slot";
		}
		const input = this.controls.querySelector("input");
		if (input) input.value = this.state.day;
	}

	isChosen({ days, by }) {
		if (by) return by === this.state.by;
		return this.state.days === undefined ? false : String(this.state.days ?? "all") === days;
	}

	option(look) {
		const columns = this.columns.filter(({ only }) => !only || only === (this.state.by || "day"));
		const marked = this.key === "comparison" ? this.page.area : undefined;
		const changed = this.section.classList.contains("changed");
		const description = `${this.title}. ${changed ? this.shownTime() : this.finding}`;
		return option(this.key, { rows: this.rows, columns, look, description, marked });
	}

	// --- keyboard

	move(event) {
		const lying = isLying(this.key);
		const steps = { [lying ? "ArrowUp" : "ArrowLeft"]: -1, [lying ? "ArrowDown" : "ArrowRight"]: 1 };
		const last = this.rows.length - 1;
		const ends = { Home: 0, End: last };
		if (event.key === "Escape") return this.chart.dispatchAction({ type: "hideTip" });
		if (!(event.key in steps) && !(event.key in ends)) return undefined;
		event.preventDefault();
		const from = this.at ?? (lying ? -1 : last + 1);
		this.at = event.key in ends ? ends[event.key] : Math.min(last, Math.max(0, from + steps[event.key]));
		return this.point(lying);
	}

	point(lying) {
		const finder = lying ? { yAxisIndex: 0 } : { xAxisIndex: 0 };
		const place = this.chart.convertToPixel(finder, this.at);
		const [x, y] = lying ? [200, place] : [place, 60];
		this.chart.dispatchAction({ type: "showTip", x, y });
		const row = this.rows[this.at];
		const columns = this.columns.filter(({ only }) => !only || only === (this.state.by || "day"));
		const figures = spoken(row, columns).map(({ label, value }) => `${label} ${value}`);
		this.say(`${row.name}: ${figures.join(", ")}`);
	}

	say(text) {
		this.said.textContent = text;
	}

	// --- picture file

	save() {
		const words = {
			title: this.title,
			finding: this.section.classList.contains("changed") ? this.shownTime() : this.finding,
			source: __("Source: {0}, {1}", this.page.source, new URL(this.link.href, location).href),
		};
		const height = isLying(this.key) ? heightOf(this.key, this.rows) : PICTURE_HEIGHT;
		return save(`${this.section.id}-${this.page.area}`, this.option(paper(theme())), height, words);
	}
}
