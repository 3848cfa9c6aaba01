// The page /nop-bang: a slot is chosen by its address (#/<slot>); its template is downloaded, filled in and sent back.
// What is wrong comes back cell by cell; the chosen file stays here, so that accepting the sound rows sends it again.

import { __, setTexts } from "../field/i18n.js";
import { announce, h } from "../field/dom.js";
import { clock, hour, longDate, shortDate } from "../field/format.js";
import { Api, Problem, serverMessages } from "../field/api.js";
import { bindLogout } from "../field/logout.js";

const METHODS = "/api/method/covid_portal.reporting.spreadsheet.api.";
const TIMEOUT = 120 * 1000;

class SheetPage {
	constructor(settings) {
		this.token = settings.csrf_token;
		this.api = new Api(settings);
		this.app = document.getElementById("app");
	}

	start() {
		bindLogout(this.api);
		window.addEventListener("hashchange", () => this.show());
		return this.show();
	}

	async show() {
		this.app.setAttribute("aria-busy", "true");
		try {
			const slots = await this.call("open_slots");
			const chosen = slots.find((slot) => `#/${slot.slot}` === location.hash);
			this.app.replaceChildren(...(chosen ? this.slotScreen(chosen) : this.listScreen(slots)));
		} catch (problem) {
			this.app.replaceChildren(this.failure(problem));
		}
		this.app.removeAttribute("aria-busy");
	}

	// --- screens

	listScreen(slots) {
		const lead = __("One workbook holds the reports of all your areas in a slot.");
		const list = slots.length
			? h("ul", { class: "tasks" }, slots.map((slot) => this.slotTask(slot)))
			: h("p", { class: "notice" }, __("No slot is open in which you enter reports."));
		return [h("h1", { id: "screen-title", tabindex: "-1" }, __("Reports by workbook")), h("p", { class: "lead" }, lead), list];
	}

	slotTask(slot) {
		const left = slot.own + slot.others;
		const act = left
			? h("a", { class: "button main", href: `#/${slot.slot}` }, __("Download and send"))
			: h("p", { class: "state good" }, __("Everything has been sent."));
		return h("li", { class: "task" }, h("h2", {}, slotTitle(slot)), counts(slot), act);
	}

	slotScreen(slot) {
		const result = h("div", { id: "result", tabindex: "-1" });
		return [
			h("a", { class: "back", href: "#" }, __("All slots")),
			h("h1", { id: "screen-title", tabindex: "-1" }, slotTitle(slot)),
			counts(slot),
			h("section", { class: "task" }, h("h2", {}, __("1. Download the template")), this.downloadLink(slot)),
			h("section", { class: "task" }, h("h2", {}, __("2. Send it back, filled in")), this.uploadForm(slot, result)),
			result,
		];
	}

	downloadLink(slot) {
		const address = `${METHODS}template?${new URLSearchParams({ slot: slot.slot })}`;
		return h("a", { class: "button", href: address, download: `${slot.slot}.xlsx` }, __("Download (.xlsx)"));
	}

	uploadForm(slot, result) {
		const file = h("input", { type: "file", id: "workbook", accept: ".xlsx", required: true });
		const send = h("input", { type: "checkbox", id: "send", checked: true });
		const button = h("button", { class: "button main" }, __("Check and store"));
		const words = slot.others
			? __("Send for approval. What you enter for other units is always sent.")
			: __("Send for approval; otherwise they stay drafts.");
		const form = h(
			"form",
			{ onsubmit: (event) => this.submit(event, { slot, file, send, button, result }) },
			h("label", { for: "workbook" }, __("Workbook")),
			file,
			h("label", { class: "choice", for: "send" }, send, h("span", {}, words)),
			button,
		);
		file.addEventListener("change", () => result.replaceChildren());
		return form;
	}

	// --- sending

	async submit(event, parts, partial = false) {
		event?.preventDefault();
		if (!parts.file.files.length || parts.button.getAttribute("aria-disabled")) return;
		parts.button.setAttribute("aria-disabled", "true");
		parts.result.replaceChildren(h("p", { class: "loading" }, __("Checking …")));
		try {
			const answer = await this.send("upload", parts, { partial: partial ? 1 : 0 });
			this.tell(answer, parts);
		} catch (problem) {
			parts.result.replaceChildren(this.failure(problem));
		}
		parts.button.removeAttribute("aria-disabled");
		parts.result.focus();
		parts.result.scrollIntoView({ block: "start" });
	}

	tell(answer, parts) {
		const good = answer.stored ? storedNotice(answer) : null;
		const bad = answer.problem_count ? this.problemList(answer, parts) : [];
		parts.result.replaceChildren(...[good, ...bad].filter(Boolean));
		announce(answer.stored ? __("{0} reports stored.", answer.stored) : __("Nothing was stored."));
	}

