// The page /chot: a checkpoint reads receipts, without a network too, and sends who arrived when there is one again.

import nacl from "tweetnacl";
import { Api } from "../field/api.js";
import { announce, h } from "../field/dom.js";
import { __, setTexts } from "../field/i18n.js";
import { bindLogout } from "../field/logout.js";
import { problemNotice } from "../field/notices.js";
import { Camera, readPicture } from "./camera.js";
import { Store } from "./store.js";
import { judge, newKey } from "./receipt.js";
import { answersOf, batch } from "./queue.js";

const SEND_EVERY = 30 * 1000;
// From a library, since not every phone's browser knows Ed25519.
const verify = nacl.sign.detached.verify;

class CheckpointPage {
	constructor(settings) {
		this.settings = settings;
		this.api = new Api(settings, "citizens");
		this.store = new Store(settings.user);
		this.app = document.getElementById("app");
		this.known = null;
		this.sending = false;
	}

	async start() {
		bindLogout(this.api);
		window.addEventListener("online", () => this.connected());
		window.addEventListener("offline", () => this.connection());
		await navigator.serviceWorker?.register("/chot-offline.js", { scope: "/chot" }).catch(() => null);
		this.known = await this.store.known();
		await this.refresh();
		this.draw();
		setInterval(() => this.connected(), SEND_EVERY);
		await this.send();
	}

	/** Keys, changed receipts and names, kept for when there is no network. */
	async refresh() {
		try {
			this.known = await this.api.call("checkpoint.start");
			await this.store.keep(this.known);
		} catch (problem) {
			if (problem.kind !== "offline") this.problem = problem;
		}
		this.connection();
	}

	async connected() {
		this.connection();
		if (navigator.onLine) await this.send();
	}

	connection() {
		const strip = document.getElementById("connection");
		strip.hidden = navigator.onLine;
		strip.textContent = navigator.onLine ? "" : __("Offline. Receipts are checked on this device and sent when the network is back.");
	}

	// --- drawing

