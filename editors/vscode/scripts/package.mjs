// Build the .vsix: `npm run package [-- --out FILE]`.
//
// The version is that of the Python package, and the license file is that of the repository. Marketplaces
// accept three numbers: 1.0.0rc1 is 1.0.0, published as a pre-release.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const ROOT = path.resolve(HERE, "..", "..");
const INIT = path.join(ROOT, "asyncapi_guard", "__init__.py");

const { values } = parseArgs({ options: { out: { type: "string" } } });
const version = /^__version__ = "(.+)"$/m.exec(fs.readFileSync(INIT, "utf8"))?.[1];
const [, numbers, candidate] = /^(\d+\.\d+\.\d+)((?:a|b|rc)\d+)?$/.exec(version ?? "") ?? [];
if (numbers === undefined) {
  console.error(
    `${INIT}: the extension takes its version from __version__, which must be three numbers such as 1.2.3, ` +
      `or a pre-release of them such as 1.2.3rc1, not ${version}.`,
  );
  process.exit(1);
}

const out = path.resolve(values.out ?? path.join(HERE, `asyncapi-guard-${version}.vsix`));
const license = path.join(HERE, "LICENSE");
fs.copyFileSync(path.join(ROOT, "LICENSE"), license);
try {
  const vsce = path.join(HERE, "node_modules", "@vscode", "vsce", "vsce");
  const args = ["package", numbers, "--no-git-tag-version", "--no-update-package-json", "--no-dependencies", "--out", out];
  if (candidate !== undefined) args.push("--pre-release");
  process.exitCode = spawnSync(process.execPath, [vsce, ...args], { cwd: HERE, stdio: "inherit" }).status ?? 1;
} finally {
  fs.rmSync(license);
}
