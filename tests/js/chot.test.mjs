import assert from "node:assert/strict";
import crypto from "node:crypto";
import { test } from "node:test";
import { chotModule } from "./helper.mjs";

const { fromBase32, judge, normalNumber } = await chotModule("receipt");
const { answersOf, batch } = await chotModule("queue");

const keys = crypto.generateKeyPairSync("ed25519");
const HEAD = Buffer.from("302a300506032b6570032100", "hex"); // of a public key in DER
const publicKey = keys.publicKey.export({ type: "spki", format: "der" }).subarray(HEAD.length);
const verify = (message, signature, key) =>
	crypto.verify(null, message, { key: Buffer.concat([HEAD, key]), type: "spki", format: "der" }, signature);
const NOW = new Date(2021, 10, 20, 9);
const NUMBER = "DK-7K2M9-Q4XT8R";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(bytes) {
	const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
	return bits.match(/.{1,5}/g).map((five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

function token(first, last, issue = 1) {
	const text = `VQ1:0A1B2C3D:${NUMBER}:${issue}:${first}:${last}:2:14848:79`;
	return `${text}:${base32(crypto.sign(null, Buffer.from(text), keys.privateKey))}`;
}

const known = (issues = {}) => ({ keys: [{ key_id: "0A1B2C3D", public_key: publicKey.toString("base64") }], issues });
const verdict = (text, issues) => judge(text, known(issues), NOW, verify).verdict;

test("a receipt is genuine on its days alone", () => {
	assert.equal(verdict(token("20211120", "20211123")), "genuine");
	assert.equal(verdict(token("20211117", "20211120")), "genuine");
	assert.equal(verdict(token("20211121", "20211124")), "early");
	assert.equal(verdict(token("20211116", "20211119")), "late");
});

test("small letters and blanks around it make no difference; what was changed is forged", () => {
	const sound = token("20211120", "20211123");
	assert.equal(verdict(` ${sound.toLowerCase()} `), "genuine");
	for (const wrong of [sound.replace(":2:14848", ":9:14848"), sound.replace("0A1B2C3D", "0A1B2C3E"), sound.slice(0, -2), `${sound}A`, "VQ1:x", sound.replaceAll(":", "::")]) assert.equal(verdict(wrong), "forged", wrong);
});

test("an older issue has been replaced, and a cancelled registration is told", () => {
	const sound = token("20211120", "20211123");
	assert.equal(verdict(sound, { [NUMBER]: 2 }), "changed");
	assert.equal(verdict(token("20211120", "20211123", 2), { [NUMBER]: 2 }), "genuine");
	assert.equal(verdict(sound, { [NUMBER]: 0 }), "revoked");
});

test("a number is read as people type it, and a slip is told by its check letter", () => {
	const sound = "DK-00000-000000";
	assert.equal(normalNumber("dk ooooo 000000"), sound);
	assert.equal(normalNumber("DK-00000-000001"), null);
	assert.equal(normalNumber("DK-0000"), null);
	assert.equal(verdict("dk 00000-000000"), "number");
	assert.equal(verdict("DK-00000-000000", { [sound]: 0 }), "revoked");
	assert.equal(verdict("hello"), "mistyped");
});

test("base 32 is read back byte by byte", () => {
	const bytes = Uint8Array.from({ length: 64 }, (_nothing, place) => (place * 37) % 256);
	assert.deepEqual(fromBase32(base32(bytes)), bytes);
	assert.equal(fromBase32("A1"), null);
});

test("the oldest wait first; an answered one is not sent again and keeps no code", () => {
	const rows = [{ key: "b", at: 2, code: "x" }, { key: "a", at: 1, code: "y" }, { key: "c", at: 0, result: "recorded" }];
	assert.deepEqual(batch(rows).map(({ key }) => key), ["a", "b"]);
	const answered = answersOf(batch(rows), [{ key: "a", result: "refused", sentence: "No." }]);
	assert.deepEqual(answered, [{ key: "a", at: 1, code: null, result: "refused", sentence: "No." }]);
});
