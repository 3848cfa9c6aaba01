// The field page /bao-cao: reads what the server embedded, then shows the screen the address asks for:
// nothing: what is due; #/<slot>/<area>: the form.

import { __, setTexts } from "./i18n.js";
import { Api } from "./api.js";
import { h, announce } from "./dom.js";
import { Drafts } from "./draft.js";
import { dueScreen } from "./due.js";
import { FormScreen } from "./form.js";
import { bindLogout } from "./logout.js";
import { problemNotice } from "./notices.js";
import * as clock from "./clock.js";

const TICK = 15 * 1000;
const REFRESH = 3 * 60 * 1000;

class FieldPage {
	constructor(settings) {
		this.api = new Api(settings);
		this.drafts = new Drafts(settings.user);
		this.app = document.getElementById("app");
		this.desk = settings.has_desk;
		this.screen = null;
	}

	start() {
		this.drafts.prune();
		window.addEventListener("hashchange", () => this.show());
		window.addEventListener("online", () => this.connection());
		window.addEventListener("offline", () => this.connection());
		document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
		bindLogout(this.api);
		setInterval(() => this.tick(), TICK);
		setInterval(() => this.refresh(), REFRESH);
		this.connection();
		return this.show();
	}

	/** Show the screen of the address; a slower answer for another address is dropped. */
	async show() {
		const address = location.hash;
		const first = this.screen === null;
		this.app.setAttribute("aria-busy", "true");
		this.screen?.form?.keepDraft(); // the next screen looks at the drafts
		const content = await this.screenOf(address).catch((problem) => this.failed(problem));
		if (address !== location.hash) return;
		this.screen?.close?.();
		this.screen = content;
		this.app.removeAttribute("aria-busy");
		this.app.replaceChildren(content.element);
		this.arrive(content, first);
	}

	arrive(content, first) {
		document.body.classList.toggle("in-form", Boolean(content.form));
		window.scrollTo(0, 0);
		const title = document.getElementById("screen-title");
		document.title = [title?.textContent, __("Situation reports")].filter(Boolean).join(" – ");
		if (!first) title?.focus({ preventScroll: true });
		this.tick();
	}

	async screenOf(address) {
		const [, slot, area] = address.split("/").map(decodeURIComponent);
		const due = await this.loadDue(Boolean(slot));
		if (!slot || !area) return { element: dueScreen(due, this.drafts, this.desk), list: true };
		const form = new FormScreen({ api: this.api, drafts: this.drafts, slot, area });
		await form.load();
		return { element: form.element, form, close: () => form.close() };
	}

	/** The list also brings the server's time. The form can do without it. */
	async loadDue(optional) {
		try {
			const due = await this.api.due();
			clock.sync(due.now);
			return due;
		} catch (problem) {
			if (optional && problem.kind === "offline") return null;
			throw problem;
		}
	}

	failed(problem) {
		if (!problem.kind) console.error(problem);
		const retry = h("button", { type: "button", class: "button", onclick: () => this.show() }, __("Try again"));
		const back = location.hash.length > 1 ? h("a", { class: "button", href: "#" }, __("Back to the list")) : null;
		const title = h("h1", { id: "screen-title", tabindex: "-1" }, __("This cannot be shown just now"));
		return { element: h("div", { class: "due" }, title, problemNotice(problem), h("p", { class: "acts" }, retry, back)) };
	}

	/** The list follows what others do; a form being filled in is left alone. */
	async refresh() {
		if (!this.screen?.list || document.hidden || !navigator.onLine) return;
		const focused = document.activeElement?.getAttribute?.("href");
		const content = await this.screenOf("").catch(() => null);
		if (!content || !this.screen?.list || location.hash.length > 1) return;
		this.screen = content;
		this.app.replaceChildren(content.element);
		if (focused) [...this.app.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
	}

	tick() {
		for (const element of document.querySelectorAll(".ticking")) element.tick?.();
	}

	connection() {
		const strip = document.getElementById("connection");
		strip.hidden = navigator.onLine;
		strip.textContent = navigator.onLine ? "" : __("Offline. What you type is kept on this device; send it when the network is back.");
		if (!navigator.onLine) announce(strip.textContent);
	}
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new FieldPage(settings).start();
