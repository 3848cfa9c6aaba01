// The portal's scripts are browser modules in .js files, and their folder has no package.json that would say so:
// they are copied to a folder that has one, so that plain `node --test` can import them on Node 18.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "../../apps/covid_portal/covid_portal/public/js");
const folder = mkdtempSync(join(tmpdir(), "portal-modules-"));
cpSync(source, folder, { recursive: true });
writeFileSync(join(folder, "package.json"), '{"type": "module"}');
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const load = (page) => (name) => import(pathToFileURL(join(folder, page, `${name}.js`)));
export const fieldModule = load("field");
export const deskModule = load("desk");
export const inboxModule = load("inbox");
export const chotModule = load("chot");
export const publicModule = load("public");
export const chartsModule = load("public/charts");
