// Sentences about what went wrong, and the way on.

import { __ } from "./i18n.js";
import { h } from "./dom.js";

/** A notice for a Problem of api.js (or any other error), with what can be done about it. */
export function problemNotice(problem, { kept = false } = {}) {
	const lines = problemLines(problem, kept);
	return h("div", { class: "notice bad" }, lines.map((line) => h("p", {}, line)), loginLink(problem));
}

function problemLines(problem, kept) {
	const safe = kept ? [__("Your figures are kept on this device.")] : [];
	if (problem.kind === "offline") return [__("No answer from the server: the network is down or slow."), ...safe];
	if (problem.kind === "session") return [__("Your session has ended. Please log in again."), ...safe];
	if (problem.kind === "conflict")
		return [...problem.messages, __("This report was stored from elsewhere in the meantime."), ...safe];
	if (problem.messages?.length) return problem.messages;
	return [__("The server could not do this. Please try again in a moment."), ...safe];
}

function loginLink(problem) {
	if (problem.kind !== "session") return null;
	const back = encodeURIComponent(location.pathname + location.hash);
	return h("p", {}, h("a", { class: "button main", href: `/login?redirect-to=${back}` }, __("Log in")));
}
