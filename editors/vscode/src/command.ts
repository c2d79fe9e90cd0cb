/** Finding the command that starts the language server. No part of this module needs VS Code. */

import * as path from "node:path";

/** How to install the server, for messages and documentation. */
export const REQUIREMENT = "asyncapi-guard[lsp]";

/** The facts about the machine and the editor that decide which command is run. */
export interface Surroundings {
  /** The value of `asyncapiGuard.command`. */
  readonly setting: string;
  /** The workspace folders, in their order. */
  readonly folders: readonly string[];
  /** The interpreter that is selected in the Python extension, if that extension is installed. */
  readonly interpreter: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly windows: boolean;
  /** Whether a path is a file that can be run. */
  readonly isProgram: (file: string) => boolean;
}

/** A program, and the arguments that come before those of `asyncapi-guard`. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Where it was found, for the output. */
  readonly origin: string;
}

/** No command was found. */
export interface NotFound {
  /** A sentence for the user. */
  readonly message: string;
  /** The places where the extension looked, in order. */
  readonly looked: readonly string[];
  /** The interpreter to install the package into, if one is known. */
  readonly interpreter: string | undefined;
}

export type Search = { readonly command: Command } | { readonly missing: NotFound };

/** Return the command for `asyncapi-guard`, or where it was looked for. */
export function findCommand(here: Surroundings): Search {
  const setting = here.setting.trim();
  if (setting !== "") {
    return fromSetting(setting, here);
  }
  const looked: string[] = [];
  for (const { file, origin } of candidates(here)) {
    if (here.isProgram(file)) {
      return { command: { program: file, args: [], origin } };
    }
    looked.push(file);
  }
  const message = `Can't find asyncapi-guard. To install it, run: ${installLine(interpreterOf(here))}`;
  return { missing: { message, looked, interpreter: interpreterOf(here) } };
}

/** Return the shell line that installs the server. */
export function installLine(interpreter: string | undefined): string {
  if (interpreter === undefined) {
    return `pip install "${REQUIREMENT}"`;
  }
  const program = /\s/.test(interpreter) ? `"${interpreter}"` : interpreter;
  return `${program} -m pip install "${REQUIREMENT}"`;
}

function fromSetting(setting: string, here: Surroundings): Search {
  const origin = "the setting asyncapiGuard.command";
  const value = expanded(setting, here);
  const files = value.includes("/") || value.includes("\\") ? withEndings(value, here) : inPath(value, here);
  const file = files.find(here.isProgram);
  if (file === undefined) {
    const message = `The setting asyncapiGuard.command is '${setting}', but '${value}' is not a program. Correct the setting, or remove it to search for asyncapi-guard.`;
    return { missing: { message, looked: files, interpreter: undefined } };
  }
  const args = isPython(file) ? ["-m", "asyncapi_guard"] : [];
  return { command: { program: file, args, origin } };
}

/** Whether a program is a Python interpreter, by its name. */
export function isPython(file: string): boolean {
  return /^(python|pypy)[\d.]*(\.exe)?$/i.test(file.replace(/^.*[\\/]/, ""));
}

function* candidates(here: Surroundings): Generator<{ file: string; origin: string }> {
  const { join, dirname } = paths(here);
  for (const folder of here.folders) {
    for (const name of [".venv", "venv"]) {
      const file = join(folder, name, here.windows ? "Scripts" : "bin", scriptName(here));
      yield { file, origin: `${name} in the workspace` };
    }
  }
  if (here.interpreter !== undefined) {
    const origin = "the interpreter selected in the Python extension";
    const folder = dirname(here.interpreter);
    yield { file: join(folder, scriptName(here)), origin };
    if (here.windows) {
      // Outside of virtual environments, scripts are in a directory below the interpreter's.
      yield { file: join(folder, "Scripts", scriptName(here)), origin };
    }
  }
  for (const file of inPath("asyncapi-guard", here)) {
    yield { file, origin: "PATH" };
  }
}

/** The interpreter to install into: of the workspace's environment, else the selected one. */
function interpreterOf(here: Surroundings): string | undefined {
  const { join } = paths(here);
  const places = here.windows ? ["Scripts", "python.exe"] : ["bin", "python"];
  const local = here.folders.flatMap((folder) => [".venv", "venv"].map((name) => join(folder, name, ...places)));
  return local.find(here.isProgram) ?? here.interpreter;
}

function expanded(value: string, here: Surroundings): string {
  return value
    .replace(/^~(?=$|[\\/])/, () => here.home)
    .replaceAll("${workspaceFolder}", () => here.folders[0] ?? "")
    .replace(/\$\{env:(\w+)\}/g, (_, name: string) => here.environment[name] ?? "");
}

function inPath(name: string, here: Surroundings): string[] {
  const { join } = paths(here);
  const value = here.environment[here.windows ? "Path" : "PATH"] ?? here.environment["PATH"] ?? "";
  const folders = value.split(here.windows ? ";" : ":").filter((folder) => folder !== "");
  return folders.flatMap((folder) => withEndings(join(folder, name), here));
}

function withEndings(file: string, here: Surroundings): string[] {
  return here.windows && !/\.exe$/i.test(file) ? [`${file}.exe`] : [file];
}

function scriptName(here: Surroundings): string {
  return here.windows ? "asyncapi-guard.exe" : "asyncapi-guard";
}

function paths(here: Surroundings): path.PlatformPath {
  return here.windows ? path.win32 : path.posix;
}
