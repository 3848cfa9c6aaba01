// The hours of work: how many there are in a week, and the same day again for the others.

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const OFFICE = [
	["07:30:00", "11:30:00"],
	["13:30:00", "17:00:00"],
];

frappe.ui.form.on("Working Hours", {
	refresh(frm) {
		tell(frm);
		if (!frm.doc.periods?.length) frm.add_custom_button(__("Fill in Office Hours, Monday to Friday"), () => fill(frm));
	},

	after_save: tell,
});

frappe.ui.form.on("Working Period", { begins: tell, ends: tell, weekday: tell, periods_remove: tell });

function tell(frm) {
	const periods = frm.doc.periods || [];
	const hours = periods.reduce((sum, { begins, ends }) => sum + Math.max(0, minutes(ends) - minutes(begins)) / 60, 0);
	const days = DAYS.filter((day) => periods.some(({ weekday }) => weekday === day)).map((day) => __(day));
	const words = periods.length
		? __("{0} hours a week: {1}.", [Number(hours.toFixed(2)), days.join(", ")])
		: __("Without any row every hour counts, also at night and on Sundays.");
	frm.set_intro();
	frm.set_intro(words, "blue");
}

function minutes(time) {
	const [hour = 0, minute = 0] = String(time || "").split(":").map(Number);
	return hour * 60 + minute;
}

function fill(frm) {
	for (const weekday of DAYS.slice(0, 5)) for (const [begins, ends] of OFFICE) frm.add_child("periods", { weekday, begins, ends });
	frm.refresh_field("periods");
	frm.dirty();
	tell(frm);
}
