// Second screen: the report of one slot and area. It checks as one types, keeps a draft on the device, and sends once.

import { __ } from "./i18n.js";
import { announce, h, setText } from "./dom.js";
import { clock as clockText, figure, hour, longDate } from "./format.js";
import * as clock from "./clock.js";
import { check, names, namespace, sumOf } from "./rules.js";
import { keyFor } from "./draft.js";
import { Field, Warning } from "./fields.js";
import { Group } from "./groups.js";
import { deadlineText } from "./due.js";
import { problemNotice } from "./notices.js";
import { historyOf, readOnlyView, returnedNotice } from "./readonly.js";
import { accountability, contestSection } from "./contests.js";

const DRAFT_DELAY = 300;
const LISTED = 4; // places listed by name when a report cannot go yet

export class FormScreen {
	constructor({ api, drafts, slot, area }) {
		Object.assign(this, { api, drafts, slot, area });
		this.element = h("div", { class: "form-screen" });
		this.leaving = () => this.keepDraft();
	}

	async load() {
		this.show(await this.api.form(this.slot, this.area));
	}

	/** Show what the server holds: as a form while it can be edited, else to be read. */
	show(data, confirmation = null) {
		this.data = data;
		this.close();
		if (data.editable) this.showForm();
		else this.showReadOnly(confirmation);
	}

	close() {
		if (this.fields) this.keepDraft();
		this.fields = null;
		removeEventListener("pagehide", this.leaving);
	}

	showReadOnly(confirmation) {
		this.element.replaceChildren(this.head(), this.body([backLink(this.data.awaits_me), confirmation, accountability(this.data), ...this.withContests(readOnlyView(this.data, !confirmation)), correctionLink(this.data)]));
	}

	/** What is contested stands on top; a way to contest, where nothing is, below. */
	withContests(...parts) {
		const section = contestSection(this.data, this.api, () => this.load());
		return this.data.contests?.length ? [section, ...parts] : [...parts, section];
	}

	// The form

	showForm() {
		Object.assign(this, { sending: false, attempted: false, editing: null, sent: null, other: null });
		this.serverErrors = new Map();
		this.brokenBefore = new Set();
		this.buildFields();
		this.notices = h("div", { class: "notices" });
		this.element.replaceChildren(this.head(), this.body(this.parts()), this.bar());
		this.restoreDraft();
		this.check();
		addEventListener("pagehide", this.leaving);
	}

	buildFields() {
		const listener = {
			input: (field) => this.typed(field),
			leave: () => this.left(),
			next: (field) => this.next(field),
		};
		const previous = this.data.previous_slot;
		this.groups = this.data.groups.map((group) => {
			const fields = group.indicators.map((indicator) => new Field(indicator, listener));
			return new Group(group, fields, {
				previousHour: previous ? hour(previous.slot_time) : null,
				onCopied: () => this.changed(),
			});
		});
		this.fields = new Map(this.groups.flatMap((group) => group.fields.map((field) => [field.name, field])));
		this.order = [...this.fields.keys()];
		this.buildWarnings();
	}

	buildWarnings() {
		const rules = this.data.rules.filter((rule) => rule.severity === "Warning" && this.fieldOf(rule));
		this.warnings = rules.map((rule) => {
			const warning = new Warning(rule, this.data.explanations?.[rule.name], () => this.changed());
			this.fieldOf(rule).messages.append(warning.element);
			return warning;
		});
	}

	/** The field a rule's message stands at: the first it names. */
	fieldOf(rule) {
		const name = [...(rule.indicators || []), ...names(rule.expression)].find((name) => this.fields.has(name));
		return this.fields.get(name);
	}

	parts() {
		return [
			backLink(),
			returnedNotice(this.data),
			this.notices,
			accountability(this.data),
			h("p", { class: "hint" }, __("* must be filled in. Blank means not reported; enter 0 where there is none.")),
			...this.withContests(...this.groups.map((group) => group.element)),
			historyOf(this.data),
		];
	}

	body(parts) {
		return h("div", { class: "form-body" }, parts.filter(Boolean));
	}

