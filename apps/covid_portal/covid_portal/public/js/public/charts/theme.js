// How a chart looks: the page's own colours, light, dark or on paper, and its type.

const NAMES = ["card", "line", "ink", "mute", "brand", "bar"];
const FONT = '"Be Vietnam Pro", system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const NARROW = "(max-width: 560px)";
const NO_MOTION = "(prefers-reduced-motion: reduce)";

/** {card, line, ink, mute, brand, bar, font, moves, narrow} as the page has them now. */
export function theme() {
	const style = getComputedStyle(document.documentElement);
	const colours = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
	const is = (query) => matchMedia(query).matches;
	return { ...Object.fromEntries(colours), font: FONT, moves: !is(NO_MOTION), narrow: is(NARROW) };
}

/** Calls when the page's colours change with the device's. */
export function onThemeChange(act) {
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", act);
}
