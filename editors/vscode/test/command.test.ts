import assert from "node:assert/strict";
import { test } from "node:test";

import { findCommand, installLine, isPython, type NotFound, type Command, type Surroundings } from "../src/command";

/** A machine with some programs on it. */
function machine(programs: string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    folders: ["/projects/chat"],
    interpreter: undefined,
    environment: { PATH: "/usr/local/bin::/usr/bin", TOOLS: "/opt/tools" },
    home: "/home/ada",
    windows: false,
    isProgram: (file) => programs.includes(file),
    ...more,
  };
}

function found(here: Surroundings): Command {
  const search = findCommand(here);
  assert.ok("command" in search, JSON.stringify(search));
  return search.command;
}

function missing(here: Surroundings): NotFound {
  const search = findCommand(here);
  assert.ok("missing" in search, JSON.stringify(search));
  return search.missing;
}

const LOCAL = "/projects/chat/.venv/bin/asyncapi-guard";
const OTHER = "/projects/chat/venv/bin/asyncapi-guard";
const SELECTED = "/envs/chat/bin/asyncapi-guard";
const GLOBAL = "/usr/bin/asyncapi-guard";

test("each place is searched, and the nearest one wins", () => {
  const places = [LOCAL, OTHER, SELECTED, GLOBAL];
  const interpreter = "/envs/chat/bin/python";
  places.forEach((place, index) => {
    assert.equal(found(machine(places.slice(index), { interpreter })).program, place);
  });
  assert.deepEqual(missing(machine([], { interpreter })).looked, [
    LOCAL,
    OTHER,
    SELECTED,
    "/usr/local/bin/asyncapi-guard",
    GLOBAL,
  ]);
});

test("a script runs as it is, and its origin is told", () => {
  assert.deepEqual(found(machine([LOCAL])), { program: LOCAL, args: [], origin: ".venv in the workspace" });
  assert.equal(found(machine([GLOBAL])).origin, "PATH");
});

test("all folders of a workspace are searched", () => {
  const second = "/projects/api/.venv/bin/asyncapi-guard";
  assert.equal(found(machine([second, GLOBAL], { folders: ["/projects/chat", "/projects/api"] })).program, second);
});

test("no folder is open, and PATH is empty", () => {
  assert.deepEqual(missing(machine([], { folders: [], environment: {} })).looked, []);
});

test("the setting wins over all places", () => {
  assert.equal(found(machine([LOCAL, "/opt/guard"], { setting: "/opt/guard" })).program, "/opt/guard");
});

test("the setting can be an interpreter", () => {
  for (const name of ["python", "python3", "python3.14", "pypy3"]) {
    const setting = `/envs/x/bin/${name}`;
    assert.deepEqual(found(machine([setting], { setting })).args, ["-m", "asyncapi_guard"]);
  }
  assert.equal(isPython("C:\\Python\\python.exe"), true);
  assert.equal(isPython("/opt/python-tools/asyncapi-guard"), false);
});

test("the setting can have variables and be a name in PATH", () => {
  const programs = ["/home/ada/bin/guard", "/projects/chat/tools/guard", "/opt/tools/guard", "/usr/bin/guard"];
  const settings = ["~/bin/guard", "${workspaceFolder}/tools/guard", "${env:TOOLS}/guard", " guard "];
  settings.forEach((setting, index) => {
    assert.equal(found(machine(programs, { setting })).program, programs[index]);
  });
});

test("a setting that is not a program is named, and nothing else is searched", () => {
  const { message, looked } = missing(machine([LOCAL], { setting: "~/nothing" }));
  assert.match(message, /asyncapiGuard\.command is '~\/nothing', but '\/home\/ada\/nothing' is not a program/);
  assert.deepEqual(looked, ["/home/ada/nothing"]);
});

test("the message has the line that installs the server where it will be found", () => {
  assert.match(missing(machine([])).message, /run: pip install "asyncapi-guard\[lsp\]"$/);
  const local = "/projects/chat/.venv/bin/python";
  assert.match(missing(machine([local])).message, /run: \/projects\/chat\/\.venv\/bin\/python -m pip install/);
  const interpreter = "/envs/chat/bin/python";
  assert.equal(missing(machine([], { interpreter })).interpreter, interpreter);
  assert.equal(installLine("/my envs/python"), '"/my envs/python" -m pip install "asyncapi-guard[lsp]"');
});

test("Windows has other names and separators", () => {
  const more = {
    folders: ["C:\\work\\chat"],
    interpreter: "C:\\Python\\python.exe",
    environment: { Path: "C:\\tools;D:\\bin" },
    windows: true,
  };
  const places = [
    "C:\\work\\chat\\.venv\\Scripts\\asyncapi-guard.exe",
    "C:\\work\\chat\\venv\\Scripts\\asyncapi-guard.exe",
    "C:\\Python\\asyncapi-guard.exe",
    "C:\\Python\\Scripts\\asyncapi-guard.exe",
    "C:\\tools\\asyncapi-guard.exe",
    "D:\\bin\\asyncapi-guard.exe",
  ];
  assert.deepEqual(missing(machine([], more)).looked, places);
  places.forEach((place, index) => assert.equal(found(machine(places.slice(index), more)).program, place));
  assert.equal(found(machine(["C:\\x\\guard.exe"], { ...more, setting: "C:\\x\\guard" })).program, "C:\\x\\guard.exe");
});
