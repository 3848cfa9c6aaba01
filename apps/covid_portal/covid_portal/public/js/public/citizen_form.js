// Forms that people send: a proof of work made on their device while they press the button, and a key that makes a form sent
// twice one. Without this script the form is sent all the same and looked at before it is worked on.

import { solve } from "./proof.js";

const CHALLENGE = "/api/method/covid_portal.citizens.protection.challenge";
const form = document.getElementById("citizen-form");

async function proof() {
	const answer = await fetch(CHALLENGE, { credentials: "omit", cache: "no-store" });
	if (!answer.ok) return "";
	const { message } = await answer.json();
	const number = await solve(message);
	const { algorithm, challenge, salt, signature } = message;
	return number === null ? "" : btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
}

function newKey() {
	return `web:${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function send(event) {
	event.preventDefault();
	if (form.dataset.sending) return;
	form.dataset.sending = "1";
	document.getElementById("form-status").textContent = form.dataset.working;
	try {
		form.elements.altcha.value = await proof();
	} catch {
		form.elements.altcha.value = ""; // it is taken in without, and held for review
	}
	form.submit();
}

if (form) {
	form.elements.submission_key.value = newKey();
	const area = form.elements.area;
	if (area?.dataset.typed) area.value = area.dataset.typed;
	form.addEventListener("submit", send);
	// Back from the answer by the browser's button: the form can be sent again, with the same key.
	addEventListener("pageshow", () => {
		delete form.dataset.sending;
		document.getElementById("form-status").textContent = "";
	});
}
document.getElementById("problems")?.focus();
document.getElementById("sent")?.focus();
