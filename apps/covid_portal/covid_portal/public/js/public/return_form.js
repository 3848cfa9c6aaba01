// /dang-ky-ve-que: shows no more persons than are needed, sends without leaving the page, says beside each field what is wrong.
// Without this the form is sent as it is.

const { search } = new URL(import.meta.url); // the parts come with the version of this file
const { solved } = await import(`./return_form_proof.js${search}`);

const form = document.getElementById("return-form");
const persons = document.getElementById("persons");
const add = document.getElementById("add-person");
const proxy = document.getElementById("proxy");
const problems = document.getElementById("form-problems");
const sent = document.getElementById("form-sent");
const button = form.querySelector('button[type="submit"]');
const key = [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const most = Number(form.dataset.most);

// --- persons

const blocks = () => [...persons.querySelectorAll(".person")];
const isBlank = (block) => ![...block.querySelectorAll("input")].some((input) => input.value);

function numbered(block, number) {
	const copy = block.cloneNode(true);
	for (const element of copy.querySelectorAll("[id], [name], [for]")) {
		for (const name of ["id", "name", "for"]) {
			const value = element.getAttribute(name);
			if (value) element.setAttribute(name, value.replace(/persons\.\d+\./, `persons.${number}.`));
		}
	}
	for (const input of copy.querySelectorAll("input")) input.value = "";
	for (const select of copy.querySelectorAll("select")) select.selectedIndex = 0;
	for (const told of copy.querySelectorAll(".field-problem")) told.remove();
	copy.querySelector("summary").textContent = form.dataset.person.replace("{0}", number);
	copy.dataset.number = number;
	copy.open = true;
	return copy;
}

add.addEventListener("click", () => {
	const block = numbered(blocks().at(-1), blocks().length + 1);
	persons.append(block);
	add.hidden = blocks().length >= most;
	block.querySelector("input").focus();
});

// --- sending

function payload() {
	const values = Object.fromEntries([...new FormData(form)].filter(([name]) => !["page", "lang", "website"].includes(name)));
	const rows = blocks().map((block) => {
		const fields = [...block.querySelectorAll("input, select")];
		return Object.fromEntries(fields.map((field) => [field.name.split(".").at(-1), field.value]));
	});
	const plain = Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith("persons.")));
	return { ...plain, persons: rows };
}

async function send() {
	const altcha = await solved();
	const body = new FormData();
	const fields = { payload: JSON.stringify(payload()), submission_key: key, altcha, website: form.elements.website.value, lang: document.documentElement.lang };
	for (const [name, value] of Object.entries(fields)) body.set(name, value);
	const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
	return answer.json();
}

form.addEventListener("submit", async (event) => {
	event.preventDefault();
	const label = button.textContent;
	button.disabled = true;
	button.textContent = form.dataset.sending;
	try {
		const { message } = await send();
		if (message?.code) done(message);
		else tell(message?.problems ?? { "": message?.sentence ?? form.dataset.failed });
	} catch {
		tell({ "": form.dataset.failed });
	}
	button.disabled = false;
	button.textContent = label;
});

function done({ code }) {
	sent.querySelector(".code").textContent = code;
	form.hidden = true;
	problems.hidden = true;
	sent.hidden = false;
	sent.focus();
	window.scrollTo(0, 0);
}

function tell(told) {
	for (const old of form.querySelectorAll(".field-problem")) old.remove();
	for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
	problems.querySelector("ul").replaceChildren(...Object.entries(told).map(([name, sentence]) => line(name, sentence)));
	problems.hidden = false;
	problems.scrollIntoView({ block: "start" });
}

function line(name, sentence) {
	const item = document.createElement("li");
	const field = form.elements[name];
	if (!field) {
		item.textContent = sentence;
		return item;
	}
	const link = Object.assign(document.createElement("a"), { href: `#${name}`, textContent: sentence });
	const beside = Object.assign(document.createElement("p"), { id: `problem-${name}`, className: "field-problem", textContent: sentence });
	field.setAttribute("aria-invalid", "true");
	field.setAttribute("aria-describedby", beside.id);
	field.closest("details")?.setAttribute("open", "");
	field.after(beside);
	item.append(link);
	return item;
}

// --- at first

function showProxy() {
	proxy.hidden = !form.elements.is_proxy.checked;
}

form.noValidate = true; // the sentences come from the portal, in the page's language
form.elements.is_proxy.addEventListener("change", showProxy);
sent.querySelector(".print").addEventListener("click", () => window.print());
for (const block of blocks().slice(1)) if (isBlank(block)) block.remove();
add.hidden = blocks().length >= most;
showProxy();
