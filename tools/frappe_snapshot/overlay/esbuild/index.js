// The asset build of this bench: the wheel on PyPI that the snapshot is made of carries none.
// `bench build` and `bench watch` call it, with the options of the framework's own build that matter:
//
//   node esbuild [--production] [--watch] [--apps a,b] [--skip_frappe] [--files app/name.bundle.js,…]
//
// Every public/**/*.bundle.{js,ts,css,scss} of an app becomes sites/assets/<app>/dist/{js,css}/….
const fs = require("fs");
const path = require("path");
const { parseArgs } = require("util");
const esbuild = require("esbuild");
const { root, assets, apps, importFolders } = require("./bench");
const { frappePlugin } = require("./plugin");
const { listingPlugin } = require("./listing");

const { values: options } = parseArgs({
	strict: false,
	options: { apps: { type: "string" }, files: { type: "string" } },
});

const BUNDLE = /(?:^|\/)([^/]+\.bundle)\.(js|ts|css|scss)$/;
const NOT_OURS = /(?:^|\/)(?:dist|node_modules)\//;

/** [{output name: source}, …]: scripts and styles apart, since both may have the same name. */
function findBundles() {
	const scripts = {};
	const styles = {};
	for (const app of chosenApps()) {
		for (const { file, relative } of publicFiles(app)) {
			const [, name, ending] = relative.match(BUNDLE) || [];
			if (!name || NOT_OURS.test(relative) || !isChosen(`${app}/${name}.${ending}`)) continue;
			const kind = ending.endsWith("css") ? "css" : "js";
			(kind === "css" ? styles : scripts)[`${app}/dist/${kind}/${name}`] = file;
		}
	}
	return [scripts, styles].filter((entryPoints) => Object.keys(entryPoints).length);
}

function chosenApps() {
	const named = options.apps ? options.apps.split(",") : apps;
	return named.filter((app) => !(options.skip_frappe && app === "frappe"));
}

function publicFiles(app) {
	const folder = path.join(root, "apps", app, app, "public");
	if (!fs.existsSync(folder)) return [];
	const names = fs.readdirSync(folder, { recursive: true });
	return names.map((relative) => ({ relative, file: path.join(folder, relative) }));
}

const isChosen = (bundle) => !options.files || options.files.split(",").includes(bundle);

const settings = {
	outdir: assets,
	entryNames: "[dir]/[name].[hash]",
	bundle: true,
	metafile: true,
	sourcemap: true,
	minify: Boolean(options.production),
	target: ["es2017"],
	nodePaths: importFolders,
	plugins: [frappePlugin, listingPlugin],
	logLevel: "error",
	logLimit: 20,
	define: {
		"process.env.NODE_ENV": options.production ? '"production"' : '"development"',
		__VUE_OPTIONS_API__: "true",
		__VUE_PROD_DEVTOOLS__: "false",
	},
};

async function main() {
	for (const entryPoints of findBundles()) {
		if (options.watch) await (await esbuild.context({ ...settings, entryPoints })).watch();
		else await esbuild.build({ ...settings, entryPoints });
	}
}

main().catch((error) => {
	if (!error.errors) console.error(error); // esbuild has printed its own
	process.exit(1);
});
