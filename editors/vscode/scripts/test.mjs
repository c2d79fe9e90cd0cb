// Bundle the tests and run them with Node's own runner: `npm test`.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import esbuild from "esbuild";

const HERE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const OUT = path.join(HERE, "out", "test");

fs.rmSync(OUT, { recursive: true, force: true });
await esbuild.build({
  absWorkingDir: HERE,
  entryPoints: fs.readdirSync(path.join(HERE, "test")).map((name) => `test/${name}`),
  outdir: OUT,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  logLevel: "warning",
});
const files = fs.readdirSync(OUT).map((name) => path.join(OUT, name));
process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
