import test from "node:test";
import assert from "node:assert/strict";
import { publicModule } from "./helper.mjs";

const { attached, canonical, differences, hex, isCanonical, normalCode } = await publicModule("bulletin_file");

test("canonical JSON has sorted keys, plain letters and nothing in between", () => {
	const content = { b: [1, null, true], a: 'Xã "Đông"\n€', A: {} };
	assert.equal(canonical(content), '{"A":{},"a":"Xã \\"Đông\\"\\n€","b":[1,null,true]}');
});

test("a text in which a name stands twice is not what was read of it", () => {
	const text = '{"a":9,"a":5}';
	assert.equal(isCanonical(text, JSON.parse(text)), false);
	assert.equal(isCanonical('{"a":5}\n', { a: 5 }), true);
});

test("the attachment is found among the bytes of a file, and only a whole one", () => {
	const bytes = (text) => new TextEncoder().encode(text);
	const file = '%PDF\nstream\nxx\nendstream\n5 0 obj\nstream\n{"bulletin":{"a":"ế"}}\nendstream\n%%EOF';
	assert.equal(attached(bytes(file)), '{"bulletin":{"a":"ế"}}');
	assert.equal(attached(bytes(file.replaceAll("\nendstream", ""))), "");
	assert.equal(attached(bytes("")), "");
});

test("differences are told by the name of the figure", () => {
	const of = (value) => ({ figures: [{ field: "new_cases", value }, { code: "380", deaths: 0 }] });
	assert.deepEqual(differences(of(12), of(21)), ["figures.new_cases.value: 12 ≠ 21"]);
	assert.deepEqual(differences(of(null), of(0)), ["figures.new_cases.value: – ≠ 0"]);
	assert.deepEqual(differences({}, of(1)), ["…"]);
});

test("codes are found however they are typed, hashes are written as everywhere", () => {
	assert.equal(normalCode(" abcd efgh-jklmNPQR "), "ABCD-EFGH-JKLM-NPQR");
	assert.equal(normalCode(""), "");
	assert.equal(hex(new Uint8Array([0, 10, 255]).buffer), "000aff");
});