	draw() {
		this.app.removeAttribute("aria-busy");
		if (!this.known) {
			this.app.replaceChildren(this.problem ? problemNotice(this.problem) : h("p", { class: "notice bad" }, __("Open this page once with a network; after that it works without.")));
			return;
		}
		this.place = h("input", { id: "place", type: "text", maxlength: "140", autocomplete: "off", value: localStorage.getItem("covid_portal.chot.place") || "", onchange: ({ target }) => localStorage.setItem("covid_portal.chot.place", target.value) });
		this.code = h("input", { id: "code", type: "text", maxlength: "400", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", placeholder: "DK-7K2M9-Q4XT8R" });
		this.file = h("input", { id: "picture", type: "file", accept: "image/*", onchange: () => this.fromPicture() });
		this.camera = new Camera((text) => this.read(text));
		this.result = h("section", { id: "result", class: "card", role: "status", "aria-live": "assertive" });
		this.list = h("section", { class: "card", "aria-labelledby": "queue-title" });
		this.app.replaceChildren(
			h("h1", { id: "screen-title", tabindex: "-1" }, __("Checkpoint: receipts of people who come home")),
			h("p", { class: "lead" }, this.known.unit_name),
			h("div", { class: "card scan" }, this.camera.element, h("form", { class: "scan-form", onsubmit: (event) => this.typed(event) }, h("label", { for: "code" }, __("Number of the registration")), h("div", { class: "scan-line" }, this.code, h("button", { class: "button main" }, __("Check"))), h("label", { for: "picture" }, __("or a picture of the receipt")), this.file, h("label", { for: "place" }, __("This checkpoint (road, kilometre)")), this.place)),
			this.result,
			this.list,
		);
		this.drawQueue();
	}

	async drawQueue() {
		const rows = await this.store.rows();
		const waiting = rows.filter((row) => !row.result).length;
		this.list.replaceChildren(
			h("h2", { id: "queue-title" }, waiting ? __("{0} arrivals wait to be sent", waiting) : __("Everything has been sent")),
			h("ul", { class: "scan-list" }, rows.slice(0, 30).map((row) => h("li", { class: `is-${row.result || "waiting"}` }, h("b", {}, row.number), " ", row.sentence || __("waits for the network")))),
		);
	}

	// --- reading

	typed(event) {
		event.preventDefault();
		this.read(this.code.value);
	}

	async fromPicture() {
		const [file] = this.file.files;
		const text = file && (await readPicture(file));
		this.file.value = "";
		if (text) this.read(text);
		else this.tell("bad", __("No code was found in the picture. Take it nearer, or type the number."));
	}

	read(text) {
		const found = judge(text, this.known, new Date(), verify);
		this.seen = found;
		if (found.verdict === "forged") return this.tell("bad", __("Not a receipt of the portal, or changed. Ask for the number of the registration."));
		if (found.verdict === "mistyped") return this.tell("bad", __("This is no number of a registration: DK and eleven letters and digits."));
		this.show(found);
	}

	show(found) {
		const lines = {
			genuine: ["good", __("Genuine receipt.")],
			number: ["", __("A number that was typed: nothing vouches for it here. It is checked when it is sent.")],
			changed: ["bad", __("This receipt has been replaced by a newer one. Ask for the newest.")],
			revoked: ["bad", __("This registration was cancelled.")],
			early: ["warn", __("The day on this receipt is still to come.")],
			late: ["bad", __("This receipt holds no more.")],
		};
		const [kind, sentence] = lines[found.verdict];
		const facts = found.day ? [[__("Day of arrival"), found.day], [__("Persons"), found.persons], [__("To"), this.known.areas[found.area] || found.area], [__("From"), this.known.origins[found.origin] || found.origin]] : [];
		this.tell(
			kind,
			sentence,
			h("dl", { class: "facts" }, h("div", {}, h("dt", {}, __("Registration")), h("dd", {}, found.number)), facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
			h("p", { class: "acts" }, h("button", { type: "button", class: "button main", id: "record", onclick: () => this.record(found) }, __("Record the arrival")), h("button", { type: "button", class: "button", onclick: () => this.look(found) }, __("Ask the portal about it"))),
		);
	}

	tell(kind, sentence, ...more) {
		this.result.className = `card notice ${kind}`;
		this.result.replaceChildren(h("p", { class: "notice-title", tabindex: "-1" }, sentence), ...more);
		announce(sentence);
		this.result.scrollIntoView({ block: "nearest" });
	}

	async look(found) {
		try {
			const seen = await this.api.call("checkpoint.look", { code: found.text }, true);
			const persons = h("ol", {}, seen.persons.map(({ name, measure }) => h("li", {}, [name, measure].filter(Boolean).join(" – "))));
			this.result.append(h("p", {}, seen.area_name), persons);
		} catch (problem) {
			this.result.append(problemNotice(problem));
		}
	}

	// --- recording

	async record(found) {
		await this.store.add({ key: newKey(), code: found.text, number: found.number, place: this.place.value, at: Date.now() });
		this.code.value = "";
		this.tell("good", __("{0} is recorded on this device.", found.number));
		await this.drawQueue();
		await this.send();
	}

	/** What waits, in one request; kept until the portal has answered for each. */
	async send() {
		if (this.sending || !navigator.onLine) return;
		this.sending = true;
		try {
			for (let rows = batch(await this.store.rows()); rows.length; rows = batch(await this.store.rows())) {
				const now = Date.now();
				const seen = rows.map(({ key, code, place, at }) => ({ key, code, place, seconds_ago: Math.max(0, Math.round((now - at) / 1000)) }));
				const answers = await this.api.call("checkpoint.record", { seen }, true);
				for (const row of answersOf(rows, answers)) await this.store.add(row);
				await this.drawQueue();
			}
		} catch (problem) {
			if (problem.kind !== "offline") this.result.append(problemNotice(problem));
		} finally {
			this.sending = false;
			if (this.list) await this.drawQueue();
		}
	}
}

const settings = JSON.parse(document.getElementById("settings").textContent);
setTexts(settings.lang, settings.texts);
new CheckpointPage(settings).start();
