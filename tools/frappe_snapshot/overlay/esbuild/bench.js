// Where things lie in this bench: this file is apps/frappe/esbuild/bench.js.
const fs = require("fs");
const path = require("path");

const root = path.resolve(__dirname, "../../..");
const sites = path.join(root, "sites");
const assets = path.join(sites, "assets");

const apps = fs
	.readFileSync(path.join(sites, "apps.txt"), "utf-8")
	.split("\n")
	.map((line) => line.trim())
	.filter(Boolean);

// Packages are looked up in every app's node_modules, then in the app folders themselves ("frappe/public/…").
const appFolders = apps.map((app) => path.join(root, "apps", app));
const importFolders = [
	...appFolders.map((folder) => path.join(folder, "node_modules")).filter((folder) => fs.existsSync(folder)),
	...appFolders,
];

const isFile = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

/** The file meant by an import such as "~quill/dist/quill.core.css" or "frappe/public/scss/common/grid". */
function findImport(name, endings = [""]) {
	const bare = name.replace(/^~/, "");
	const partial = path.join(path.dirname(bare), `_${path.basename(bare)}.scss`);
	for (const folder of importFolders) {
		const candidates = [...endings.map((ending) => bare + ending), partial];
		const found = candidates.map((file) => path.join(folder, file)).find(isFile);
		if (found) return found;
	}
	return null;
}

/** Frappe's setting of that name, for what the build has to tell the running bench. */
function commonConfig() {
	return JSON.parse(fs.readFileSync(path.join(sites, "common_site_config.json"), "utf-8"));
}

module.exports = { root, sites, assets, apps, importFolders, findImport, commonConfig };
