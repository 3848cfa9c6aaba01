// What waits to be sent: pure functions over the rows that the device keeps.

const MOST = 50;

/** The oldest rows without an answer. */
export function batch(rows) {
	return rows
		.filter((row) => !row.result)
		.sort((one, other) => one.at - other.at)
		.slice(0, MOST);
}

/** The rows with what the portal answered for each; one it left out goes on waiting. */
export function answersOf(rows, answers) {
	const byKey = new Map(answers.map((answer) => [answer.key, answer]));
	return rows.filter((row) => byKey.has(row.key)).map((row) => ({ ...row, code: null, result: byKey.get(row.key).result, sentence: byKey.get(row.key).sentence }));
}
