// Time locks a slot, somebody publishes it: the list says of a locked one whether its figures are public.

const COLORS = { Scheduled: "gray", Open: "blue", Closing: "orange", Consolidated: "yellow", Published: "green", Locked: "gray" };

frappe.listview_settings["Report Slot"] = {
	add_fields: ["state", "published_at"],
	get_indicator({ state, published_at: published }) {
		if (state !== "Locked" || published) return [__(state), COLORS[state], `state,=,${state}`];
		return [__("Locked, not published"), "red", "state,=,Locked|published_at,is,not set"];
	},
};
