// Bundle the extension into one file, and write the licenses of the packages in it.

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import esbuild from "esbuild";

const HERE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const { metafile } = await esbuild.build({
  absWorkingDir: HERE,
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  metafile: true,
  logLevel: "warning",
});

const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (match !== null) {
    packages.add(match[1]);
  }
}

const notices = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(HERE, folder, "package.json"), "utf8"));
  const file = fs.readdirSync(path.join(HERE, folder)).find((each) => /^licen[cs]e(\.(txt|md))?$/i.test(each));
  if (file === undefined) {
    throw new Error(`${name} has no license file, so its license can't be passed on with the bundle.`);
  }
  return `${name} ${version} (${license})\n\n${fs.readFileSync(path.join(HERE, folder, file), "utf8").trim()}\n`;
});
const head = "The extension contains these packages, each under its own license.\n";
fs.writeFileSync(path.join(HERE, "out", "THIRD-PARTY-NOTICES.txt"), [head, ...notices].join(`\n${"-".repeat(80)}\n\n`));
