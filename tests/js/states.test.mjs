import test from "node:test";
import assert from "node:assert/strict";
import { fieldModule } from "./helper.mjs";

const { stateOf } = await fieldModule("states");
const { wall } = await fieldModule("format");

const SLOT = {
	slot_time: "2021-11-20T16:00:00",
	opens_at: "2021-11-20T13:00:00",
	due_at: "2021-11-20T15:30:00",
	locks_at: "2021-11-21T16:00:00",
	slot_state: "Open",
	state: "Expected",
	workflow_state: null,
};
const at = (time, changes = {}) => stateOf({ ...SLOT, ...changes }, wall(`2021-11-${time}:00`));

test("an open slot without a report is to be done, and overdue after the deadline", () => {
	assert.deepEqual([at("20T14:00").key, at("20T14:00").tone, at("20T14:00").todo], ["missing", "todo", true]);
	assert.equal(at("20T15:31").tone, "late");
	assert.equal(at("20T15:31").todo, true);
});

test("before it opens and after it locks there is nothing to do", () => {
	assert.equal(at("20T12:00").todo, false);
	assert.equal(at("21T16:00").key, "locked");
	assert.equal(at("20T14:00", { slot_state: "Locked" }).todo, false);
});

test("what was sent or approved stays so, also after the lock", () => {
	assert.equal(at("25T00:00", { workflow_state: "Approved" }).key, "approved");
	assert.equal(at("20T14:00", { workflow_state: "In Approval" }).key, "sent");
});

test("a draft, a withdrawn and a returned report are still to be done until the lock", () => {
	for (const workflow_state of ["Draft", "Withdrawn", "Returned"]) {
		assert.equal(at("20T14:00", { workflow_state }).todo, true);
		assert.equal(at("21T16:01", { workflow_state }).todo, false);
	}
	assert.equal(at("20T14:00", { workflow_state: "Returned" }).tone, "bad");
});

test("a unit that was excused owes nothing", () => {
	assert.equal(at("20T14:00", { state: "Excused" }).todo, false);
});
