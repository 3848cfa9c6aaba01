// Checks a bulletin by its code or its file, here in the browser, against the files the portal publishes. What the browser
// cannot do itself goes to the portal: the forms work without this script too.

import { attached, canonical, differences, hex, isCanonical, normalCode } from "./bulletin_file.js";

const FOLDER = "/du-lieu-mo/v1/bulletins";
const LARGEST = 3_000_000;
const box = document.getElementById("verdict");

class Unchecked extends Error {}

async function fetched(address) {
	const answer = await fetch(address, { credentials: "omit" });
	if (answer.status === 404) return null;
	if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
	return answer.json();
}

const ofCode = (code) => fetched(`${FOLDER}/codes/${encodeURIComponent(code)}.json`);

function held(row) {
	return row ? { result: row.superseded_by ? "superseded" : "genuine", bulletin: row, parts: [] } : unknown();
}

const unknown = () => ({ result: "unknown", bulletin: null, parts: [] });

async function sha256(bytes) {
	if (!globalThis.crypto?.subtle) throw new Unchecked("no WebCrypto: the page did not come over HTTPS");
	return hex(await crypto.subtle.digest("SHA-256", bytes));
}

async function isSigned(published, content) {
	const { keys } = await fetched("/du-lieu-mo/v1/keys.json");
	const key = keys.find((one) => one.key_id === published.bulletin.key_id);
	if (!key) return false;
	const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
	let known;
	try {
		known = await crypto.subtle.importKey("raw", bytes(key.public_key), "Ed25519", false, ["verify"]);
	} catch {
		throw new Unchecked("this browser knows no Ed25519");
	}
	try {
		return await crypto.subtle.verify("Ed25519", known, bytes(published.signature), content);
	} catch {
		return false; // not even base64
	}
}

// Raises Unchecked where only the portal can tell.
async function ofFile(bytes) {
	const isPdf = new TextDecoder("latin1").decode(bytes.subarray(0, 1024)).trimStart().startsWith("%PDF");
	const digest = await sha256(bytes);
	let published;
	const text = isPdf ? attached(bytes) : new TextDecoder().decode(bytes);
	try {
		published = JSON.parse(text);
		if (typeof published.bulletin !== "object" || published.bulletin === null) return unknown();
	} catch {
		return unknown();
	}
	if (!isCanonical(text, published)) throw new Unchecked("not as the portal writes it: a name may stand twice");
	const row = await ofCode(normalCode(String(published.bulletin.code ?? "")));
	if (!row) throw new Unchecked("the portal says whether its key has signed it");
	if (isPdf && digest === row.pdf_sha256) return held(row);
	const content = new TextEncoder().encode(canonical(published.bulletin));
	const parts = [];
	if ((await sha256(content)) !== row.hash) {
		const issued = await fetched(row.json);
		parts.push(...differences(published.bulletin, issued.bulletin));
	}
	if (published.hash !== row.hash) parts.push("SHA-256");
	if (!(await isSigned(published, content))) parts.push("Ed25519");
	if (isPdf && !parts.length) parts.push(box.dataset.pages);
	return parts.length ? { result: "forged", bulletin: row, parts } : held(row);
}

async function asked(form) {
	const values = new FormData(form);
	values.delete("page");
	const answer = await fetch(form.action, { method: "POST", body: values, credentials: "omit" });
	if (answer.status === 413) return { failed: box.dataset.large };
	if (!answer.ok) throw new Error(`${answer.status}`);
	return (await answer.json()).message;
}

// --- what is said

function element(name, text) {
	const made = document.createElement(name);
	made.textContent = text;
	return made;
}

function say(sentence, result = "") {
	box.hidden = false;
	box.dataset.result = result;
	const paragraph = element("p", sentence);
	paragraph.className = "verdict-sentence";
	box.replaceChildren(paragraph);
}

function tell(verdict) {
	if (verdict.failed) return say(verdict.failed);
	const row = verdict.bulletin;
	const values = [row?.number, row?.version, row?.superseded_by];
	say(
		box.dataset[verdict.result].replace(/\{(\d)\}/g, (_all, place) => values[place] ?? ""),
		verdict.result,
	);
	if (verdict.parts.length) {
		const list = document.createElement("ul");
		for (const part of verdict.parts.slice(0, 12)) {
			const item = document.createElement("li");
			item.append(element("code", part));
			list.append(item);
		}
		box.append(element("p", box.dataset.differs), list);
	}
	if (row) {
		const link = element("a", box.dataset.open);
		link.href = `${box.dataset.base}/${row.number}`;
		const paragraph = document.createElement("p");
		paragraph.append(link);
		box.append(paragraph);
	}
}

async function checked(form, verdict) {
	say(box.dataset.checking);
	try {
		tell(await verdict());
	} catch (error) {
		try {
			if (!(error instanceof Unchecked)) throw error;
			tell(await asked(form));
		} catch {
			say(box.dataset.failed);
		}
	}
	box.scrollIntoView({ block: "nearest" });
}

// --- the forms

const codeForm = document.getElementById("code-form");
const fileForm = document.getElementById("file-form");

codeForm.addEventListener("submit", (event) => {
	event.preventDefault();
	checked(codeForm, async () => held(await ofCode(normalCode(codeForm.elements.code.value))));
});

fileForm.addEventListener("submit", (event) => {
	event.preventDefault();
	const file = fileForm.elements.file.files[0];
	checked(fileForm, async () =>
		file.size > LARGEST ? { failed: box.dataset.large } : ofFile(new Uint8Array(await file.arrayBuffer())),
	);
});

const given = new URLSearchParams(location.search).get("ma");
if (given) {
	codeForm.elements.code.value = given.slice(0, 40);
	codeForm.requestSubmit();
}
