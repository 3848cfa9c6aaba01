// The page /tiep-nhan: a petition entered while somebody talks, without the mouse. Tab goes on, a digit chooses the category, the
// first letters find the commune, Ctrl+Enter sends, Alt+N begins the next call. What was typed stays until it is stored.

import { __, setTexts } from "../field/i18n.js";
import { announce, h } from "../field/dom.js";
import { Api } from "../field/api.js";
import { bindLogout } from "../field/logout.js";
import { randomKey } from "../field/draft.js";

class CallsPage {
	constructor(settings) {
		this.api = new Api(settings, "citizens");
		this.app = document.getElementById("app");
		this.channel = "1022";
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
	next() {
		this.key = `call:${randomKey()}`;
		this.result = h("div", { role: "status" });
		this.form = this.makeForm();
		this.app.replaceChildren(
			h("h1", { id: "screen-title", tabindex: "-1" }, __("A petition by telephone or at the counter")),
			h("p", { class: "lead" }, __("Tab: next field. Ctrl+Enter: send. Alt+N: next caller.")),
			this.form,
			this.result,
			this.follow(),
		);
		this.form.elements.content.focus();
	}

	makeForm() {
		const { categories, places } = this.choices;
		const options = categories.map((row, at) => h("option", { value: row.code }, `${(at + 1) % 10}. ${row.name}`));
		const communes = places.flatMap((whole) => whole.communes.map((one) => [`${one.name}, ${whole.name}`, one.code]));
		this.codes = new Map(communes);
		const channels = [["1022", __("Telephone 1022")], ["Counter", __("Counter")]];
		return h(
			"form",
			{ class: "task", onsubmit: (event) => this.send(event), novalidate: true },
			field("channel", __("How"), h("select", { id: "channel", name: "channel" }, channels.map(([value, text]) => h("option", { value, selected: value === this.channel }, text)))),
			field("content", __("Content"), h("textarea", { id: "content", name: "content", rows: "5", maxlength: "5000", required: true })),
			field("category", __("Category (type its number)"), h("select", { id: "category", name: "category", required: true }, h("option", { value: "" }, __("Choose …")), options)),
			field("area", __("Commune (type its name)"), h("input", { id: "area", name: "area", list: "communes", autocomplete: "off" })),
			h("datalist", { id: "communes" }, communes.map(([name]) => h("option", { value: name }))),
			field("place", __("Exact place"), text("place", 240)),
			field("full_name", __("Full name"), text("full_name", 100)),
			field("phone", __("Telephone"), text("phone", 30, "tel")),
			field("address", __("Address"), text("address", 240)),
			h("label", { class: "choice", for: "consent" }, h("input", { type: "checkbox", id: "consent", name: "consent", value: "1" }), h("span", {}, __("Agrees that the answer is published without their name"))),
			h("button", { class: "button main" }, __("Send and get the code")),
		);
	}

	async send(event) {
		event.preventDefault();
		if (this.sending) return;
		this.sending = true;
		const { channel, area, ...rest } = Object.fromEntries(new FormData(this.form));
		this.channel = channel;
		const payload = { ...rest, area: area ? (this.codes.get(area) ?? area) : "" };
		try {
			const answer = await this.api.call("calls.take", { payload, channel, submission_key: this.key }, true);
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
				const view = await this.api.call("follow_up.look", { code: input.value }, true);
				const due = view.next && __("Due next: {0}, {1}", view.next.title, view.next.due_at.slice(0, 16));
				told.replaceChildren(notice("good", [view.state, view.unit, due].filter(Boolean)));
			} catch (problem) {
				told.replaceChildren(notice("bad", said(problem)));
			}
		};
		return h("form", { class: "task", onsubmit: submit }, h("h2", {}, __("A caller asks how it stands")), field("asked", __("Code"), input), h("button", { class: "button" }, __("See how it stands")), told);
	}
}

function text(name, longest, type = "text") {
	return h("input", { id: name, name, type, maxlength: String(longest), autocomplete: "off" });
}

function field(id, label, control) {
	return h("p", { class: "field" }, h("label", { for: id }, label), control);
}

function notice(kind, lines) {
	return h("div", { class: `notice ${kind}` }, lines.map((line) => h("p", {}, line)));
}

function said(problem) {
	if (problem.kind === "offline") return [__("No connection. Nothing is lost: send it again.")];
	return problem.messages?.length ? problem.messages : [__("This did not work. Reload the page and try again.")];
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new CallsPage(settings).start();
