import test from "node:test";
import assert from "node:assert/strict";
import { deskModule } from "./helper.mjs";

const { hideTimeZone } = await deskModule("time_zone");
const { VIETNAMESE } = await deskModule("datepicker");
const { freeze } = await deskModule("frozen");

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

/** A form of a routed document, as the framework hands it to scripts: fields to type into, one the server writes, a section. */
function routedForm(name, state) {
	const df = (fieldname, fieldtype, more = {}) => ({ fieldname, fieldtype, read_only: 0, ...more });
	const fields = [df("title", "Data"), df("rows", "Table"), df("stock", "Select", { allow_on_submit: 1 }), df("number", "Data", { read_only: 1 }), df("head", "Section Break")];
	globalThis.frappe = { model: { is_value_type: (kind) => !["Table", "Section Break"].includes(kind), table_fields: ["Table"] } };
	const set_df_property = (fieldname, property, value) => (fields.find((field) => field.fieldname === fieldname)[property] = value);
	return { doctype: "Supply Point", doc: { name, workflow_state: state }, fields: fields.map((df) => ({ df })), set_df_property };
}

const openOf = (frm) => frm.fields.map(({ df }) => df).filter((df) => !df.read_only && df.fieldtype !== "Section Break").map((df) => df.fieldname);

test("what is on its way is closed but for what goes on changing, and opens again with its author", () => {
	const frm = routedForm("SP-1", "Draft");
	freeze(frm);
	assert.deepEqual(openOf(frm), ["title", "rows", "stock"]);
	for (const state of ["In Approval", "Approved", "Approved"]) {
		frm.doc.workflow_state = state;
		freeze(frm);
		assert.deepEqual(openOf(frm), ["stock"]);
	}
	frm.doc.workflow_state = "Returned";
	freeze(frm);
	assert.deepEqual(openOf(frm), ["title", "rows", "stock"]);
});

test("a document from before its route stays open, as the server has it", () => {
	const frm = routedForm("SP-2", undefined);
	freeze(frm);
	assert.deepEqual(openOf(frm), ["title", "rows", "stock"]);
});
