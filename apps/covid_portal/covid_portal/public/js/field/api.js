// Calls to the server. Every failure becomes a Problem with a kind the page knows what to do with, and sentences.

const METHODS = "/api/method/covid_portal.";
const WHO = "/api/method/frappe.auth.get_logged_user";
const TIMEOUT = 30 * 1000;

/** kind: "offline" (no answer), "session" (logged out), "conflict" (stored elsewhere meanwhile), "refused", "server". */
export class Problem extends Error {
	constructor(kind, messages = []) {
		super(messages[0] || kind);
		this.kind = kind;
		this.messages = messages;
	}
}

export class Api {
	/** `module`: the part of the portal that call() asks. */
	constructor({ csrf_token, user }, module = "reporting") {
		this.token = csrf_token;
		this.user = user;
		this.module = module;
	}

	due() {
		return this.call("due");
	}

	form(slot, area) {
		return this.call("form", { slot, area });
	}

	save(report) {
		return this.call("save", report, true);
	}

	contest(report, fieldname, proposed, reason) {
		return this.call("contests.contest", { report, fieldname, proposed, reason }, true);
	}

	/** `value` null: the figure stays as it is. */
	settle(contest, reason, value) {
		return this.call("contests.settle", { contest, reason, value }, true);
	}

	withdrawContest(contest) {
		return this.call("contests.withdraw", { contest }, true);
	}

	async logout() {
		await request("/api/method/logout", this.post({}));
	}

	async call(method, values = {}, write = false) {
		const name = method.includes(".") ? method : `api.${method}`;
		const address = `${METHODS}${this.module}.${name}` + (write ? "" : "?" + new URLSearchParams(values));
		const response = await request(address, write ? this.post(values) : {});
		const body = await readJson(response);
		if (response.ok) return body.message;
		throw await this.problem(response, body);
	}

	post(values) {
		return {
			method: "POST",
			headers: { "Content-Type": "application/json", "X-Frappe-CSRF-Token": this.token },
			body: JSON.stringify(values),
		};
	}

	async problem(response, body) {
		const messages = serverMessages(body);
		const denied = [400, 401, 403].includes(response.status);
		const ended = body.session_expired || response.status === 400; // 400: the token is of another session
		if (denied && (ended || !(await this.stillMe()))) return new Problem("session", messages);
		if (response.status === 409 || /Stale|TimestampMismatch/.test(body.exc_type)) return new Problem("conflict", messages);
		return new Problem(response.status < 500 ? "refused" : "server", messages);
	}

	/** Whether this page's user is still the one logged in, with this page's token. */
	async stillMe() {
		try {
			const response = await request(WHO, {});
			return response.ok && (await readJson(response)).message === this.user;
		} catch {
			return true;
		}
	}
}

async function request(address, options) {
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), TIMEOUT);
	try {
		const headers = { Accept: "application/json", ...options.headers };
		return await fetch(address, { credentials: "same-origin", ...options, headers, signal: abort.signal });
	} catch {
		throw new Problem("offline");
	} finally {
		clearTimeout(timer);
	}
}

async function readJson(response) {
	try {
		return await response.json();
	} catch {
		return {};
	}
}

/** The sentences of a refusal, as plain text, each once. */
export function serverMessages(body) {
	const raw = parse(body._server_messages) || [];
	const texts = raw.map((entry) => parse(entry)?.message ?? entry).flatMap(plainLines);
	return texts.length ? [...new Set(texts)] : lastLine(body.exception);
}

/** "frappe.exceptions.PermissionError: sentence": all there is where an exception was raised without a message. */
function lastLine(exception) {
	const found = /^[\w.]+: (.+)$/.exec(exception || "");
	return found ? [found[1]] : [];
}

/** Lines of a message that may carry markup: it is read as text, never put on the page as markup. */
export function plainLines(message) {
	const broken = String(message).replace(/<\s*(br|\/p|\/li|\/div)[^>]*>/gi, "\n");
	return stripTags(broken)
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean);
}

function stripTags(html) {
	if (typeof DOMParser === "undefined") return html.replace(/<[^>]*>/g, "");
	return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

function parse(text) {
	try {
		return typeof text === "string" ? JSON.parse(text) : text;
	} catch {
		return null;
	}
}
