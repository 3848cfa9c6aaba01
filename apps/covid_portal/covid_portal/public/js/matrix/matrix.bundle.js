// The matrix page /theo-doi. Address: nothing: the user's own area; #/<area>: its parts; #/<area>/<time>: slots up to then.

import { Api } from "../field/api.js";
import { h, announce } from "../field/dom.js";
import { __, setTexts } from "../field/i18n.js";
import { bindLogout } from "../field/logout.js";
import { problemNotice } from "../field/notices.js";
import { letter, STATES, words } from "./states.js";
import { slotSummary } from "./summary.js";
import { matrixTable } from "./table.js";

const REFRESH = 60 * 1000;

class MatrixPage {
	constructor(settings) {
		this.api = new Api(settings);
		this.app = document.getElementById("app");
		this.data = null;
		this.chosen = null;
		this.notice = null;
	}

	start() {
		window.addEventListener("hashchange", () => this.show());
		document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
		bindLogout(this.api);
		setInterval(() => document.hidden || this.refresh(), REFRESH);
		return this.show();
	}

	async load() {
		const [, area, until] = location.hash.split("/").map(decodeURIComponent);
		const values = Object.fromEntries(Object.entries({ area, until }).filter(([, value]) => value));
		return this.api.call("matrix.matrix", values);
	}

	/** Another area or time: from the top, the title in focus. */
	async show() {
		const address = location.hash;
		const first = !this.data;
		this.app.setAttribute("aria-busy", "true");
		this.notice = null;
		try {
			const data = await this.load();
			if (address !== location.hash) return;
			this.data = data;
			this.choose(this.data.slots.some(({ slot }) => slot === this.chosen) ? this.chosen : defaultSlot(data));
		} catch (problem) {
			this.fail(problem);
		}
		this.app.removeAttribute("aria-busy");
		const title = document.getElementById("screen-title");
		document.title = [title?.textContent, __("Who has reported")].filter(Boolean).join(" – ");
		if (!first) title?.focus({ preventScroll: true });
		window.scrollTo(0, 0);
	}

	/** The same area again: what is in view and in focus stays so. */
	async refresh() {
		const address = location.hash;
		const data = await this.load().catch(() => null);
		if (!data || address !== location.hash || this.isSame(data)) return;
		this.data = data;
		this.draw();
	}

	isSame(data) {
		const seen = ({ slots, rows, can_remind }) => JSON.stringify([slots, rows, can_remind]);
		return this.data && seen(this.data) === seen(data);
	}

	choose(slot) {
		this.chosen = slot;
		this.draw();
	}

	draw() {
		const { activeElement } = document;
		const key = activeElement?.dataset?.key;
		const left = this.app.querySelector(".scroll")?.scrollLeft || 0;
		this.app.replaceChildren(this.screen());
		const scroll = this.app.querySelector(".scroll");
		if (scroll) scroll.scrollLeft = left;
		if (key) [...this.app.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key)?.focus({ preventScroll: true });
	}

	screen() {
		const { area, parent, slots, rows } = this.data;
		const slot = slots.find((one) => one.slot === this.chosen);
		return h(
			"div",
			{ class: "matrix-screen" },
			parent ? h("p", { class: "back" }, h("a", { href: `#/${encodeURIComponent(parent.area)}` }, parent.area_name)) : null,
			h("h1", { id: "screen-title", tabindex: "-1" }, area.area_name),
			slot && rows.length ? this.summary(slot) : h("p", { class: "notice" }, __("No report is owed here yet.")),
			h("div", { id: "told" }, this.notice),
			rows.length ? h("div", { class: "scroll" }, matrixTable(this.data, this.chosen, (chosen) => this.choose(chosen))) : null,
			this.pager(),
			rows.length ? legend(rows) : null,
		);
	}

	summary(slot) {
		return slotSummary(this.data, slot, this.data.can_remind ? (chosen, button) => this.remind(chosen, button) : null);
	}

	pager() {
		const { area, earlier } = this.data;
		const at = (until) => `#/${encodeURIComponent(area.area)}${until ? "/" + encodeURIComponent(until) : ""}`;
		const before = earlier ? h("a", { class: "button", href: at(earlier) }, __("Earlier slots")) : null;
		const newest = location.hash.split("/")[2] ? h("a", { class: "button", href: at() }, __("Newest slots")) : null;
		return before || newest ? h("p", { class: "acts" }, before, newest) : null;
	}

	async remind(slot, button) {
		if (button.getAttribute("aria-disabled")) return;
		button.setAttribute("aria-disabled", "true");
		try {
			const told = await this.api.call("matrix.remind", { slot: slot.slot }, true);
			this.tell(h("div", { class: "notice good" }, h("p", {}, told.message)), told.message);
		} catch (problem) {
			this.tell(problemNotice(problem), problem.messages?.join(" ") || "");
		}
		button.removeAttribute("aria-disabled");
	}

	tell(notice, words) {
		this.notice = notice;
		document.getElementById("told").replaceChildren(notice);
		announce(words);
	}

	fail(problem) {
		if (!problem.kind) console.error(problem);
		const retry = h("button", { type: "button", class: "button", onclick: () => this.show() }, __("Try again"));
		const title = h("h1", { id: "screen-title", tabindex: "-1" }, __("This cannot be shown just now"));
		this.app.replaceChildren(h("div", { class: "matrix-screen" }, title, problemNotice(problem), h("p", { class: "acts" }, retry)));
	}
}

/** The newest slot in which somebody is late; the newest of all, if nobody is. */
function defaultSlot({ slots, rows }) {
	const late = slots.find(({ slot }) => rows.some(({ cells }) => cells[slot]?.state === "late" || cells[slot]?.states?.late));
	return (late || slots[0])?.slot;
}

function legend(rows) {
	const groups = rows.some((row) => row.is_group);
	const reports = STATES.map((state) => h("li", {}, h("span", { class: `cell report is-${state}`, "aria-hidden": "true" }, letter(state)), words(state)));
	const late = h("li", {}, h("span", { class: "cell report is-accepted", "aria-hidden": "true" }, letter("accepted"), h("sup", {}, "*")), __("sent late"));
	const counts = [
		["complete", __("every report is there")],
		["open", __("not all there, none late")],
		["late", __("some are late, the slot is still open")],
		["missing", __("some are missing, the slot is locked")],
	].map(([key, text]) => h("li", {}, h("span", { class: `cell count is-${key}`, "aria-hidden": "true" }, h("b", {}, "k/n")), text));
	return h("section", { class: "legend" }, h("h2", {}, __("How to read this")), h("ul", {}, groups ? counts : [...reports, late]));
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new MatrixPage(settings).start();
