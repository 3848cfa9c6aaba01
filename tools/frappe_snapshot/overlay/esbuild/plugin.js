// What the framework's sources expect of the bundler beyond plain esbuild.
const fs = require("fs");
const path = require("path");
const { findImport } = require("./bench");
const { withSeconds } = require("./datepicker");
const { compileSass } = require("./styles");
const { compileVue } = require("./vue");

// grid_body.html → frappe.templates['grid_body'], as frappe.render_template looks it up
function compileTemplate(file, html) {
	const name = path.basename(file).split(".")[0];
	return `frappe.templates[${JSON.stringify(name)}] = \`${html.replace(/`/g, "\\`")}\`;`;
}

const compilers = [
	{ filter: /\.s[ac]ss$/, loader: "css", compile: compileSass },
	{ filter: /\.vue$/, loader: "js", compile: compileVue },
	{ filter: /\.html$/, loader: "js", compile: compileTemplate },
	{ filter: /\/air-datepicker\/dist\/js\/datepicker\.min\.js$/, loader: "js", compile: withSeconds },
];

const frappePlugin = {
	name: "frappe",
	setup(build) {
		build.onResolve({ filter: /^\/assets\// }, ({ path: url }) => ({ path: url, external: true }));
		build.onResolve({ filter: /^~/ }, ({ path: name }) => {
			const found = findImport(name, ["", ".js", ".css"]);
			return found ? { path: found } : { errors: [{ text: `${name} lies in no app and no node_modules` }] };
		});
		for (const { filter, loader, compile } of compilers) {
			build.onLoad({ filter }, ({ path: file }) => ({
				contents: compile(file, fs.readFileSync(file, "utf-8")),
				loader,
				resolveDir: path.dirname(file),
				watchFiles: [file],
			}));
		}
	},
};

module.exports = { frappePlugin };
