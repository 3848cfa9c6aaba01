// A dialog of the Desk that takes in a table (XLSX or CSV): read by the server, stored nowhere; what is wrong is told by row.

frappe.provide("covid_portal");

/** `module`: where the server's load_table() and template() are; `stored(answer)`: what is said once the rows are stored. */
covid_portal.ask_for_table = ({ title, lead, module, template, stored, list }) => {
	const file = Object.assign(document.createElement("input"), { type: "file", accept: ".xlsx,.csv", className: "form-control" });
	file.setAttribute("aria-label", __("Table (XLSX or CSV)"));
	const result = document.createElement("div");
	result.setAttribute("role", "status");
	const dialog = new frappe.ui.Dialog({
		title,
		fields: ["words", "file", "result"].map((fieldname) => ({ fieldtype: "HTML", fieldname })),
		primary_action_label: __("Check and store"),
		primary_action: send,
	});
	dialog.fields_dict.words.$wrapper.append(...words(lead, `/api/method/${module}.template`, template));
	dialog.fields_dict.file.$wrapper.append(file);
	dialog.fields_dict.result.$wrapper.append(result);
	dialog.show();

	async function send() {
		if (!file.files.length) return say(result, [__("Choose a file first.")]);
		dialog.disable_primary_action();
		try {
			const answer = await post(module, file.files[0]);
			if (answer.problems.length) {
				say(result, answer.problems.map(({ row, message }) => __("Row {0}: {1}", [row, message])));
			} else {
				dialog.hide();
				frappe.show_alert({ message: stored(answer), indicator: "green" });
				list.refresh();
			}
		} catch (error) {
			say(result, [error.message]);
		} finally {
			dialog.enable_primary_action();
		}
	}
};

function words(lead, address, name) {
	const line = document.createElement("p");
	line.append(Object.assign(document.createElement("a"), { href: address, download: name, textContent: __("Download an empty table") }));
	return [Object.assign(document.createElement("p"), { textContent: lead }), line];
}

async function post(module, file) {
	const body = new FormData();
	body.append("table", file);
	const headers = { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" };
	const answer = await fetch(`/api/method/${module}.load_table`, { method: "POST", headers, body });
	const content = await answer.json().catch(() => ({}));
	if (answer.ok) return content.message;
	const messages = JSON.parse(content._server_messages || "[]").map((text) => JSON.parse(text).message);
	throw new Error(messages.join(" ") || __("The portal does not answer. Try again."));
}

function say(result, lines) {
	const items = lines.map((line) => Object.assign(document.createElement("li"), { textContent: line }));
	const shown = document.createElement("ul");
	shown.append(...items);
	result.replaceChildren(shown);
}
