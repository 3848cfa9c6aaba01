import test from "node:test";
import assert from "node:assert/strict";
import { chartsModule, fieldModule } from "./helper.mjs";

const { asked, lasting } = await chartsModule("address");
const { BY_DAY, BY_SLOT, calendar, later, rounded, share } = await chartsModule("course");
const { longWhen, oneDecimal, shown } = await chartsModule("words");
const { setTexts } = await fieldModule("i18n");

const plain = (text) => text.replaceAll("\u00a0", " ");
const days = (figures, { gap = null, part = null } = {}) => {
	const date = Object.values(figures)[0].map((_, at) => later("2021-11-01", at));
	const kept = date.map((_, at) => at).filter((at) => at !== gap);
	const pick = (values) => kept.map((at) => values[at]);
	const picked = Object.fromEntries(Object.entries(figures).map(([field, values]) => [field, pick(values)]));
	return { date: pick(date), whole: kept.map((at) => at !== part), figures: picked };
};
const counting = (length) => Array.from({ length }, (_, at) => at + 1);

test("a day follows the day before, over the ends of months and years", () => {
	assert.equal(later("2021-11-30", 1), "2021-12-01");
	assert.equal(later("2021-12-31", 1), "2022-01-01");
	assert.equal(later("2024-03-01", -1), "2024-02-29");
});

test("a mean of seven days is there where all seven are whole and known", () => {
	const rows = BY_DAY.cases(calendar(days({ new_cases: counting(10) })));
	assert.deepEqual(rows.map((row) => row.mean_7), [null, null, null, null, null, null, 4, 5, 6, 7]);
	const broken = BY_DAY.cases(calendar(days({ new_cases: counting(10) }, { part: 8 })));
	assert.deepEqual(broken.slice(6).map((row) => row.mean_7), [4, 5, null, null]);
	assert.equal(broken[8].hatched, true);
	const unknown = BY_DAY.cases(calendar(days({ new_cases: [...counting(6), null, 8] })));
	assert.deepEqual(unknown.slice(6).map((row) => row.mean_7), [null, null]);
});

test("a day without slots has its place in the calendar and no figure", () => {
	const rows = BY_DAY.cases(calendar(days({ new_cases: counting(16) }, { gap: 7 })));
	assert.equal(rows.length, 16);
	assert.deepEqual([rows[7].at, rows[7].new_cases, rows[7].hatched], ["2021-11-08", null, true]);
	assert.deepEqual(rows.filter((row) => row.mean_7 !== null).map((row) => row.at.slice(-2)), ["07", "15", "16"]);
});

test("no days are no rows", () => assert.deepEqual(calendar({ date: [], whole: [], figures: {} }), []));

test("positive results are a share of both methods' results of the week", () => {
	const seven = (value) => Array(7).fill(value);
	const figures = { pcr_positive: seven(1), pcr_negative: seven(9), rapid_positive: seven(null), rapid_negative: seven(10) };
	const last = BY_DAY.tests(calendar(days(figures))).pop();
	assert.deepEqual([last.positive, last.results, last.positivity_7, last.samples_taken], [1, 20, 5, null]);
});

test("a share of nothing is not known, and halves go to the even neighbour as on the server", () => {
	assert.equal(share(0, 0), null);
	assert.equal(share(null, 4), null);
	assert.equal(share(1, 16), 6.2);
	assert.equal(share(3, 16), 18.8);
	assert.equal(rounded(0.05), 0);
	assert.equal(rounded(2.34), 2.3);
});

test("a slot's reports are those approved and those provisional", () => {
	const slot = { slot: "a", time: "2021-11-20T08:00:00+07:00", expected: 4, reported: 3, provisional: 1, figures: {} };
	const [row] = BY_SLOT.completeness([slot]);
	assert.deepEqual([row.final, row.provisional, row.share], [2, 1, 75]);
});

test("the address says what is shown, and only of the chart in its fragment", () => {
	const state = { from: "2021-10-22", to: "2021-11-20", by: "slot" };
	const address = new URL(lasting("/so-lieu", "so-ca", state), "https://example.com");
	assert.equal(address.href, "https://example.com/so-lieu?tu=2021-10-22&den=2021-11-20&theo=ky#so-ca");
	assert.deepEqual(asked(address, "so-ca"), state);
	assert.deepEqual(asked(address, "cach-ly"), {});
	assert.deepEqual(asked({ search: "?ky=SIT-2021-11-20-1600", hash: "#tiem-chung" }, "tiem-chung"), { slot: "SIT-2021-11-20-1600" });
});

test("what an address cannot mean is left out", () => {
	const search = "?tu=2021-1-1&den=<b>&ky=../../x&ngay=2021-11-20%27&theo=tuan";
	assert.deepEqual(asked({ search, hash: "#so-ca" }, "so-ca"), {});
});

test("figures and times are written as the language writes them", () => {
	setTexts("vi", {});
	assert.equal(plain(shown(81.4, "percent")), "81,4 %");
	assert.equal(shown(2184, "number"), "2.184");
	assert.equal(oneDecimal(1234.5), "1.234,5");
	assert.equal(shown(null, "percent"), "–");
	assert.equal(plain(longWhen("2021-11-20T16:00:00+07:00")), "16 giờ, 20/11/2021");
	assert.equal(longWhen("2021-11-05"), "05/11/2021");
	setTexts("en", {});
	assert.equal(shown(81.4, "percent"), "81.4%");
	assert.equal(longWhen("2021-11-05"), "5 November 2021");
});