	problemList(answer, parts) {
		const title = answer.stored
			? __("{0} things are wrong in the rows that were left out", answer.problem_count)
			: __("Nothing was stored: {0} things are wrong", answer.problem_count);
		const accept = answer.partial_possible
			? h(
					"button",
					{ type: "button", class: "button", onclick: () => this.submit(null, parts, true) },
					__("Store the {0} sound rows, leave out the others", answer.good),
				)
			: null;
		// Once sound rows are stored, checking the same file again would find them sent already.
		const lists = (answer.stored ? [] : ["xlsx", "csv"]).map((format) =>
			h(
				"button",
				{ type: "button", class: "button", onclick: () => this.download(parts, format) },
				__("List as {0}", `.${format}`),
			),
		);
		const notice = h(
			"div",
			{ class: "notice bad" },
			h("p", { class: "notice-title" }, title),
			h("p", {}, __("Correct these cells in the workbook and send it again.")),
			h("p", { class: "acts" }, accept, ...lists),
		);
		return [notice, problemTable(answer.problems)];
	}

	async download(parts, format) {
		try {
			const response = await this.request("list_problems", parts, { file_format: format });
			if (!response.ok) throw await problemOf(response);
			const address = URL.createObjectURL(await response.blob());
			h("a", { href: address, download: `${parts.slot.slot}-loi.${format}` }).click();
			setTimeout(() => URL.revokeObjectURL(address), 1000);
		} catch (problem) {
			parts.result.prepend(this.failure(problem));
		}
	}

	async send(method, parts, values) {
		const response = await this.request(method, parts, values);
		if (!response.ok) throw await problemOf(response);
		return (await response.json()).message;
	}

	request(method, parts, values) {
		const body = new FormData();
		body.append("slot", parts.slot.slot);
		body.append("send", parts.send.checked ? 1 : 0);
		for (const [name, value] of Object.entries(values)) body.append(name, value);
		body.append("workbook", parts.file.files[0]);
		return ask(method, { method: "POST", body, headers: { "X-Frappe-CSRF-Token": this.token } });
	}

	async call(method) {
		const response = await ask(method, {});
		if (!response.ok) throw await problemOf(response);
		return (await response.json()).message;
	}

	failure(problem) {
		if (!problem.kind) console.error(problem);
		const lines = problem.messages?.length ? problem.messages : [sentence(problem.kind)];
		const login =
			problem.kind === "session"
				? h("a", { class: "button main", href: "/login?redirect-to=/nop-bang" }, __("Log in"))
				: null;
		return h("div", { class: "notice bad", role: "alert" }, lines.map((line) => h("p", {}, line)), login);
	}
}

function sentence(kind) {
	if (kind === "offline") return __("No answer from the server: the network is down or slow.");
	if (kind === "session") return __("Your session has ended. Please log in again.");
	return __("The server could not do this. Please try again in a moment.");
}

async function ask(method, options) {
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), TIMEOUT);
	try {
		const headers = { Accept: "application/json", ...options.headers };
		return await fetch(METHODS + method, { credentials: "same-origin", ...options, headers, signal: abort.signal });
	} catch {
		throw new Problem("offline");
	} finally {
		clearTimeout(timer);
	}
}

async function problemOf(response) {
	const body = await response.json().catch(() => ({}));
	const ended = response.status === 401 || response.status === 400 || body.session_expired;
	return new Problem(ended ? "session" : response.status < 500 ? "refused" : "server", serverMessages(body));
}

function slotTitle(slot) {
	return __("Slot {0}, {1}", hour(slot.slot_time), longDate(slot.slot_time));
}

function counts(slot) {
	const rows = [
		[__("Own reports to send"), slot.own],
		[__("Reports of units below not sent yet"), slot.others],
		[__("Sent"), slot.sent],
		[__("Locked at"), `${clock(slot.locks_at)}, ${shortDate(slot.locks_at)}`],
	].filter(([, value]) => value);
	return h("dl", {}, rows.map(([label, value]) => [h("dt", {}, label), h("dd", {}, String(value))]).flat());
}

function storedNotice(answer) {
	const words = answer.sent
		? __("{0} reports stored and sent for approval.", answer.stored)
		: __("{0} reports stored.", answer.stored);
	return h("div", { class: "notice good" }, h("p", { class: "notice-title" }, words));
}

function problemTable(problems) {
	const heads = [__("Cell"), __("Area"), __("What is wrong")];
	return h(
		"div",
		{ class: "problems" },
		h(
			"table",
			{},
			h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))),
			h("tbody", {}, problems.map(problemRow)),
		),
	);
}

function problemRow(problem) {
	const cell = problem.column ? `${problem.column}${problem.row ?? ""}` : problem.row ? __("row {0}", problem.row) : "–";
	return h(
		"tr",
		{},
		h("td", { class: "cell" }, cell),
		h("td", {}, problem.area_name || "–"),
		h("td", {}, problem.message, problem.label ? h("small", {}, problem.label) : null),
	);
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new SheetPage(settings).start();
