// The Desk list: accounts and duties of many people from a table. The file is read by the server and stored nowhere.

(() => {
	const METHODS = "covid_portal.setup.staff_accounts";

	frappe.listview_settings["Duty Assignment"] = {
		onload(list) {
			if (frappe.model.can_create("Duty Assignment")) {
				list.page.add_inner_button(__("Staff from a table"), () => ask_for_table(list));
			}
		},
	};

	function ask_for_table(list) {
		const file = Object.assign(document.createElement("input"), { type: "file", accept: ".xlsx,.csv", className: "form-control" });
		file.setAttribute("aria-label", __("Table (XLSX or CSV)"));
		const result = document.createElement("div");
		result.setAttribute("role", "status");
		const dialog = new frappe.ui.Dialog({
			title: __("Staff from a table"),
			fields: [
				{ fieldtype: "HTML", fieldname: "words" },
				{ fieldtype: "HTML", fieldname: "file" },
				{ fieldtype: "HTML", fieldname: "result" },
			],
			primary_action_label: __("Check and store"),
			primary_action: () => send(list, dialog, file, result),
		});
		dialog.fields_dict.words.$wrapper.append(...words());
		dialog.fields_dict.file.$wrapper.append(file);
		dialog.fields_dict.result.$wrapper.append(result);
		dialog.show();
	}

	function words() {
		const lead = document.createElement("p");
		lead.textContent = __("One row for each duty: name, e-mail, phone, code of the unit, duty, first and last day. If anything is wrong, nothing is stored.");
		const link = Object.assign(document.createElement("a"), {
			href: `/api/method/${METHODS}.template`,
			download: "can-bo.xlsx",
			textContent: __("Download an empty table"),
		});
		const line = document.createElement("p");
		line.append(link);
		return [lead, line];
	}

	async function send(list, dialog, file, result) {
		if (!file.files.length) return say(result, [__("Choose a file first.")]);
		const body = new FormData();
		body.append("table", file.files[0]);
		dialog.disable_primary_action();
		try {
			const answer = await post(body);
			if (answer.problems.length) {
				say(result, answer.problems.map(({ row, message }) => __("Row {0}: {1}", [row, message])));
			} else {
				dialog.hide();
				frappe.show_alert({ message: __("{0} accounts were made, {1} duties given.", [answer.accounts, answer.duties]), indicator: "green" });
				list.refresh();
			}
		} catch (error) {
			say(result, [error.message]);
		} finally {
			dialog.enable_primary_action();
		}
	}

	async function post(body) {
		const headers = { "X-Frappe-CSRF-Token": frappe.csrf_token, Accept: "application/json" };
		const answer = await fetch(`/api/method/${METHODS}.load_table`, { method: "POST", headers, body });
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
})();
