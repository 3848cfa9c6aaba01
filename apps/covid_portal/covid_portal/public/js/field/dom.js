// Building elements. Text always goes in as text: nothing on this page is ever parsed as markup.

/** h("p", {class: "mute", onclick: f}, "text", child, …); null and false children and attributes are left out. */
export function h(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
	element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

function setAttribute(element, name, value) {
	if (value === null || value === undefined || value === false) return;
	if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
	else element.setAttribute(name, value === true ? "" : value);
}

/** Replace what an element holds, only when its text changes: a screen reader is not told the same twice. */
export function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

/** Say something to a screen reader without moving the focus. */
export function announce(text) {
	const region = document.getElementById("announcer");
	if (region) region.textContent = text;
}
