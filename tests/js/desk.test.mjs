import test from "node:test";
import assert from "node:assert/strict";
import { deskModule } from "./helper.mjs";

const { hideTimeZone } = await deskModule("time_zone");
const { VIETNAMESE } = await deskModule("datepicker");

/** A form on the excuse EXC-1, whose copies of the fields are made, in a Desk in or out of the system's time zone. */
function desk(inSystemZone) {
	const fields = [
		{ fieldname: "to_time", fieldtype: "Datetime" },
		{ fieldname: "reason", fieldtype: "Small Text" },
	];
	const first = Object.fromEntries(fields.map((field) => [field.fieldname, field]));
	const copy = structuredClone(first);
	globalThis.frappe = {
		datetime: { is_system_time_zone: () => inSystemZone },
		meta: { get_docfield: (_doctype, fieldname, name) => (name === "EXC-1" ? copy : first)[fieldname] },
	};
	return { first, copy, frm: { doctype: "Report Excuse", docname: "EXC-1", meta: { fields } } };
}

test("date and time fields lose the line on their zone, on this document and later ones", () => {
	const { first, copy, frm } = desk(true);
	hideTimeZone(frm);
	assert.deepEqual([first.to_time.hide_timezone, copy.to_time.hide_timezone], [1, 1]);
	assert.deepEqual([first.reason.hide_timezone, copy.reason.hide_timezone], [undefined, undefined]);
});

test("who works in another time zone keeps the line", () => {
	const { first, copy, frm } = desk(false);
	hideTimeZone(frm);
	assert.deepEqual([first.to_time.hide_timezone, copy.to_time.hide_timezone], [undefined, undefined]);
});

test("the date picker's weeks are named from Sunday, its years from January", () => {
	const { days, daysMin, daysShort, months, monthsShort } = VIETNAMESE;
	assert.deepEqual([days.length, daysShort.length, daysMin.length], [7, 7, 7]);
	assert.deepEqual([days[0], days[1], days[6]], ["Chủ nhật", "Thứ hai", "Thứ bảy"]);
	assert.deepEqual([months.length, months[0], months[11]], [12, "Tháng 1", "Tháng 12"]);
	assert.deepEqual([monthsShort.length, monthsShort[11]], [12, "Th12"]);
});
