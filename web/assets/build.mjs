// Builds the bundles into ../static/dist: app.{ltr,rtl}.css, app.js, viewer.{js,css}, icons.svg, favicon.svg.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";

const served = "../static/dist";
const dist = "../static/dist.new"; // put in place of what is served when all is built

async function iconSprite() {
  const names = (await readFile("icons.txt", "utf8")).split("\n").filter(Boolean);
  const symbols = names.map(async (name) => {
    const svg = await readFile(`node_modules/bootstrap-icons/icons/${name}.svg`, "utf8");
    const drawing = svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").trim();
    return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${drawing}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${(await Promise.all(symbols)).join("\n")}\n</svg>\n`;
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  entryPoints: ["src/app.ltr.css", "src/app.rtl.css", "src/app.js", "src/viewer.js", "src/viewer.css"],
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]",
  legalComments: "linked",
  logLevel: "warning",
});
await writeFile(`${dist}/icons.svg`, await iconSprite());
await copyFile("src/favicon.svg", `${dist}/favicon.svg`);
await rm(served, { recursive: true, force: true });
await rename(dist, served);
