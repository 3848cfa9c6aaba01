// The page /cho-duyet: what awaits the user's decision, and one act on many documents.

import { Api } from "../field/api.js";
import * as clock from "../field/clock.js";
import { announce, h } from "../field/dom.js";
import { figure } from "../field/format.js";
import { __, setTexts } from "../field/i18n.js";
import { bindLogout } from "../field/logout.js";
import { problemNotice } from "../field/notices.js";
import * as acts from "./acts.js";
import { ask } from "./dialog.js";
import { groupSection, isLate } from "./list.js";
import { batches, chosen, counts, keyOf, outcome, stillThere, without } from "./rows.js";

const TICK = 15 * 1000;
const REFRESH = 60 * 1000;
const MOST_AT_ONCE = 200; // a batch the server is done with long before the request's time is up

class InboxPage {
	constructor(settings) {
		this.api = new Api(settings, "approval");
		this.app = document.getElementById("app");
		this.bar = h("div", { class: "bar inbox-bar", role: "region", "aria-label": __("Decide on what is chosen"), hidden: true });
		this.data = null;
		this.chosen = new Set();
		this.failed = new Map();
		this.notice = null;
		this.busy = false;
	}

	start() {
		document.querySelector("footer").before(this.bar);
		bindLogout(this.api);
		window.addEventListener("online", () => this.connection());
		window.addEventListener("offline", () => this.connection());
		document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
		setInterval(() => this.tick(), TICK);
		setInterval(() => document.hidden || this.refresh(), REFRESH);
		this.connection();
		return this.show();
	}

	get now() {
		return this.data.now;
	}

	// --- loading

	async load() {
		const data = await this.api.call("inbox.inbox");
		clock.sync(data.now);
		this.data = data;
		this.chosen = stillThere(data.groups, this.chosen);
	}

	async show() {
		this.app.setAttribute("aria-busy", "true");
		try {
			await this.load();
			this.draw();
		} catch (problem) {
			this.fail(problem);
		}
		this.app.removeAttribute("aria-busy");
	}

	/** The list follows what others do; what is chosen and in focus stays so. */
	async refresh() {
		if (!this.data || this.busy || !navigator.onLine) return;
		const seen = JSON.stringify(this.data.groups);
		await this.load().catch(() => null);
		if (!this.busy && JSON.stringify(this.data.groups) !== seen) this.draw();
	}

	// --- drawing

	draw() {
		const key = document.activeElement?.dataset?.key;
		this.app.replaceChildren(this.screen());
		this.drawBar();
		if (key) [...this.app.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key)?.focus({ preventScroll: true });
	}

	screen() {
		const { groups, user_name: name } = this.data;
		const total = counts(groups, isLate);
		return h(
			"div",
			{ class: "inbox" },
			h("h1", { id: "screen-title", tabindex: "-1" }, total.all ? __("{0} documents await your decision", figure(total.all)) : __("Nothing awaits your decision")),
			h("p", { class: "lead" }, total.all ? summary(total) : __("What is sent to you comes here by itself."), h("span", { class: "who" }, name)),
			h("div", { id: "told" }, this.notice),
			groups.map((group) => groupSection(group, this)),
		);
	}

	drawBar() {
		const count = this.chosen.size;
		this.bar.hidden = !count;
		document.body.classList.toggle("with-bar", Boolean(count));
		if (!count) return;
		const warned = counts(chosen(this.data.groups, this.chosen), isLate).warned;
		const words = warned ? __("{0} chosen, {1} with warnings", figure(count), figure(warned)) : __("{0} chosen", figure(count));
		const buttons = acts.ACTS.map((act, index) =>
			h("button", { type: "button", class: index ? "button" : "button main", "data-act": act, onclick: () => this.decide(act) }, acts.label(act)),
		);
		this.bar.replaceChildren(h("p", { class: "bar-line" }, words), h("div", { class: "bar-acts" }, buttons));
	}

	choose(keys, on) {
		for (const key of keys) this.chosen[on ? "add" : "delete"](key);
		this.draw();
		announce(this.chosen.size ? __("{0} chosen", figure(this.chosen.size)) : __("Nothing is chosen."));
	}

