// SCSS to CSS, and CSS to its mirror image for scripts written from right to left.
const path = require("path");
const { pathToFileURL } = require("url");
const postcss = require("postcss");
const rtlcss = require("rtlcss");
const sass = require("sass");
const { importFolders, findImport } = require("./bench");

const bareImports = {
	findFileUrl(name) {
		const found = findImport(name.replace(/\.css$/, ""), [".css", ".scss", ""]);
		return found && pathToFileURL(found);
	},
};

function compileSass(file, source) {
	const options = {
		url: pathToFileURL(file),
		loadPaths: [path.dirname(file), ...importFolders],
		importers: [bareImports],
		logger: sass.Logger.silent, // the framework's style sheets of 2023 use what Sass calls deprecated today
		quietDeps: true,
	};
	return sass.compileString(source, options).css;
}

function mirror(css) {
	return postcss([rtlcss]).process(css, { from: undefined }).css;
}

module.exports = { compileSass, mirror };
