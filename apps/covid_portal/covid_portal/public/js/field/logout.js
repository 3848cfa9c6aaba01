import { __ } from "./i18n.js";
import { announce } from "./dom.js";

/** The button in the head of every page of unit staff. */
export function bindLogout(api) {
	document.getElementById("logout").addEventListener("click", async () => {
		try {
			await api.logout();
			location.assign("/");
		} catch {
			announce(__("No answer from the server. Please try again."));
		}
	});
}
