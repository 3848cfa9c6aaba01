// How the last build of the public pages went: an administrator who changes a text here sees whether readers have it.
frappe.ui.form.on("Publishing Settings", {
	refresh(form) {
		const last = form.doc.__onload?.last_build;
		if (!last) return;
		const at = frappe.datetime.str_to_user(last.tried_at);
		const failed = last.outcome === "Failed";
		const text = failed
			? __("The public pages could not be renewed ({0}, attempt {1}): {2}", [at, last.attempts, last.problem])
			: __("The public pages are those of {0}: {1} files, {2} of them new.", [at, last.files, last.changed]);
		form.dashboard.clear_headline();
		form.dashboard.set_headline(frappe.utils.escape_html(text), failed ? "red" : "green");
		form.add_custom_button(__("Builds"), () => frappe.set_route("List", "Snapshot Build"));
	},
});
