// A chart as a picture file: drawn once more on a canvas, light, with its title, what it says, and where it is from.

import { init } from "echarts/core";

const WIDTH = 1200;
const [HEAD, FOOT] = [104, 40]; // pixels of a picture 1,200 wide
const PAPER = { card: "#ffffff", line: "#e3dfd6", ink: "#1b1d1f", mute: "#5a6168", brand: "#9e1b1e", bar: "#c48786" };

export const paper = (look) => ({ ...look, ...PAPER, moves: false, narrow: false });

/** Offers the option's picture for saving under the name. `words`: {title, finding, source}. */
export async function save(name, option, height, words) {
	await document.fonts.ready;
	const place = document.createElement("div");
	const chart = init(place, null, { renderer: "canvas", width: WIDTH, height, devicePixelRatio: 2 });
	chart.setOption({ ...option, animation: false, tooltip: { show: false } });
	const canvas = framed(chart.renderToCanvas({ pixelRatio: 2 }), height, words, option.textStyle.fontFamily);
	chart.dispose();
	const link = document.createElement("a");
	link.download = `${name}.png`;
	link.href = URL.createObjectURL(await new Promise((resolve) => canvas.toBlob(resolve, "image/png")));
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function framed(drawn, height, { title, finding, source }, font) {
	const canvas = document.createElement("canvas");
	canvas.width = 2 * (WIDTH + 80);
	canvas.height = 2 * (height + HEAD + FOOT);
	const brush = canvas.getContext("2d");
	brush.fillStyle = PAPER.card;
	brush.fillRect(0, 0, canvas.width, canvas.height);
	brush.scale(2, 2);
	brush.fillStyle = PAPER.ink;
	brush.font = `600 26px ${font}`;
	brush.fillText(title, 40, 44);
	brush.fillStyle = PAPER.mute;
	brush.font = `400 17px ${font}`;
	for (const [at, text] of lines(brush, finding, WIDTH).slice(0, 2).entries()) brush.fillText(text, 40, 72 + 23 * at);
	brush.font = `400 14px ${font}`;
	brush.fillText(source, 40, HEAD + height + 26);
	brush.drawImage(drawn, 40, HEAD, WIDTH, height);
	return canvas;
}

function lines(brush, text, width) {
	const found = [""];
	for (const word of text.split(" ")) {
		const longer = `${found[found.length - 1]} ${word}`.trim();
		if (brush.measureText(longer).width > width) found.push(word);
		else found[found.length - 1] = longer;
	}
	return found;
}
