// A .vue file becomes a module that exports the component; its styles are put into the page when it loads.
const crypto = require("crypto");
const path = require("path");
const esbuild = require("esbuild");
const compiler = require("@vue/compiler-sfc");
const { root, importFolders } = require("./bench");
const { compileSass } = require("./styles");

function compileVue(file, source) {
	const { descriptor, errors } = compiler.parse(source, { filename: file });
	if (errors.length) throw errors[0];
	const id = crypto.createHash("sha256").update(path.relative(root, file)).digest("hex").slice(0, 8);
	const scoped = descriptor.styles.some((style) => style.scoped);
	const script = compileScript(descriptor, id, scoped);
	return [
		script.code,
		descriptor.scriptSetup ? "" : compileTemplate(descriptor, file, id, scoped, script.bindings),
		scoped ? `component.__scopeId = "data-v-${id}";` : "",
		...descriptor.styles.map((style) => compileStyle(style, file, id)),
		"export default component;",
	].join("\n");
}

function compileScript(descriptor, id, scoped) {
	if (!descriptor.script && !descriptor.scriptSetup) return { code: "const component = {};" };
	const { content, bindings } = compiler.compileScript(descriptor, {
		id,
		genDefaultAs: "component",
		inlineTemplate: Boolean(descriptor.scriptSetup), // <script setup> brings its template along
		templateOptions: { id, scoped },
	});
	return { code: content, bindings };
}

function compileTemplate(descriptor, file, id, scoped, bindingMetadata) {
	if (!descriptor.template) return "";
	const { code, errors } = compiler.compileTemplate({
		source: descriptor.template.content,
		filename: file,
		id,
		scoped,
		compilerOptions: { bindingMetadata },
	});
	if (errors.length) throw errors[0];
	return `${code.replace("export function render", "function render")}\ncomponent.render = render;`;
}

function compileStyle(style, file, id) {
	const source = style.lang === "scss" ? compileSass(file, style.content) : style.content;
	const { code } = compiler.compileStyle({ source, filename: file, id: `data-v-${id}`, scoped: style.scoped });
	// What the style imports is brought in only now: a package's own style sheet is not scoped to the component.
	const bundled = esbuild.buildSync({
		stdin: { contents: code, resolveDir: path.dirname(file), loader: "css" },
		bundle: true,
		write: false,
		nodePaths: importFolders,
		logLevel: "error",
	});
	return `frappe.dom.set_style(${JSON.stringify(bundled.outputFiles[0].text)});`;
}

module.exports = { compileVue };
