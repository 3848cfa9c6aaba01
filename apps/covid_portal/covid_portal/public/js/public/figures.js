// The page of charts: loads what draws them, ECharts among it, once a reader is there (moves, scrolls, types) and a chart is
// in view. Until then, and where it cannot be had, the pictures of the page itself stay.

const charts = document.querySelector(".charts");
const SIGNS = ["pointermove", "pointerdown", "touchstart", "keydown", "scroll", "wheel"];
const NEAR = "200px"; // before a chart comes into view

/** The bundle by the address it had when the page was made; by the one it has now, if it was built anew since. */
async function load() {
	const built = charts.dataset.bundle;
	try {
		await import(built);
	} catch {
		const listing = await (await fetch("/assets/assets.json")).json();
		await import(listing[charts.dataset.bundleName]);
	}
	return globalThis.covidPortalCharts;
}

function readerIsThere() {
	const asked = new URLSearchParams(location.search);
	if (["tu", "den", "ky", "ngay", "theo"].some((name) => asked.has(name))) return Promise.resolve();
	return new Promise((resolve) => {
		const options = { passive: true, capture: true };
		const seen = () => {
			for (const sign of SIGNS) removeEventListener(sign, seen, options);
			resolve();
		};
		for (const sign of SIGNS) addEventListener(sign, seen, options);
	});
}

function whenInView(sections, act) {
	const watch = new IntersectionObserver(
		(entries) => {
			for (const entry of entries.filter((one) => one.isIntersecting)) {
				watch.unobserve(entry.target);
				act(entry.target);
			}
		},
		{ rootMargin: NEAR }
	);
	for (const section of sections) watch.observe(section);
}

async function start() {
	await readerIsThere();
	let bundle = null;
	whenInView(charts.querySelectorAll("[data-chart].chart-card"), async (section) => {
		bundle = bundle || load();
		try {
			await (await bundle).takeOver(charts, section);
		} catch (error) {
			console.warn(`The chart stays as it is: ${error}`);
		}
	});
}

if (charts && charts.dataset.bundle) start();
