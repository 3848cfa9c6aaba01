// After a build: assets.json and assets-rtl.json (bundle name → address), from which the framework makes its links.
const fs = require("fs");
const net = require("net");
const path = require("path");
const { sites, assets, commonConfig } = require("./bench");
const { mirror } = require("./styles");

const listingPlugin = {
	name: "listing",
	setup(build) {
		build.onEnd(({ metafile, errors }) => {
			if (errors.length) return;
			const entries = Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);
			const listed = {};
			const mirrored = {};
			for (const [output, { entryPoint }] of entries) {
				const file = path.resolve(output);
				const name = path.basename(entryPoint).replace(/\.scss$/, ".css").replace(/\.ts$/, ".js");
				removeEarlierBuilds(file);
				listed[name] = address(file);
				if (file.endsWith(".css")) mirrored[`rtl_${name}`] = address(writeMirror(file));
			}
			addTo("assets.json", listed);
			addTo("assets-rtl.json", mirrored);
			forgetCachedListing();
			console.log(`${entries.length} bundles built`);
		});
	},
};

const address = (file) => "/" + path.relative(sites, file);

function writeMirror(file) {
	const mirrored = file.replace("/dist/css/", "/dist/css-rtl/");
	fs.mkdirSync(path.dirname(mirrored), { recursive: true });
	removeEarlierBuilds(mirrored);
	fs.writeFileSync(mirrored, mirror(fs.readFileSync(file, "utf-8")));
	return mirrored;
}

/** Of desk.bundle.NEWHASH.js: deletes desk.bundle.OLDHASH.js and its source map. */
function removeEarlierBuilds(file) {
	const folder = path.dirname(file);
	const [, stem, hash] = path.basename(file).match(/^(.*\.bundle)\.([^.]+)\.(?:js|css)$/) || [];
	if (!stem || !fs.existsSync(folder)) return;
	for (const other of fs.readdirSync(folder)) {
		if (other.startsWith(`${stem}.`) && !other.startsWith(`${stem}.${hash}.`)) fs.rmSync(path.join(folder, other));
	}
}

/** Written beside and moved into place: a reader never sees half a list. */
function addTo(name, added) {
	const file = path.join(assets, name);
	const earlier = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf-8")) : {};
	fs.writeFileSync(`${file}.new`, JSON.stringify({ ...earlier, ...added }, null, 4));
	fs.renameSync(`${file}.new`, file);
}

/** Outside developer mode the framework keeps the list in Redis. */
function forgetCachedListing() {
	const { redis_cache: url } = commonConfig();
	if (!url) return;
	const { hostname, port } = new URL(url);
	const socket = net.connect(port || 6379, hostname, () => socket.end("DEL assets_json\r\n"));
	socket.on("error", () => {}); // Redis is not running: nothing is cached
}

module.exports = { listingPlugin };
