import test from "node:test";
import assert from "node:assert/strict";
import { fieldModule } from "./helper.mjs";

const { Drafts, keyFor, randomKey } = await fieldModule("draft");
const { plainLines, serverMessages } = await fieldModule("api");

class Storage {
	items = new Map();
	get length() {
		return this.items.size;
	}
	key(index) {
		return [...this.items.keys()][index];
	}
	getItem(key) {
		return this.items.get(key) ?? null;
	}
	setItem(key, value) {
		this.items.set(key, value);
	}
	removeItem(key) {
		this.items.delete(key);
	}
}

test("a draft is kept for its user, slot and area alone", () => {
	const storage = new Storage();
	const drafts = new Drafts("a@example.vn", storage);
	assert.ok(drafts.write("SIT-1", "14845", { figures: { new_cases: "6" } }));
	assert.deepEqual(drafts.read("SIT-1", "14845").figures, { new_cases: "6" });
	assert.equal(drafts.read("SIT-1", "14848"), null);
	assert.equal(drafts.read("SIT-2", "14845"), null);
	assert.equal(new Drafts("b@example.vn", storage).read("SIT-1", "14845"), null);
	drafts.remove("SIT-1", "14845");
	assert.equal(drafts.read("SIT-1", "14845"), null);
});

test("old drafts go, fresh ones and other keys stay", () => {
	const storage = new Storage();
	const drafts = new Drafts("a", storage);
	drafts.write("old", "1", {});
	storage.setItem("something else", "1");
	drafts.prune(Date.now() + 15 * 24 * 3600 * 1000);
	assert.equal(drafts.read("old", "1"), null);
	assert.equal(storage.getItem("something else"), "1");
	drafts.write("new", "1", {});
	drafts.prune();
	assert.ok(drafts.read("new", "1"));
});

test("a device that keeps nothing does not break the page", () => {
	const drafts = new Drafts("a", null);
	assert.equal(drafts.write("s", "1", {}), false);
	assert.equal(drafts.read("s", "1"), null);
	drafts.remove("s", "1");
	drafts.prune();
});

test("the same content is sent under the same key, changed content under a new one", () => {
	const first = keyFor("content", null);
	assert.equal(keyFor("content", first).key, first.key);
	assert.notEqual(keyFor("changed", first).key, first.key);
});

test("keys are not repeated", () => {
	const keys = new Set(Array.from({ length: 100 }, randomKey));
	assert.equal(keys.size, 100);
	assert.match([...keys][0], /^[0-9a-f-]{32,36}$/);
});

test("the server's sentences are read as text, each once", () => {
	const entry = (message) => JSON.stringify({ message, title: "x" });
	const body = { _server_messages: JSON.stringify([entry("<b>F1 mới</b>: sai<br>Mẫu: sai"), entry("Mẫu: sai")]) };
	assert.deepEqual(serverMessages(body), ["F1 mới: sai", "Mẫu: sai"]);
	assert.deepEqual(serverMessages({}), []);
	assert.deepEqual(serverMessages({ exception: "frappe.exceptions.PermissionError: Không được." }), ["Không được."]);
	assert.deepEqual(plainLines("<ul><li>a</li><li>b</li></ul>"), ["a", "b"]);
});
