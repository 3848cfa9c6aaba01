// The service worker of /chot, and of no other page: keeps the page and what it is made of, so that a checkpoint without a network
// can open it. What the page knows and what it sends is kept by the page itself (public/js/chot/store.js).

const PAGE = "/chot";
const KEPT = "covid_portal.chot";
const ASSETS = /(?:src|href)="(\/assets\/[^"]+)"/g;

self.addEventListener("install", (event) => {
	self.skipWaiting();
	event.waitUntil(fetch(PAGE, { credentials: "same-origin" }).then((answer) => (isPage(answer) ? keep(answer) : null)));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
	const { pathname } = new URL(event.request.url);
	if (event.request.mode === "navigate" && pathname === PAGE) event.respondWith(page(event.request));
	else if (event.request.method === "GET" && pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});

// A redirect is the way to the login page, which is no page to keep.
const isPage = (answer) => answer.ok && !answer.redirected;

async function page(request) {
	try {
		const answer = await fetch(request);
		if (isPage(answer)) await keep(answer.clone());
		return answer;
	} catch (error) {
		const kept = await caches.match(PAGE, { cacheName: KEPT });
		if (kept) return kept;
		throw error;
	}
}

// Files have a digest in their address: one that is kept is the right one.
async function asset(request) {
	const kept = await caches.match(request, { cacheName: KEPT });
	if (kept) return kept;
	const answer = await fetch(request);
	if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
	return answer;
}

// The page with all files that it names; files of earlier versions go.
async function keep(answer) {
	const cache = await caches.open(KEPT);
	const named = [...(await answer.clone().text()).matchAll(ASSETS)].map(([, address]) => address);
	await Promise.all(named.map(async (address) => (await cache.match(address)) || cache.add(address)));
	await cache.put(PAGE, answer);
	const wanted = new Set([PAGE, ...named]);
	for (const request of await cache.keys()) {
		const { pathname, search } = new URL(request.url);
		if (!wanted.has(pathname + search) && !pathname.endsWith(".woff2")) await cache.delete(request);
	}
}
