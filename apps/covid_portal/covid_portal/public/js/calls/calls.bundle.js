// The page /tiep-nhan: what somebody says on the telephone or at the counter, entered without the mouse. Tab goes on, a digit chooses
// the category, the first letters find the commune, Ctrl+Enter sends, Alt+N begins the next call. What was typed stays until it is
// stored.

import { __, setTexts } from "../field/i18n.js";
import { announce, h } from "../field/dom.js";
import { Api } from "../field/api.js";
import { bindLogout } from "../field/logout.js";
import { randomKey } from "../field/draft.js";
import { field, notice, said } from "./controls.js";
import { PetitionForm } from "./petition_form.js";
import { ReturnForm } from "./return_form.js";

const KINDS = [PetitionForm, ReturnForm];

class CallsPage {
	constructor(settings) {
		this.api = new Api(settings, "citizens");
		this.app = document.getElementById("app");
		this.channel = "1022";
		this.Kind = PetitionForm;
	}

	async start() {
		bindLogout(this.api);
		document.addEventListener("keydown", (event) => this.shortcut(event));
		try {
			this.choices = await this.api.call("calls.choices");
			this.next();
		} catch (problem) {
			this.app.replaceChildren(notice("bad", said(problem)));
		}
		this.app.removeAttribute("aria-busy");
	}

	shortcut(event) {
		if (event.altKey && event.key.toLowerCase() === "n") {
			event.preventDefault();
			this.next();
		} else if (event.ctrlKey && event.key === "Enter" && this.form?.isConnected) {
			event.preventDefault();
			this.form.requestSubmit();
		}
	}

	/** An empty form with a key of its own; the cursor stands in what the caller says first. */
	next(Kind = this.Kind) {
		if (!this.choices) return;
		this.Kind = Kind;
		this.key = `call:${randomKey()}`;
		this.result = h("div", { role: "status" });
		this.entry = new Kind(this.choices);
		this.form = this.makeForm();
		this.app.replaceChildren(
			h("h1", { id: "screen-title", tabindex: "-1" }, __("By telephone or at the counter")),
			this.kinds(),
			h("p", { class: "lead" }, __("Tab: next field. Ctrl+Enter: send. Alt+N: next caller.")),
			this.form,
			this.result,
			this.follow(),
		);
		this.form.elements[this.entry.first].focus();
	}

	kinds() {
		const choice = (Kind) => h("button", { type: "button", class: "button", "aria-pressed": String(Kind === this.Kind), onclick: () => this.next(Kind) }, Kind.title());
		return h("p", { class: "kinds", role: "group", "aria-label": __("What it is") }, KINDS.map(choice));
	}

	makeForm() {
		const channels = [["1022", __("Telephone 1022")], ["Counter", __("Counter")]];
		const options = channels.map(([value, text]) => h("option", { value, selected: value === this.channel }, text));
		return h(
			"form",
			{ class: "task entry", onsubmit: (event) => this.send(event), novalidate: true },
			field("channel", __("How"), h("select", { id: "channel", name: "channel" }, options)),
			this.entry.fields(),
			h("button", { class: "button main" }, __("Send and get the code")),
		);
	}

	async send(event) {
		event.preventDefault();
		if (this.sending) return;
		this.sending = true;
		const { channel, ...typed } = Object.fromEntries(new FormData(this.form));
		this.channel = channel;
		try {
			const sent = { payload: this.entry.payload(typed), channel, submission_key: this.key, kind: this.Kind.kind };
			const answer = await this.api.call("calls.take", sent, true);
			if (answer.code) this.show(answer.code);
			else this.complain(answer.problems ?? { "": answer.error });
		} catch (problem) {
			this.result.replaceChildren(notice("bad", said(problem)));
		}
		this.sending = false;
	}

	complain(problems) {
		this.result.replaceChildren(notice("bad", Object.values(problems)));
		announce(Object.values(problems).join(" "));
		for (const control of this.form.elements) {
			if (control.name in problems) control.setAttribute("aria-invalid", "true");
			else control.removeAttribute("aria-invalid");
		}
		const first = Object.keys(problems).find((name) => name && this.form.elements[name]);
		if (first) this.form.elements[first].focus();
	}

	show(code) {
		const again = h("button", { class: "button main", type: "button", onclick: () => this.next() }, __("Next caller (Alt+N)"));
		const print = h("button", { class: "button", type: "button", onclick: () => window.print() }, __("Print the slip"));
		this.app.replaceChildren(
			h("h1", { tabindex: "-1" }, __("Read the code out:")),
			h("p", { class: "lead" }, h("strong", {}, code)),
			h("p", {}, __("With this code the sender follows it at {0} or by calling 1022.", `${location.origin}/tra-cuu`)),
			h("p", { class: "field" }, again, " ", print),
		);
		announce(code);
		again.focus();
	}

	/** A caller asks how it stands. */
	follow() {
		const input = h("input", { id: "asked", autocomplete: "off", maxlength: "60", required: true });
		const told = h("div", { role: "status" });
		const submit = async (event) => {
			event.preventDefault();
			try {
				const view = await this.api.call("follow_up.look", { code: input.value, lang: document.documentElement.lang }, true);
				const due = view.next && __("Due next: {0}, {1}", view.next.title, view.next.due_at.slice(0, 16));
				told.replaceChildren(notice("good", [view.state, view.unit, due].filter(Boolean)));
			} catch (problem) {
				told.replaceChildren(notice("bad", said(problem)));
			}
		};
		return h("form", { class: "task entry", onsubmit: submit }, h("h2", {}, __("A caller asks how it stands")), field("asked", __("Code"), input), h("button", { class: "button" }, __("See how it stands")), told);
	}
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new CallsPage(settings).start();