	head() {
		const left = h("b", {});
		const until = h("small", {});
		const timer = h("p", { class: "form-clock ticking", role: "timer" }, left, until);
		timer.tick = () => {
			const { late, text, left: rest } = clock.until(this.data.due_at);
			timer.classList.toggle("late", late);
			timer.classList.toggle("soon", !late && rest < 15 * 60 * 1000);
			const due = deadlineText({ ...this.data.slot, due_at: this.data.due_at, locks_at: this.data.locks_at }, late);
			setText(left, text);
			setText(until, `${late ? __("late") : __("left")}, ${due}`);
		};
		timer.tick();
		const closed = !this.data.editable;
		return h(
			"div",
			{ class: "form-head" },
			h(
				"div",
				{ class: "form-head-text" },
				h("h1", { id: "screen-title", tabindex: "-1" }, this.data.unit_name || this.data.area_name),
				h("p", {}, `${__("{0} slot", hour(this.data.slot.slot_time))}, ${longDate(this.data.slot.slot_time)}`),
			),
			closed ? null : timer,
		);
	}

	bar() {
		this.status = h("p", { class: "bar-status" });
		this.statusAct = h("button", { type: "button", class: "bar-jump", onclick: () => this.jump() });
		this.submitButton = this.act(true, "button main", __("Send to the district"));
		this.saveButton = this.act(false, "button", __("Save draft"));
		return h(
			"div",
			{ class: "bar" },
			h("div", { class: "bar-line" }, this.status, this.statusAct),
			h("div", { class: "bar-acts" }, this.submitButton, this.saveButton),
		);
	}

	act(submit, style, label) {
		return h("button", { type: "button", class: style, onclick: () => this.send(submit) }, label);
	}

	// Typing

	typed(field) {
		this.editing = field.name;
		this.serverErrors.delete(field.name);
		this.changed();
	}

	left() {
		this.editing = null;
		this.check();
	}

	next(field) {
		const visible = this.order.filter((name) => !this.fields.get(name).element.closest("details:not([open])"));
		const following = visible[visible.indexOf(field.name) + 1];
		if (following) this.fields.get(following).focus();
		else this.submitButton.focus();
	}

	changed() {
		this.check();
		this.touched = true;
		clearTimeout(this.draftTimer);
		this.draftTimer = setTimeout(() => this.keepDraft(), DRAFT_DELAY);
	}

	// Checking

	values() {
		return Object.fromEntries([...this.fields].map(([name, field]) => [name, field.value]));
	}

	/** Look at every figure and rule and say at each field what there is to say. */
	check() {
		const previous = Object.fromEntries([...this.fields].map(([name, f]) => [name, f.indicator.previous]));
		const results = check(this.data.rules, namespace(this.values(), previous, this.data.population));
		const [errors, agreements] = [new Map(), new Map()];
		this.collectFaults(errors);
		for (const { rule, holds } of results) this.collect(rule, holds, errors, agreements);
		for (const [name, field] of this.fields) field.say(errors.get(name) || [], agreements.get(name) || []);
		this.groups.forEach((group) => group.refresh());
		this.showStatus(errors);
		this.refreshObstacles();
	}

	collectFaults(errors) {
		for (const [name, field] of this.fields) {
			const fault = name === this.editing ? "" : field.fault();
			const missing = this.attempted && field.indicator.mandatory && field.blank;
			if (fault) add(errors, name, fault);
			if (missing) add(errors, name, __("This must be filled in; enter 0 where there is none."));
			for (const message of this.serverErrors.get(name) || []) add(errors, name, message);
		}
	}

	/** A rule that breaks while a figure is being typed is held back until the field is left; relief is at once. */
	collect(rule, holds, errors, agreements) {
		const broken = holds === false;
		const early = broken && !this.brokenBefore.has(rule.name) && names(rule.expression).includes(this.editing);
		if (early) return;
		this.brokenBefore[broken ? "add" : "delete"](rule.name);
		const warning = this.warnings.find((warning) => warning.rule === rule);
		if (warning) return this.showWarning(warning, broken);
		const sum = sumOf(rule.expression);
		const known = sum && [...sum.parts, sum.total].every((name) => this.fields.has(name));
		const field = this.fieldOf(rule);
		if (broken && field) add(errors, field.name, known ? `${rule.message} (${this.sumText(sum)})` : rule.message);
		if (holds && known) add(agreements, this.last(sum.parts), this.agreement(sum));
	}

