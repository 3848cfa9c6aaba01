// /tim-kiem: searches the index of the portal's pages, figures, areas and files in the browser. Nothing that is typed
// leaves it.

const SHOWN = 30;

// Letters without their marks, đ as d: what a person types who has no Vietnamese keyboard.
export function fold(text) {
	return text
		.normalize("NFD")
		.replace(/[\u0300-\u036f]/g, "")
		.replace(/[đĐ]/g, "d")
		.toLowerCase();
}

export function words(text) {
	return text
		.normalize("NFC")
		.toLowerCase()
		.split(/[^\p{L}\p{N}\p{M}]+/u)
		.filter(Boolean);
}

// Rows of the index ([title, note, address, kind, weight]) with what the search compares.
export function prepare(index) {
	return index.entries.map(([title, note, url, kind, weight]) => ({
		title,
		note,
		url,
		kind: index.kinds[kind],
		weight,
		marked: words(title),
		plain: words(title).map(fold),
		noted: words(note).map(fold),
	}));
}

// How well the entry fits all words of the query; 0 where one is missing. The last word may be unfinished.
export function score(entry, asked) {
	let sum = 0;
	for (const [place, word] of asked.entries()) {
		const fits = wordScore(entry, word, place === asked.length - 1);
		if (!fits) return 0;
		sum += fits;
	}
	const folded = asked.map(fold);
	if (entry.plain.join(" ").includes(folded.join(" "))) sum += 6 * asked.length;
	if (entry.plain.length === asked.length) sum += 2;
	return sum / asked.length + entry.weight / 2;
}

function wordScore(entry, word, unfinished) {
	const folded = fold(word);
	// Who types the marks means them: "hóa" finds Hóa before Hoa.
	const exact = folded !== word && entry.marked.includes(word) ? 2 : 0;
	if (entry.plain.includes(folded)) return 10 + exact;
	if (unfinished && entry.plain.some((own) => own.startsWith(folded))) return 7;
	if (entry.noted.includes(folded)) return 3;
	if (unfinished && folded.length > 1 && entry.noted.some((own) => own.startsWith(folded))) return 2;
	return 0;
}

export function find(entries, query) {
	const asked = words(query);
	if (!asked.length) return [];
	return entries
		.map((entry) => ({ entry, fits: score(entry, asked) }))
		.filter((row) => row.fits)
		.sort((one, other) => other.fits - one.fits)
		.map((row) => row.entry);
}

// The text in pieces, [piece, whether the query has it]: whole words, or the beginning of one for the last word asked.
export function pieces(text, query) {
	const asked = words(query).map(fold);
	const last = asked.at(-1);
	return text
		.normalize("NFC")
		.split(/([\p{L}\p{N}\p{M}]+)/u)
		.filter(Boolean)
		.flatMap((piece) => {
			const folded = fold(piece);
			if (asked.includes(folded)) return [[piece, true]];
			// One letter stays one letter when its marks go, so that the beginnings are equally long.
			if (last && folded.startsWith(last) && folded.length === piece.length)
				return [
					[piece.slice(0, last.length), true],
					[piece.slice(last.length), false],
				];
			return [[piece, false]];
		});
}

// --- the page

function start(form) {
	const field = form.querySelector("#query");
	const results = form.querySelector("#results");
	const found = form.querySelector("#found");
	const texts = form.dataset;
	let loading;

	const load = () =>
		(loading ??= fetch(texts.index).then((answer) => {
			if (!answer.ok) throw new Error(answer.statusText);
			return answer.json();
		}).then(prepare));

	async function search() {
		const query = field.value.trim();
		remember(query);
		if (!words(query).length) return show([], "", "");
		try {
			const rows = find(await load(), query);
			if (query === field.value.trim()) show(rows, query, sentence(texts, query, rows.length));
		} catch {
			loading = undefined;
			show([], query, texts.failed);
		}
	}

	function show(rows, query, said) {
		results.replaceChildren(...rows.slice(0, SHOWN).map((row) => line(row, query)));
		if (found.textContent !== said) found.textContent = said;
	}

	field.addEventListener("input", search);
	field.addEventListener("focus", () => load().catch(() => (loading = undefined)), { once: true });
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		search();
	});
	form.addEventListener("keydown", (event) => move(event, field, results));
	field.value = new URLSearchParams(location.search).get("q") ?? "";
	if (field.value) search();
	else field.focus();
}

function sentence(texts, query, count) {
	const pattern = !count ? texts.none : count === 1 ? texts.one : count > SHOWN ? texts.first : texts.many;
	const number = count.toLocaleString(document.documentElement.lang);
	return pattern.replace(/\{(\d)\}/g, (_all, place) => [query, number, SHOWN][place]);
}

function line(row, query) {
	const item = document.createElement("li");
	const link = document.createElement("a");
	link.href = row.url;
	link.append(...marked(row.title, query));
	const kind = document.createElement("span");
	kind.className = "kind";
	kind.textContent = row.kind;
	item.append(link, " ", kind);
	if (row.note) {
		const note = document.createElement("p");
		note.append(...marked(row.note, query));
		item.append(note);
	}
	return item;
}

function marked(text, query) {
	return pieces(text, query).map(([piece, hit]) => {
		if (!hit) return piece;
		const mark = document.createElement("mark");
		mark.textContent = piece;
		return mark;
	});
}

// ↓ and ↑ go through the results, Esc and ↑ on the first back to the field.
function move(event, field, results) {
	const links = [...results.querySelectorAll("a")];
	const place = links.indexOf(document.activeElement);
	const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Escape: -1 };
	if (!(event.key in steps) || (place < 0 && event.key !== "ArrowDown")) return;
	event.preventDefault();
	const target = steps[event.key] < 0 ? field : links[Math.min(steps[event.key], links.length - 1)];
	target?.focus();
}

// The address follows the words, so that a search can be passed on and the way back leads to it.
function remember(query) {
	const address = query ? `?q=${encodeURIComponent(query)}` : location.pathname;
	history.replaceState(null, "", address);
}

if (typeof document !== "undefined") start(document.getElementById("search"));
