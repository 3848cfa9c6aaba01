// Texts of the page. English sentences are the keys; the server embeds the catalogue of the user's language.

let texts = {};
let language = "vi";

export function setTexts(lang, catalogue) {
	language = lang;
	texts = catalogue || {};
}

export function lang() {
	return language;
}

/** The text in the user's language, with {0}, {1} … filled with `values`. */
export function __(source, ...values) {
	return (texts[source] || source).replace(/\{(\d)\}/g, (place, index) => {
		const value = values[Number(index)];
		return value === undefined ? place : String(value);
	});
}