	showWarning(warning, broken) {
		if (broken && !warning.shown) announce(warning.rule.message);
		warning.toggle(broken);
		const missing = broken && this.attempted && !warning.text;
		warning.require(missing ? __("A sentence of explanation is needed before it can be sent.") : "");
	}

	last(parts) {
		return this.order.filter((name) => parts.includes(name)).pop();
	}

	sumText({ parts }) {
		const values = parts.map((name) => this.fields.get(name).value);
		const total = values.reduce((sum, value) => sum + value, 0);
		return `${values.map(figure).join(" + ")} = ${figure(total)}`;
	}

	agreement(sum) {
		return __("{0}, agrees with “{1}”", this.sumText(sum), this.fields.get(sum.total).indicator.label);
	}

	showStatus(errors) {
		const blank = this.order.filter((name) => this.fields.get(name).indicator.mandatory && this.fields.get(name).blank);
		const wrong = this.order.filter((name) => errors.has(name) && !blank.includes(name));
		const open = this.warnings.filter((warning) => warning.shown && !warning.text);
		this.target = this.fields.get(wrong[0] || blank[0]) || open[0] || null;
		setText(this.status, statusText(wrong.length, blank.length, open.length));
		this.statusAct.hidden = !this.target;
		setText(this.statusAct, wrong.length ? __("Show it") : __("Show the next"));
		this.status.classList.toggle("wrong", wrong.length > 0);
	}

	jump() {
		this.target?.focus();
	}

	// Draft on the device

	keepDraft() {
		clearTimeout(this.draftTimer);
		if (!this.touched || !this.fields) return;
		this.drafts.write(this.slot, this.area, {
			figures: Object.fromEntries([...this.fields].map(([name, field]) => [name, field.text])),
			explanations: this.explanations(),
			modified: this.data.modified || null,
			sent: this.sent,
			other: this.other,
		});
	}

	dropDraft() {
		clearTimeout(this.draftTimer);
		this.touched = false;
		this.drafts.remove(this.slot, this.area);
	}

	restoreDraft() {
		this.touched = false;
		const draft = this.drafts.read(this.slot, this.area);
		if (!draft) return;
		const current = (draft.modified || null) === (this.data.modified || null);
		if (current) this.apply(draft);
		const theirs = current ? draft.other : draft;
		if (theirs && this.differs(theirs)) this.offer(theirs);
		else if (!this.touched) this.dropDraft(); // the server has it all: only its answer was lost
		else this.notice("", __("Figures typed on this device at {0} are back.", deviceTime(draft.at)), this.discardAct());
	}

	differs(draft) {
		return [...this.fields].some(([name, field]) => name in draft.figures && draft.figures[name] !== field.text)
			|| this.warnings.some(({ rule, text }) => (draft.explanations?.[rule.name] || text) !== text);
	}

	apply(draft) {
		const changes = this.differs(draft);
		for (const [name, field] of this.fields) if (name in draft.figures) field.text = draft.figures[name];
		for (const warning of this.warnings) warning.textarea.value = draft.explanations?.[warning.rule.name] ?? warning.text;
		this.sent = draft.sent || null;
		this.touched = changes;
		this.check();
	}

	/** A draft made over another version of the report: nothing is overwritten unasked, on either side. */
	offer(draft) {
		this.other = { figures: draft.figures, explanations: draft.explanations, at: draft.at };
		const use = this.noticeAct(__("Use the figures of this device"), () => {
			this.other = null;
			this.apply(draft);
			this.keepDraft();
			this.notice();
		});
		const leave = this.noticeAct(__("Keep what the server has"), () => this.forgetOther());
		const text = __("This report was stored from elsewhere after you typed figures on this device at {0}.", deviceTime(draft.at));
		this.notice("warn", text, use, leave);
	}

	forgetOther() {
		this.other = null;
		if (this.touched) this.keepDraft();
		else this.dropDraft();
		this.notice();
	}

	discardAct() {
		return this.noticeAct(__("Discard them"), () => {
			this.dropDraft();
			this.fields = null;
			this.show(this.data);
		});
	}

	// Notices above the form

	notice(tone = "", text = "", ...acts) {
		const notice = text && h("div", { class: `notice ${tone}` }, h("p", {}, text), h("p", { class: "acts" }, acts));
		this.notices.replaceChildren(...[notice].filter(Boolean));
	}

