// The consolidated sheet of an area as tables: figures beside those before, and who is missing in them.

frappe.provide("covid_portal.comparison");

const COLUMNS = [
	["now", __("This slot")],
	["before", __("Slot before")],
	["change", __("Change")],
	["week_ago", __("A week ago")],
	["week_change", __("Change in a week")],
	["mean_7", __("Mean of 7 days")],
	["per_100k", __("Per 100,000")],
	["week_per_100k", __("Per 100,000 in 7 days")],
];
const LISTS = [
	["missing", __("Not reported")],
	["late", __("Late")],
	["provisional", __("Provisional")],
	["carried", __("Carried over")],
];

covid_portal.comparison.show = async function (frm) {
	const { slot, area } = frm.doc;
	const method = "covid_portal.reporting.comparison.sheet";
	const { message: data } = await frappe.call({ method, args: { slot, area }, type: "GET" });
	if (frm.doc.slot !== slot || frm.doc.area !== area) return;
	frm.dashboard.add_section(content(data), __("Figures of the slot"), "custom");
	frm.dashboard.show();
};

function content(data) {
	const { reported, expected, provisional, carried } = data.completeness;
	const summary = __("{0} of {1} areas have reported; {2} provisionally, {3} carried over.", [
		reported,
		expected,
		provisional,
		carried,
	]);
	return $("<div>").append(
		$("<p>").text(summary),
		lists(data),
		$('<div style="overflow-x: auto">').append(table(data)),
	);
}

function lists(data) {
	const boxes = LISTS.filter(([key]) => data.lists[key].length).map(([key, label]) => {
		const names = data.lists[key].map((row) => row.area_name).join(", ");
		const summary = $("<summary>").text(`${label}: ${data.lists[key].length}`);
		return $('<details class="mb-2">').append(summary, $("<p>").text(names));
	});
	return $("<div>").append(boxes);
}

function table(data) {
	const head = $("<tr>").append(cell("th", __("Figure"), ""));
	for (const [, label] of COLUMNS) head.append(cell("th", label, "text-right").attr("scope", "col"));
	const body = data.groups.flatMap((group) => [
		$("<tr>").append(cell("th", group.label, "bold").attr("colspan", COLUMNS.length + 1)),
		...group.rows.map(figures_row),
	]);
	return $('<table class="table table-bordered table-sm">').append(
		$("<thead>").append(head),
		$("<tbody>").append(body),
	);
}

function figures_row(row) {
	const cells = COLUMNS.map(([key]) => cell("td", number(row[key], key), "text-right text-nowrap"));
	return $("<tr>").append(cell("th", row.label, "font-weight-normal").attr("scope", "row"), cells);
}

function cell(tag, text, css) {
	return $(`<${tag}>`).addClass(css).text(text);
}

// Not reported is a dash, never a zero.
function number(value, key) {
	if (value === null || value === undefined) return "–";
	const text = value.toLocaleString(frappe.boot.lang === "vi" ? "vi-VN" : "en-GB");
	return key.endsWith("change") && value > 0 ? `+${text}` : text;
}
