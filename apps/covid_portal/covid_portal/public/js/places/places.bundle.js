// The page /cap-nhat: a card for each site and supply point of the user's unit, one number or one choice to send; and the workbook.

import { __, setTexts } from "../field/i18n.js";
import { announce, h } from "../field/dom.js";
import { Api, serverMessages } from "../field/api.js";
import { bindLogout } from "../field/logout.js";

const METHODS = "/api/method/covid_portal.places.api.";
// [value, as people read it]; the texts are there once the page has started.
const kinds = () => [["Quarantine Site", __("Quarantine Site")], ["Supply Point", __("Supply Point")], ["Control Place", __("Control Place")]];
const statuses = () => [["Ready", __("Ready")], ["Receiving", __("Receiving")], ["Full", __("Full")], ["Closed", __("Closed")]];
const stocks = () => [["In Stock", __("In Stock")], ["Low", __("Low")], ["Out of Stock", __("Out of Stock")], ["Closed", __("Closed")]];
const states = () => ({
	Draft: __("Draft"),
	"In Approval": __("In Approval"),
	Returned: __("Returned"),
	Withdrawn: __("Withdrawn"),
});

class PlacesPage {
	constructor(settings) {
		this.token = settings.csrf_token;
		this.api = new Api(settings, "places");
		this.app = document.getElementById("app");
	}

	async start() {
		bindLogout(this.api);
		try {
			const { slot, sites, points } = await this.api.call("mine");
			this.app.replaceChildren(...this.screen(slot, sites, points));
		} catch (problem) {
			this.app.replaceChildren(notice("bad", said(problem)));
		}
		this.app.removeAttribute("aria-busy");
	}

	screen(slot, sites, points) {
		const nothing = !sites.length && !points.length;
		return [
			h("h1", { id: "screen-title", tabindex: "-1" }, __("Places of my unit")),
			h("p", { class: "lead" }, slot ? __("Numbers are counted for the slot {0}.", slot.label) : __("No slot is open now; numbers are taken when the next one opens.")),
			nothing && h("p", { class: "notice" }, __("Your unit has no places yet. Enter them in the Desk or by workbook.")),
			list(sites, (site) => this.siteCard(site, slot)),
			list(points, (point) => this.pointCard(point)),
			this.workbook(),
		].filter(Boolean);
	}

	siteCard(site, slot) {
		const id = `site-${site.name}`;
		const occupied = h("input", { id, type: "number", inputmode: "numeric", min: "0", step: "1", required: true, value: site.counted ?? null });
		const status = choice(`${id}-status`, statuses(), site.status);
		const note = h("input", { id: `${id}-note`, type: "text", maxlength: "280" });
		const result = h("div", { role: "status" });
		const button = h("button", { class: "button main", disabled: !slot }, __("Send"));
		const send = async () => {
			const answer = await this.api.call("count", { site: site.name, occupied: Number(occupied.value), status: status.value, note: note.value }, true);
			status.value = answer.status;
			return __("Stored: {0} people, {1} places free.", answer.occupied, answer.free);
		};
		return card(
			site,
			h(
				"form",
				{ onsubmit: (event) => this.submit(event, button, result, send) },
				field(id, __("People there now (of {0} places)", site.capacity), occupied),
				field(`${id}-status`, __("Reception"), status),
				field(`${id}-note`, __("Note, if there are more people than places"), note),
				button,
				result,
			),
		);
	}

	pointCard(point) {
		const id = `point-${point.name}`;
		const stock = choice(id, stocks(), point.stock);
		const result = h("div", { role: "status" });
		const button = h("button", { class: "button main" }, __("Confirm"));
		const send = async () => {
			const answer = await this.api.call("confirm", { point: point.name, stock: stock.value }, true);
			return __("Confirmed: {0}.", Object.fromEntries(stocks())[answer.stock]);
		};
		return card(point, h("form", { onsubmit: (event) => this.submit(event, button, result, send) }, field(id, __("Stock"), stock), button, result));
	}