	noticeAct(label, act) {
		return h("button", { type: "button", class: "button", onclick: act }, label);
	}

	// Sending

	explanations() {
		const given = this.warnings.filter((warning) => warning.text);
		return Object.fromEntries(given.map(({ rule, text }) => [rule.name, text]));
	}

	payload(submit) {
		const shown = new Set(this.warnings.filter((warning) => warning.shown).map(({ rule }) => rule.name));
		const explanations = Object.entries(this.explanations()).filter(([name]) => shown.has(name));
		return { slot: this.slot, area: this.area, figures: this.values(), explanations: Object.fromEntries(explanations), submit };
	}

	/** What stands in the way, in the order of the form: [{text, focus()}]. A draft may be incomplete, not misread. */
	obstacles(submit) {
		const found = [];
		for (const name of this.order) {
			const field = this.fields.get(name);
			const errors = submit ? [...field.messages.querySelectorAll(":scope > .error")].map((p) => p.textContent) : [field.fault()];
			for (const error of errors.filter(Boolean)) found.push({ text: `${field.indicator.label}: ${error}`, focus: () => field.focus() });
			if (submit) found.push(...this.unexplained(field));
		}
		return found;
	}

	unexplained(field) {
		const open = this.warnings.filter((warning) => warning.shown && !warning.text && this.fieldOf(warning.rule) === field);
		return open.map((warning) => ({
			text: `${field.indicator.label}: ${__("explanation missing")}`,
			focus: () => warning.focus(),
		}));
	}

	async send(submit) {
		if (this.sending) return;
		this.attempted = this.attempted || submit;
		this.editing = null;
		this.serverErrors.clear();
		this.check();
		const obstacles = this.obstacles(submit);
		if (obstacles.length) return this.showObstacles(obstacles, submit);
		this.setSending(submit ? this.submitButton : this.saveButton);
		const report = this.payload(submit);
		this.sent = keyFor(JSON.stringify(report), this.sent);
		this.touched = true;
		this.keepDraft();
		try {
			await this.stored(await this.api.save(this.withKey(report)), submit);
		} catch (problem) {
			this.refused(problem);
		} finally {
			this.setSending(null);
		}
	}

	withKey(report) {
		return { ...report, idempotency_key: this.sent.key, modified: this.data.modified || null };
	}

	setSending(button) {
		this.sending = Boolean(button);
		for (const each of [this.submitButton, this.saveButton]) each.setAttribute("aria-disabled", String(this.sending));
		setText(this.submitButton, button === this.submitButton && button ? __("Sending …") : __("Send to the district"));
		setText(this.saveButton, button === this.saveButton && button ? __("Saving …") : __("Save draft"));
	}

	async stored(result, submit) {
		this.sent = null;
		this.other = null;
		this.dropDraft();
		Object.assign(this.data, { report: result.report, workflow_state: result.workflow_state, modified: result.modified });
		if (submit) return this.confirm(result);
		this.notice("good", __("Draft saved at {0}. It has not been sent yet.", clockText(clock.now())));
		announce(this.notices.textContent);
	}

	/** After sending: say so, and show what was sent as the server now has it. */
	async confirm(result) {
		const data = await this.api.form(this.slot, this.area).catch(() => this.asSent());
		this.show(data.editable ? { ...data, editable: false } : data, this.confirmation(result));
		scrollTo(0, 0);
		const heading = this.element.querySelector(".sent h2");
		heading.focus({ preventScroll: true });
		this.element.querySelectorAll(".ticking").forEach((element) => element.tick());
	}

	confirmation(result) {
		const text = result.message || __("The report has been sent. The district will look at it and approve it or return it.");
		return h(
			"div",
			{ class: "notice good sent" },
			h("h2", { tabindex: "-1" }, __("Sent at {0}", clockText(clock.now()))),
			h("p", {}, text),
			h("p", { class: "acts" }, h("a", { class: "button main", href: "#" }, __("Back to the list"))),
		);
	}

	/** What was sent, for when the server cannot be asked again. */
	asSent() {
		const values = this.values();
		const groups = this.data.groups.map((group) => ({
			...group,
			indicators: group.indicators.map((indicator) => ({ ...indicator, value: values[indicator.fieldname] })),
		}));
		return { ...this.data, groups, explanations: this.explanations(), editable: false, reason: "", return_reason: "" };
	}

