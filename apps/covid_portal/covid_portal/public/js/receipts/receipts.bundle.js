// The page /van-ban-den: directives sent to the user's unit. It says that it has one, and what it has done.

import { Api } from "../field/api.js";
import * as clock from "../field/clock.js";
import { announce, h } from "../field/dom.js";
import { clockNear, figure } from "../field/format.js";
import { __, setTexts } from "../field/i18n.js";
import { bindLogout } from "../field/logout.js";
import { problemNotice } from "../field/notices.js";

const REFRESH = 60 * 1000;
const SOON = 24 * 60 * 60 * 1000;

class ReceiptsPage {
	constructor(settings) {
		this.api = new Api(settings, "directives");
		this.app = document.getElementById("app");
		this.data = null;
		this.notice = null;
		this.answering = null; // name of the receipt whose form is open
		this.busy = false;
	}

	start() {
		bindLogout(this.api);
		document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
		setInterval(() => document.hidden || this.refresh(), REFRESH);
		return this.show();
	}

	async load() {
		this.data = await this.api.call("receipts.mine");
		clock.sync(this.data.now);
	}

	async show() {
		this.app.setAttribute("aria-busy", "true");
		try {
			await this.load();
			this.draw();
			document.getElementById(location.hash.slice(1))?.scrollIntoView();
		} catch (problem) {
			this.fail(problem);
		}
		this.app.removeAttribute("aria-busy");
	}

	/** What others of the unit do; never while an answer is being written. */
	async refresh() {
		if (!this.data || this.busy || this.answering || !navigator.onLine) return;
		const seen = JSON.stringify([this.data.open, this.data.done]);
		await this.load().catch(() => null);
		if (!this.answering && JSON.stringify([this.data.open, this.data.done]) !== seen) this.draw();
	}

	// --- drawing

	draw() {
		const { open, done, user_name: name } = this.data;
		const fresh = open.filter((row) => row.state === "Sent").length;
		this.app.replaceChildren(
			h(
				"div",
				{ class: "inbox" },
				h("h1", { id: "screen-title", tabindex: "-1" }, open.length ? __("{0} directives are not done yet", figure(open.length)) : __("No directive waits for you")),
				h("p", { class: "lead" }, fresh ? __("Not marked as received: {0}", figure(fresh)) : __("What is sent to your unit comes here by itself."), h("span", { class: "who" }, name)),
				h("div", { id: "told" }, this.notice),
				section("open", __("To be done"), open, this),
				section("done", __("Done"), done, this),
			),
		);
	}

	answer(name) {
		this.answering = name;
		this.draw();
		document.getElementById(name ? "note" : "screen-title").focus({ preventScroll: !name });
	}

	// --- acting

	receive(row) {
		return this.act(() => this.api.call("dispatch.receive", { names: [row.name] }, true), __("Marked as received: {0}", row.subject));
	}

	finish(row, note) {
		return this.act(() => this.api.call("dispatch.finish", { name: row.name, note }, true), __("Marked as done: {0}", row.subject));
	}

	async act(call, words) {
		if (this.busy) return;
		this.busy = true;
		try {
			await call();
			this.answering = null;
			this.notice = h("div", { class: "notice good" }, h("p", {}, words));
			await this.load().catch(() => null);
			this.draw();
		} catch (problem) {
			this.notice = problemNotice(problem);
			document.getElementById("told").replaceChildren(this.notice);
		}
		this.busy = false;
		announce(document.getElementById("told").textContent);
		document.getElementById("told").scrollIntoView({ block: "center" });
	}

	fail(problem) {
		const retry = h("button", { type: "button", class: "button", onclick: () => this.show() }, __("Try again"));
		const title = h("h1", { id: "screen-title", tabindex: "-1" }, __("This cannot be shown just now"));
		this.app.replaceChildren(h("div", { class: "inbox" }, title, problemNotice(problem), h("p", { class: "acts" }, retry)));
	}
}

function section(id, title, rows, page) {
	if (!rows.length) return null;
	return h(
		"section",
		{ class: "waiting", "aria-labelledby": id },
		h("div", { class: "waiting-head" }, h("h2", { id }, title, " ", h("span", { class: "count" }, figure(rows.length)))),
		h("ul", { class: "papers" }, rows.map((row) => paper(row, page))),
	);
}

function paper(row, page) {
	return h(
		"li",
		{ class: "paper receipt", id: row.name },
		h(
			"div",
			{ class: "paper-text" },
			h("h3", {}, h("a", { href: row.link }, row.subject)),
			h("p", { class: "details" }, h("span", {}, `${row.directive_type} ${row.identifier}`), h("span", {}, row.issuer)),
			h("p", { class: "where" }, told(row, page.data.now), `, ${row.unit_name}`),
			row.note ? h("p", { class: "where" }, row.note) : null,
			acts(row, page),
		),
		row.state === "Done" ? null : dueMark(row, page.data.now),
	);
}

function told(row, now) {
	if (row.state === "Done") return __("Done {0}", clockNear(row.done_at, now));
	if (row.received_at) return __("Received {0}", clockNear(row.received_at, now));
	return __("Sent {0}", clockNear(row.sent_at, now));
}

function acts(row, page) {
	if (row.state === "Done") return null;
	if (page.answering === row.name) return answerForm(row, page);
	const button = (words, act, main) => h("button", { type: "button", class: main ? "button main" : "button", onclick: act }, words, h("span", { class: "unseen" }, `: ${row.subject}`));
	const fresh = row.state === "Sent";
	return h("p", { class: "acts" }, fresh ? button(__("Have received it"), () => page.receive(row), true) : null, button(__("Report as done"), () => page.answer(row.name), !fresh));
}

function answerForm(row, page) {
	const note = h("textarea", { id: "note", rows: "4", required: true, maxlength: "1000" }, "");
	const send = (event) => {
		event.preventDefault();
		page.finish(row, note.value);
	};
	return h(
		"form",
		{ class: "contest-field", onsubmit: send },
		h("label", { for: "note" }, __("What was done")),
		note,
		h("p", { class: "acts" }, h("button", { class: "button main" }, __("Report as done")), h("button", { type: "button", class: "button", onclick: () => page.answer(null) }, __("Cancel"))),
	);
}

function dueMark(row, now) {
	if (!row.act_by) return h("p", { class: "due-mark" }, h("span", {}, __("no deadline")));
	const { late, text, left } = clock.until(row.act_by);
	const marks = ["due-mark", late && "late", !late && left < SOON && "soon"].filter(Boolean);
	return h("p", { class: marks.join(" ") }, h("b", {}, late ? __("{0} late", text) : __("{0} left", text)), h("span", {}, __("due {0}", clockNear(row.act_by, now))));
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new ReceiptsPage(settings).start();
