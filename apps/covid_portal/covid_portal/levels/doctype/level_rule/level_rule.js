// The Desk form of a rule: what it would have said of past slots, beside the rule of their days.

frappe.ui.form.on("Level Rule", {
	refresh(frm) {
		frm.get_field("trial").$wrapper.empty();
		if (frm.perm[0]?.write) frm.add_custom_button(__("Try on Past Slots"), () => try_rule(frm));
	},
});

async function try_rule(frm) {
	const { message } = await frappe.call({
		method: "covid_portal.levels.simulation.simulate",
		args: { rule: frm.doc },
		freeze: true,
	});
	const field = frm.get_field("trial").$wrapper.empty();
	if (!message.slots.length) {
		$("<p>").text(__("No slot is consolidated yet.")).appendTo(field);
		return;
	}
	const newest = message.slots.at(-1);
	$("<p>")
		.text(__("In the newest slot {0} areas would have a higher level, {1} a lower one.", [newest.higher, newest.lower]))
		.appendTo(field);
	field.append(
		table(
			[__("Slot"), __("Areas assessed"), __("Higher"), __("Lower")],
			message.slots.map((row) => [frappe.datetime.str_to_user(row.slot_time), row.assessed, row.higher, row.lower]),
		),
		map(message.blocks),
		table([__("Area"), __("Rule of the day"), __("This rule")], message.areas.map((row) => [row.name, row.before ?? "–", row.after ?? "–"])),
	);
	frm.scroll_to_field("trial");
}

function table(heads, rows) {
	const element = $('<table class="table table-bordered table-sm">');
	for (const [name, cells] of [["th", heads], ...rows.map((row) => ["td", row])]) {
		const line = $("<tr>").appendTo(element);
		for (const text of cells) $(`<${name}>`).text(text).appendTo(line);
	}
	return element;
}

/** Each commune a tile with the level it would have; what differs stands out, and says from what to what. */
function map(blocks) {
	const element = $('<div class="level-trial" style="display: flex; flex-wrap: wrap; gap: 12px; margin-bottom: 16px">');
	for (const { name, tiles } of blocks) {
		const block = $('<div style="width: 168px">').append($('<div class="small text-truncate">').text(name)).appendTo(element);
		const grid = $('<div style="display: grid; grid-template-columns: repeat(7, 1fr); gap: 2px">').appendTo(block);
		for (const tile of tiles) grid.append(tile_of(tile));
	}
	return element;
}

function tile_of({ name, before, after }) {
	const differs = before !== after;
	const said = differs ? __("{0}: {1}, was {2}", [name, after ?? "–", before ?? "–"]) : __("{0}: {1}", [name, after ?? "–"]);
	const style = differs ? "outline: 2px solid var(--text-color); font-weight: 700" : "opacity: .45";
	return $(`<span class="small text-center" style="${style}">`).text(after ?? "–").attr({ title: said, "aria-label": said, role: "img" });
}
