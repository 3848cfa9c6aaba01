// The Desk form of a rule: what it would have said of past slots, beside the rule of their days, and where that lies.

const LOOKS = {
	1: "background: #1e7b57; color: #fff",
	2: "background: radial-gradient(rgb(0 0 0 / .42) 1px, transparent 1.4px) 0 0 / 5px 5px #f3c63f; color: #1b1d1f",
	3: "background: repeating-linear-gradient(135deg, transparent 0 4px, rgb(0 0 0 / .25) 4px 5px) #e07a1f; color: #1b1d1f",
	4: "background: #a61e22; color: #fff",
};
const NONE = "background: var(--control-bg); color: var(--text-muted)";

frappe.ui.form.on("Level Rule", {
	refresh(frm) {
		frm.get_field("trial").$wrapper.empty();
		if (frm.doc.to_check) frm.set_intro(__("Still to be checked: {0}", [frm.doc.to_check]), "orange");
		if (frm.perm[0]?.write) frm.add_custom_button(__("Try on Past Slots"), () => try_rule(frm));
	},
});

async function try_rule(frm) {
	const { message } = await frappe.call({
		method: "covid_portal.levels.simulation.simulate",
		args: { rule: frm.doc },
		freeze: true,
	});
	show(frm.get_field("trial").$wrapper.empty(), message);
	frm.scroll_to_field("trial");
}

function show(field, { slots, areas, blocks }) {
	if (!slots.length) {
		field.append($("<p>").text(__("No slot is consolidated yet.")));
		return;
	}
	const { higher, lower } = slots.at(-1);
	field.append(
		$("<p>").text(__("In the newest slot {0} areas would have a higher level, {1} a lower one.", [higher, lower])),
		legend(),
		map(blocks),
		table(
			__("Areas that differ in the newest slot"),
			[__("Area"), __("Rule of the day"), __("This rule")],
			areas.map(({ name, before, after }) => [name, before ?? "–", after ?? "–"]),
		),
		table(
			__("Slot by slot"),
			[__("Slot"), __("Areas assessed"), __("Higher"), __("Lower")],
			slots.map((row) => [frappe.datetime.str_to_user(row.slot_time), row.assessed, row.higher, row.lower]),
		),
	);
}

function table(caption, heads, rows) {
	const element = $('<table class="table table-bordered table-sm">').append($('<caption style="caption-side: top">').text(caption));
	for (const [name, cells] of [["th", heads], ...rows.map((row) => ["td", row])]) {
		const line = $("<tr>").appendTo(element);
		for (const text of cells) $(`<${name}>`).text(text).appendTo(line);
	}
	return element;
}

function legend() {
	const element = $('<div class="small" style="display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 12px">');
	for (const level of [1, 2, 3, 4]) {
		element.append($('<span style="display: flex; gap: 6px; align-items: center">').append(mark(level), $("<span>").text(__("Level {0}", [level]))));
	}
	return element.append($("<span>").text(__("Framed: another level than by the rule of the day.")));
}

function mark(level) {
	const look = `${LOOKS[level] ?? NONE}; min-width: 20px; line-height: 20px; text-align: center; font-weight: 600; font-size: 11px`;
	return $(`<span style="${look}">`).text(level ?? "–");
}

/** Each commune a tile with the level it would have; what differs is framed, and says from what to what. */
function map(blocks) {
	const element = $('<div class="level-trial" style="display: flex; flex-wrap: wrap; gap: 16px; margin-bottom: 16px">');
	for (const { name, tiles } of blocks) {
		const block = $('<div style="width: 164px">').append($('<div class="small text-truncate">').text(name)).appendTo(element);
		const grid = $('<div style="display: grid; grid-template-columns: repeat(7, 1fr); gap: 4px">').appendTo(block);
		for (const tile of tiles) grid.append(tile_of(tile));
	}
	return element;
}

function tile_of({ name, before, after }) {
	const differs = before !== after;
	const said = differs ? __("{0}: {1}, was {2}", [name, after ?? "–", before ?? "–"]) : __("{0}: {1}", [name, after ?? "–"]);
	return mark(after)
		.css(differs ? { outline: "2px solid var(--text-color)", "outline-offset": "1px" } : {})
		.attr({ title: said, "aria-label": said, role: "img" });
}
