// One figure of the form: label, previous value, input, and what there is to say about it.

import { __ } from "./i18n.js";
import { h, setText } from "./dom.js";
import { figure, readFigure } from "./format.js";

export class Field {
	/** listener: {input(field), leave(field), next(field)} */
	constructor(indicator, listener) {
		this.indicator = indicator;
		this.name = indicator.fieldname;
		this.listener = listener;
		this.copied = false;
		this.build();
		this.show(indicator.value);
	}

	build() {
		const { name, indicator } = this;
		const ids = { input: `figure-${name}`, previous: `previous-${name}`, messages: `messages-${name}` };
		this.input = h("input", {
			id: ids.input,
			name,
			type: "text",
			inputmode: "numeric",
			autocomplete: "off",
			enterkeyhint: "next",
			maxlength: "11",
			placeholder: "–",
			"aria-required": indicator.mandatory ? "true" : null,
			"aria-describedby": `${ids.previous} ${ids.messages}`,
		});
		this.previous = h("p", { class: "previous", id: ids.previous }, this.previousText());
		this.messages = h("div", { class: "messages", id: ids.messages });
		const must = indicator.mandatory ? h("span", { class: "must", "aria-hidden": "true" }, " *") : null;
		const label = h("label", { for: ids.input }, indicator.label, must);
		this.element = h("div", { class: "field", "data-field": name }, label, this.previous, this.input, this.messages);
		this.listen();
	}

	listen() {
		this.input.addEventListener("input", () => this.typed());
		this.input.addEventListener("focus", () => this.enter());
		this.input.addEventListener("blur", () => this.leave());
		this.input.addEventListener("keydown", (event) => {
			if (event.key !== "Enter" || event.isComposing) return;
			event.preventDefault();
			this.listener.next(this);
		});
	}

	typed() {
		this.setCopied(false);
		this.listener.input(this);
	}

	enter() {
		const { value, invalid } = this.read();
		if (!invalid && value !== null) this.input.value = String(value);
		this.input.select();
	}

	leave() {
		this.tidy();
		this.listener.leave(this);
	}

	/** {value} or {value: null, invalid: true} */
	read() {
		return readFigure(this.input.value);
	}

	get value() {
		return this.read().value;
	}

	get blank() {
		return this.input.value.trim() === "";
	}

	get text() {
		return this.input.value;
	}

	set text(text) {
		this.input.value = text ?? "";
		this.tidy();
	}

	show(value) {
		this.text = value === null || value === undefined ? "" : String(value);
	}

	/** Thousands are marked once the field is left. */
	tidy() {
		const { value, invalid } = this.read();
		if (!invalid) this.input.value = value === null ? "" : figure(value);
	}

	/** What is wrong with the figure by itself, or "". */
	fault() {
		const { value, invalid } = this.read();
		const { minimum, maximum } = this.indicator;
		if (invalid) return __("Enter a whole number, 0 or more, or leave it blank.");
		if (value === null) return "";
		if (isSet(minimum) && value < minimum) return __("Not less than {0}.", figure(minimum));
		if (isSet(maximum) && maximum > 0 && value > maximum) return __("Not more than {0}.", figure(maximum));
		return "";
	}

	/** A stock that can be taken over from the slot before: blank here, known there. Never a flow. */
	get copyable() {
		return /^stock$/i.test(this.indicator.kind) && this.blank && isSet(this.indicator.previous);
	}

	copyPrevious() {
		this.show(this.indicator.previous);
		this.setCopied(true);
	}

	setCopied(copied) {
		this.copied = copied;
		setText(this.previous, this.previousText());
		this.previous.classList.toggle("copied", copied);
	}

	previousText() {
		const { previous, unit } = this.indicator;
		const value = isSet(previous) && unit ? `${figure(previous)} ${unit}` : figure(previous);
		const text = __("previous slot: {0}", value);
		return this.copied ? `${text} · ${__("copied, please check")}` : text;
	}

	/** Replace the errors and confirmations; warning boxes stay where they are. */
	say(errors, agreements) {
		const lines = [
			...errors.map((text) => ["error", text]),
			...agreements.map((text) => ["agrees", text]),
		];
		const shown = [...this.messages.querySelectorAll(":scope > p")];
		if (shown.map((p) => p.className + p.textContent).join("\n") !== lines.map((line) => line.join("")).join("\n")) {
			shown.forEach((p) => p.remove());
			this.messages.prepend(...lines.map(([kind, text]) => h("p", { class: kind }, text)));
		}
		this.element.classList.toggle("wrong", errors.length > 0);
		if (errors.length) this.input.setAttribute("aria-invalid", "true");
		else this.input.removeAttribute("aria-invalid");
	}

	focus() {
		reveal(this.element);
		this.input.focus();
	}
}

/** A warning rule: its sentence and a place for the explanation, shown while the rule is broken. */
export class Warning {
	constructor(rule, explanation, onInput) {
		this.rule = rule;
		this.textarea = h("textarea", { id: `explanation-${slug(rule.name)}`, rows: "2", maxlength: "500" });
		this.textarea.value = explanation || "";
		this.textarea.addEventListener("input", onInput);
		this.error = h("p", { class: "error", id: `explanation-error-${slug(rule.name)}` });
		this.textarea.setAttribute("aria-describedby", this.error.id);
		this.element = h(
			"div",
			{ class: "warning", hidden: true },
			h("p", { class: "warning-text" }, rule.message),
			h("label", { for: this.textarea.id }, __("Please explain in a sentence")),
			this.textarea,
			this.error,
		);
	}

	get shown() {
		return !this.element.hidden;
	}

	get text() {
		return this.textarea.value.trim();
	}

	toggle(shown) {
		if (this.element.hidden === shown) this.element.hidden = !shown;
	}

	require(text) {
		setText(this.error, text);
		if (text) this.textarea.setAttribute("aria-invalid", "true");
		else this.textarea.removeAttribute("aria-invalid");
	}

	focus() {
		reveal(this.element);
		this.textarea.focus();
	}
}

function reveal(element) {
	const closed = element.closest("details:not([open])");
	if (closed) closed.open = true;
}

function isSet(value) {
	return value !== null && value !== undefined;
}

function slug(name) {
	return String(name).replace(/[^A-Za-z0-9]+/g, "-");
}