	async submit(event, button, result, send) {
		event.preventDefault();
		if (button.getAttribute("aria-disabled")) return;
		button.setAttribute("aria-disabled", "true");
		try {
			result.replaceChildren(notice("good", [await send()]));
		} catch (problem) {
			result.replaceChildren(notice("bad", said(problem)));
		}
		button.removeAttribute("aria-disabled");
	}

	// --- by workbook

	workbook() {
		const kind = choice("workbook-kind", kinds(), "Quarantine Site");
		const file = h("input", { type: "file", id: "workbook", accept: ".xlsx", required: true });
		const partial = h("input", { type: "checkbox", id: "partial" });
		const link = h("a", { class: "button", download: "" }, __("Download (.xlsx)"));
		const lead = () => link.setAttribute("href", `${METHODS}template?${new URLSearchParams({ doctype: kind.value })}`);
		kind.addEventListener("change", lead);
		lead();
		const result = h("div", { role: "status" });
		const button = h("button", { class: "button main" }, __("Check and store"));
		const send = () => this.upload(kind.value, file.files[0], partial.checked, result);
		const submit = async (event) => {
			event.preventDefault();
			button.disabled = true;
			await send();
			button.disabled = false;
		};
		return h(
			"section",
			{ class: "task" },
			h("h2", {}, __("Many at once, by workbook")),
			h("p", {}, __("The workbook has your places, one a row: change their state, or add rows. Of control places it takes new ones. New places become drafts, to be sent for approval in the Desk.")),
			field("workbook-kind", __("Kind"), kind),
			h("p", {}, link),
			h(
				"form",
				{ onsubmit: submit },
				field("workbook", __("Workbook"), file),
				h("label", { class: "choice", for: "partial" }, partial, h("span", {}, __("Store the sound rows although others are wrong"))),
				button,
				result,
			),
		);
	}

	async upload(doctype, file, partial, result) {
		const body = new FormData();
		body.append("doctype", doctype);
		body.append("partial", partial ? "1" : "0");
		body.append("workbook", file);
		const headers = { Accept: "application/json", "X-Frappe-CSRF-Token": this.token };
		try {
			const answer = await fetch(`${METHODS}upload`, { method: "POST", body, headers });
			const content = await answer.json().catch(() => ({}));
			result.replaceChildren(...(answer.ok ? told(content.message) : [notice("bad", serverMessages(content))]));
		} catch {
			result.replaceChildren(notice("bad", [__("No connection. Try again.")]));
		}
	}
}

function told({ added, updated, problem_count, problems }) {
	const stored = added + updated;
	const head = stored ? notice("good", [__("{0} added, {1} updated.", added, updated)]) : notice("bad", [__("Nothing was stored: {0} things are wrong", problem_count)]);
	announce(head.textContent);
	const rows = problems.map(({ row, column, label, message }) => h("li", {}, __("Row {0}, column {1} ({2}): {3}", row, column, label, message)));
	return rows.length ? [head, h("ol", { class: "problems" }, rows)] : [head];
}

function list(rows, make) {
	return rows.length ? h("ul", { class: "tasks" }, rows.map(make)) : null;
}

function card(place, form) {
	const where = [place.area_name, states()[place.workflow_state]].filter(Boolean).join(" · ");
	return h("li", { class: "task" }, h("h2", {}, place.place_name), h("p", {}, where), form);
}

function field(id, label, control) {
	return h("p", { class: "field" }, h("label", { for: id }, label), control);
}

function choice(id, values, chosen) {
	return h("select", { id }, values.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
}

function notice(kind, lines) {
	return h("div", { class: `notice ${kind}` }, lines.map((line) => h("p", {}, line)));
}

function said(problem) {
	if (problem.kind === "offline") return [__("No connection. Try again.")];
	return problem.messages.length ? problem.messages : [__("This did not work. Reload the page and try again.")];
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new PlacesPage(settings).start();