	// --- deciding

	async decide(act) {
		if (this.busy) return;
		this.busy = true;
		const answer = await ask(act, chosen(this.data.groups, this.chosen));
		if (answer) await this.carryOut(act, answer);
		else this.bar.querySelector(`[data-act="${act}"]`)?.focus();
		this.busy = false;
	}

	async carryOut(act, { groups, reason, returnTo }) {
		this.wait(act);
		const answers = [];
		let problem = null;
		try {
			for (const { doctype, names } of batches(groups, MOST_AT_ONCE)) {
				const answer = await this.api.call("bulk.decide_many", { doctype, names, decision: act, reason, return_to: returnTo }, true);
				answers.push({ doctype, answer });
			}
		} catch (error) {
			problem = error;
		}
		await this.tell(act, outcome(answers), problem);
	}

	wait(act) {
		for (const button of this.bar.querySelectorAll(".button")) button.setAttribute("aria-disabled", "true");
		const words = { Approve: __("Approving …"), Return: __("Returning …"), Refuse: __("Refusing …") }[act];
		this.bar.querySelector(".bar-line").textContent = words;
		announce(words);
	}

	/** What was decided leaves the list, what failed says why; what became of an unanswered act the server is asked. */
	async tell(act, { decided, failed }, problem) {
		const before = this.data.groups;
		this.data.groups = without(before, decided);
		this.chosen = stillThere(this.data.groups, new Set([...this.chosen].filter((key) => !failed.has(key))));
		this.failed = failed;
		const fresh = await this.load().then(
			() => true,
			() => false,
		);
		this.notice = resultNotice(act, decided.size, named(before, failed), problem, fresh);
		this.draw();
		announce(document.getElementById("told").textContent);
		document.getElementById("screen-title").focus({ preventScroll: true });
		window.scrollTo(0, 0);
	}

	// --- the rest

	fail(problem) {
		if (!problem.kind) console.error(problem);
		const retry = h("button", { type: "button", class: "button", onclick: () => this.show() }, __("Try again"));
		const title = h("h1", { id: "screen-title", tabindex: "-1" }, __("This cannot be shown just now"));
		this.app.replaceChildren(h("div", { class: "inbox" }, title, problemNotice(problem), h("p", { class: "acts" }, retry)));
	}

	tick() {
		for (const element of document.querySelectorAll(".ticking")) element.tick?.();
	}

	connection() {
		const strip = document.getElementById("connection");
		strip.hidden = navigator.onLine;
		strip.textContent = navigator.onLine ? "" : __("Offline. You can read the list; decide when the network is back.");
		if (!navigator.onLine) announce(strip.textContent);
	}
}

function summary({ warned, late }) {
	const inTime = late ? __("Past their time: {0}", figure(late)) : __("None is past its time");
	return `${inTime}; ${warned ? __("with warnings: {0}", figure(warned)) : __("none with warnings")}.`;
}

/** [{title, message}] of the rows that failed. */
function named(groups, failed) {
	return chosen(groups, new Set(failed.keys())).flatMap((group) => group.rows.map((row) => ({ title: row.title, message: failed.get(keyOf(group, row)) })));
}

/** `fresh`: whether the list is what the server says after the act. */
function resultNotice(act, decided, failures, problem, fresh) {
	const good = decided ? h("div", { class: "notice good" }, h("p", { class: "notice-title" }, acts.done(act, decided))) : null;
	const bad = failures.length
		? h(
				"div",
				{ class: "notice bad" },
				h("p", { class: "notice-title" }, __("{0} could not be decided on", figure(failures.length))),
				h("ul", {}, failures.map(({ title, message }) => h("li", {}, h("b", {}, `${title}: `), message))),
			)
		: null;
	const next = fresh ? __("The list below shows what still awaits you.") : __("Whether it was decided is not known yet; the list shows it when the network is back.");
	const unknown = problem ? h("div", {}, problemNotice(problem), h("p", { class: "hint" }, next)) : null;
	return h("div", {}, good, bad, unknown);
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new InboxPage(settings).start();