	refused(problem) {
		if (!problem.kind) console.error(problem);
		this.placeMessages(problem);
		this.notices.replaceChildren(this.refusal(problem));
		this.check();
		this.notices.scrollIntoView({ block: "center" });
		announce(this.notices.textContent);
		const first = this.order.find((name) => this.serverErrors.has(name));
		if (first) this.fields.get(first).focus();
	}

	/** A refusal that names a figure is said at that figure; the rest stays on top. */
	placeMessages(problem) {
		if (problem.kind !== "refused") return;
		const rest = problem.messages.filter((message) => {
			const field = this.namedIn(message);
			if (field) add(this.serverErrors, field.name, message);
			return !field;
		});
		problem.rest = rest.length || !problem.messages.length ? rest : [__("The server refused the report: see the figures marked below.")];
	}

	/** The field of the rule a message quotes, else the one whose label (the longest that fits) or name is in it. */
	namedIn(message) {
		const text = message.toLowerCase();
		const rule = this.data.rules.find((rule) => text.includes(rule.message.toLowerCase()));
		if (rule && this.fieldOf(rule)) return this.fieldOf(rule);
		const fits = [...this.fields.values()].filter(
			({ name, indicator }) => text.includes(indicator.label.toLowerCase()) || new RegExp(`\\b${name}\\b`).test(text),
		);
		return fits.sort((a, b) => b.indicator.label.length - a.indicator.label.length)[0];
	}

	refusal(problem) {
		const shown = Object.assign(Object.create(problem), { messages: problem.rest || problem.messages });
		const notice = problemNotice(shown, { kept: true });
		if (problem.kind === "conflict") notice.append(h("p", { class: "acts" }, this.noticeAct(__("Load it again"), () => this.reload())));
		return notice;
	}

	async reload() {
		this.keepDraft();
		try {
			await this.load();
		} catch (problem) {
			this.refused(problem);
		}
	}

	showObstacles(obstacles, submit) {
		this.notices.replaceChildren(this.obstacleList(obstacles, submit));
		obstacles[0].focus();
		announce(obstacleTitle(obstacles.length, submit));
	}

	/** The list gets shorter as places are put right, and goes when none is left. */
	refreshObstacles() {
		const list = this.notices.querySelector(".obstacles");
		if (!list) return;
		const submit = list.hasAttribute("data-submit");
		const obstacles = this.obstacles(submit);
		if (obstacles.length) list.replaceWith(this.obstacleList(obstacles, submit));
		else list.remove();
	}

	obstacleList(obstacles, submit) {
		const items = obstacles
			.slice(0, LISTED)
			.map(({ text, focus }) => h("li", {}, h("button", { type: "button", class: "link", onclick: focus }, text)));
		if (obstacles.length > LISTED) items.push(h("li", {}, __("and {0} more, marked below", obstacles.length - LISTED)));
		const title = h("p", { class: "notice-title" }, obstacleTitle(obstacles.length, submit));
		return h("div", { class: "notice bad obstacles", "data-submit": submit }, title, h("ul", {}, items));
	}
}

/** What is public is changed by a correction. */
function correctionLink({ may_correct: may, slot: { slot }, area }) {
	const query = new URLSearchParams({ slot, area });
	return may ? h("p", { class: "acts" }, h("a", { class: "button", href: `/app/correction/new?${query}` }, __("Correct published figures"))) : null;
}

function backLink(awaitsMe = false) {
	const way = awaitsMe ? h("a", { href: "/cho-duyet" }, __("What awaits my decision")) : h("a", { href: "#" }, __("Reports of your unit"));
	return h("p", { class: "back" }, way);
}

function add(map, key, text) {
	map.set(key, [...(map.get(key) || []), text]);
}

function obstacleTitle(count, submit) {
	return submit
		? __("Not sent yet: {0} places to look at", count)
		: __("Not saved yet: {0} places to look at", count);
}

function statusText(wrong, blank, unexplained) {
	if (wrong) return __("{0} figures to be corrected", wrong);
	if (blank) return __("{0} required figures blank", blank);
	if (unexplained) return __("{0} warnings to be explained", unexplained);
	return __("All required figures are there");
}

/** A moment of this device as the province's clock shows it. */
function deviceTime(milliseconds) {
	return clockText(clock.now(milliseconds));
}
