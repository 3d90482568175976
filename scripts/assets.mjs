// Copies the front-end files the pages need from node_modules into web/static/vendor.
// Run after `npm ci`:  node scripts/assets.mjs
// No bundler: files are served as their authors publish them, except that all lucide icons become one JSON file.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "web", "static", "vendor");

const files = [
  ["htmx.org/dist/htmx.min.js", "htmx.min.js"],
  ["htmx.org/LICENSE", "htmx.LICENSE.txt"],
  ["@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2", "figtree-latin.woff2"],
  ["@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2", "figtree-latin-ext.woff2"],
  ["@fontsource-variable/figtree/LICENSE", "figtree.LICENSE.txt"],
  ["qr/index.js", "qr/index.js"],
  ["qr/decode.js", "qr/decode.js"],
  ["qr/LICENSE-MIT", "qr/LICENSE.txt"],
  ["@noble/ed25519/index.js", "noble/ed25519.js"],
  ["@noble/ed25519/LICENSE", "noble/LICENSE.txt"],
  ["lucide-static/LICENSE", "lucide.LICENSE.txt"],
];

async function copyFiles() {
  for (const [from, to] of files) {
    const target = join(vendor, to);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(modules, from), target);
  }
}

/** Every icon's drawing (what stands inside its <svg>), by name. */
async function gatherIcons() {
  const folder = join(modules, "lucide-static", "icons");
  const icons = {};
  for (const name of (await readdir(folder)).sort()) {
    if (!name.endsWith(".svg")) continue;
    const svg = await readFile(join(folder, name), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    icons[name.slice(0, -4)] = inner.replace(/\s+/g, " ").trim();
  }
  await writeFile(join(vendor, "icons.json"), JSON.stringify(icons));
  return Object.keys(icons).length;
}

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
await copyFiles();
const count = await gatherIcons();
console.log(`web/static/vendor: ${files.length} files and ${count} icons`);
