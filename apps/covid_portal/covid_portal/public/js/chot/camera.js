// Reading a QR code: by the browser's own BarcodeDetector where there is one, else by jsQR, from the camera or a picture.

import jsQR from "jsqr";
import { h } from "../field/dom.js";
import { __ } from "../field/i18n.js";

const LOOK_EVERY = 250;
const LARGEST = 1600; // pixels; more is slow and finds no more

const detector = async () => {
	const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => [])) ?? [];
	return formats.includes("qr_code") ? new globalThis.BarcodeDetector({ formats: ["qr_code"] }) : null;
};

export class Camera {
	constructor(onRead) {
		this.onRead = onRead;
		this.video = h("video", { muted: true, playsinline: true, hidden: true, "aria-label": __("Picture of the camera") });
		this.button = h("button", { type: "button", class: "button", onclick: () => (this.stream ? this.stop() : this.start()) }, __("Scan with the camera"));
		this.told = h("p", { class: "hint", role: "status" });
		this.element = h("div", { class: "camera", hidden: !navigator.mediaDevices?.getUserMedia }, this.video, this.button, this.told);
	}

	async start() {
		try {
			this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
		} catch {
			this.told.textContent = __("The camera cannot be used. Type the number, or choose a picture.");
			return;
		}
		this.video.srcObject = this.stream;
		this.video.hidden = false;
		this.button.textContent = __("Stop the camera");
		await this.video.play();
		this.look(await detector());
	}

	stop() {
		for (const track of this.stream.getTracks()) track.stop();
		this.stream = null;
		this.video.hidden = true;
		this.button.textContent = __("Scan with the camera");
	}

	async look(native) {
		if (!this.stream) return;
		const text = this.video.videoWidth ? await decode(this.video, this.video.videoWidth, this.video.videoHeight, native) : null;
		if (text && this.stream) {
			this.stop();
			this.onRead(text);
		} else setTimeout(() => this.look(native), LOOK_EVERY);
	}
}

/** The text of the code in a picture, or null. */
export async function readPicture(file) {
	try {
		const picture = await createImageBitmap(file);
		return await decode(picture, picture.width, picture.height, await detector());
	} catch {
		return null; // no picture at all
	}
}

async function decode(source, width, height, native) {
	if (native) {
		const found = await native.detect(source).catch(() => []);
		if (found.length) return found[0].rawValue;
	}
	const scale = Math.min(1, LARGEST / Math.max(width, height));
	const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(width * scale), height: Math.round(height * scale) });
	const context = canvas.getContext("2d", { willReadFrequently: true });
	context.drawImage(source, 0, 0, canvas.width, canvas.height);
	const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
	return jsQR(data, canvas.width, canvas.height)?.data ?? null;
}
