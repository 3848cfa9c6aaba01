// Draws the outlines: a link for each area, as the tiles are, so that everything else treats both alike.

const SVG = "http://www.w3.org/2000/svg";
const PATTERNS = [["p", "M0 0V5"], ["u", "M0 0V5"], ["l2", "M2 2h.1"], ["l3", "M0 0V5"]];

function make(name, attributes = {}, ...children) {
	const element = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
	element.append(...children);
	return element;
}

/** The drawing of outlines.json. `label`: what a screen reader calls it. */
export function draw(web, label) {
	const links = Object.entries(web.areas).map(([code, path]) =>
		make("a", { href: `#khu-vuc-${code}` }, make("path", { d: path }))
	);
	const borders = Object.values(web.borders).map((path) => make("path", { d: path }));
	const ground = web.ground ? [make("path", { class: "ground", d: web.ground.path, transform: web.ground.transform })] : [];
	return make(
		"svg",
		{ viewBox: `-12 -12 ${web.width + 24} ${web.height + 24}`, role: "group", "aria-label": label },
		make("defs", {}, ...PATTERNS.map(pattern)),
		...ground,
		make("g", { class: "areas" }, ...links),
		make("g", { class: "borders" }, ...borders),
		make("g", { class: "missing" }),
		make("g", { class: "figures-on-map", "aria-hidden": "true" })
	);
}

function pattern([key, path]) {
	const size = { width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "scale(5) rotate(45)" };
	const ground = make("rect", { class: `ground-${key}`, width: 5, height: 5 });
	return make("pattern", { id: `pattern-${key}`, ...size }, ground, make("path", { class: `line-${key}`, d: path }));
}

/** Write a text onto the middle of each area that has a place for one. */
export function write(svg, places, textOf) {
	const texts = Object.entries(places).map(([code, [x, y]]) => {
		const text = make("text", { x, y });
		text.textContent = textOf(code);
		return text;
	});
	svg.querySelector(".figures-on-map").replaceChildren(...texts);
}

/** Draw the edges of these areas once more above all others, whose own would hide half of them. */
export function edge(svg, links) {
	const paths = links.map((link) => make("path", { d: link.firstElementChild.getAttribute("d") }));
	svg.querySelector(".missing").replaceChildren(...paths);
}
