// The parts of the Try page that need no page: JSON text, values, forms, sequences, exported tests.

import assert from "node:assert/strict";
import { test } from "node:test";

const STATIC = new URL("../../asyncapi_guard/console/static/", import.meta.url);
const module = (name) => import(new URL(name, STATIC));
const { JsonError, parseJson, prettyJson } = await module("json_text.js");
const { fileName, forJudge, forWire, inOneLine, isSecret, masked, missingFiles } = await module("values.js");
const { beginning, bestChoice, numberOf, withItem, withProperty } = await module("form_values.js");
const { asSequence, connectionsOf, fromLink, linkOf, needsSecret, resolved, sequenceOf } = await module("sequence_data.js");
const { python, pythonName, pytestOf } = await module("pytest_export.js");
const { credentialsOf, queryText, withCredentials } = await module("credentials.js");

/* JSON text */

test("JSON is read as JSON.parse does, with the lines of each value", () => {
  const text = '{\n  "a/b": [1, -2.5e3,\n    true],\n  "ü\\n": {"c": null}\n}';
  const { value, lines } = parseJson(text);
  assert.deepEqual(value, JSON.parse(text));
  assert.deepEqual(lines.get("/a~1b"), [2, 3]);
  assert.deepEqual(lines.get("/a~1b/2"), [3, 3]);
  assert.deepEqual(lines.get(""), [1, 5]);
  assert.deepEqual(Object.keys(parseJson('{"__proto__": 1}').value), ["__proto__"]);
});

for (const [text, line, column, message] of [
  ["", 1, 1, /ends/],
  ['{"a": }', 1, 7, /expected a value/],
  ['{"a": 1,\n "a": 2}', 2, 2, /duplicate property "a"/],
  ["[1, 2", 1, 6, /ends/],
  ["[01]", 1, 3, /expected/],
  ["nul", 1, 1, /expected a value/],
  ['"\n"', 1, 1, /string/],
  ["1 2", 1, 3, /more after/],
  ["[".repeat(600), 1, 502, /too deep/],
]) {
  test(`no JSON: ${text.slice(0, 12)}`, () => {
    assert.throws(() => parseJson(text), (error) => {
      assert.ok(error instanceof JsonError);
      assert.match(error.message, message);
      assert.deepEqual([error.line, error.column], [line, column]);
      return true;
    });
  });
}

test("JSON is written with a line for each property, and short values in one", () => {
  assert.equal(prettyJson({ a: [1, 2], b: { c: "d" } }), '{\n  "a": [1, 2],\n  "b": {"c": "d"}\n}');
  assert.equal(prettyJson(["x", { y: 1 }]), '["x", {"y": 1}]');
  const long = { a: Array.from({ length: 40 }, (_, at) => at) };
  assert.deepEqual(JSON.parse(prettyJson(long)), long);
  assert.equal(prettyJson({}), "{}");
});

/* Values */

test("bytes have names in JSON, are bytes on the wire, and numbers for the judge", () => {
  const files = new Map([["pier.jpg", new Uint8Array(3)]]);
  const value = [{ about: "x" }, { $bytes: "pier.jpg" }];
  assert.equal(fileName(value[1]), "pier.jpg");
  assert.equal(fileName({ $bytes: "a", more: 1 }), undefined);
  assert.equal(forWire(value, files)[1], files.get("pier.jpg"));
  assert.deepEqual(forJudge(value, files)[1], { $bytes: 3 });
  assert.deepEqual(forJudge([new Uint8Array(5)]), [{ $bytes: 5 }]);
  assert.deepEqual(missingFiles([{ $bytes: "other" }, value], files), ["other"]);
});

test("secrets are dots, whatever holds them", () => {
  for (const name of ["token", "access_token", "Password", "api-key", "client_secret", "authorization"]) assert.ok(isSecret(name), name);
  for (const name of ["tokens_left", "key", "name", "spin", "passenger"]) assert.ok(!isSecret(name), name);
  assert.deepEqual(masked({ a: { token: "abc" }, b: ["c"], token: 5 }), { a: { token: "••••••" }, b: ["c"], token: 5 });
  assert.deepEqual(masked([new Uint8Array(9)]), [{ $bytes: 9 }]);
  assert.ok(inOneLine("x".repeat(10_000)).length < 200);
  assert.ok(inOneLine(Array.from({ length: 10_000 }, () => "text")).length < 600);
});

/* Forms */

const NODES = [
  { kind: "object", properties: [["kind", true, 2], ["size", true, 3], ["note", false, 4]], more: null },
  { kind: "options", values: ["square"] },
  { kind: "integer" },
  { kind: "text" },
  { kind: "object", properties: [["kind", true, 6], ["radius", true, 3]], more: null },
  { kind: "options", values: ["circle"] },
  { kind: "choice", choices: [["Square", 1], ["Circle", 5], ["null", 8]] },
  { kind: "null" },
  { kind: "tuple", items: [4, 7], least: 1 },
  { kind: "object", properties: [["next", true, 10]], more: null },
];
const nodeOf = (number) => NODES[number - 1];

test("a form begins with what is required", () => {
  assert.deepEqual(beginning(nodeOf, 1), { kind: "square", size: 0 });
  assert.deepEqual(beginning(nodeOf, 9), [""]);
  assert.deepEqual(beginning(nodeOf, 7), { kind: "square", size: 0 });
  assert.ok(JSON.stringify(beginning(nodeOf, 10)).length < 200); // a schema within itself
});

test("the alternative of a value is the one that it is like", () => {
  const { choices } = nodeOf(7);
  assert.equal(bestChoice(nodeOf, choices, { kind: "circle", radius: 1 }), 1);
  assert.equal(bestChoice(nodeOf, choices, { kind: "square", size: "?" }), 0);
  assert.equal(bestChoice(nodeOf, choices, null), 2);
});

test("fields change values without losing what they do not know", () => {
  assert.deepEqual(Object.entries(withProperty(nodeOf(1), { other: 1, size: 2 }, "kind", "square")), [["kind", "square"], ["size", 2], ["other", 1]]);
  assert.deepEqual(withProperty(nodeOf(1), { size: 2, note: "x" }, "note", undefined), { size: 2 });
  assert.deepEqual(withProperty(nodeOf(1), "no object", "size", 1), { size: 1 });
  assert.deepEqual(withItem([1, 2, 3], 1, undefined), [1, 3]);
  assert.deepEqual(["1", "-2.5e3", "01", "1.", "x", ""].map(numberOf), [1, -2500, "01", "1.", "x", ""]);
});

/* Credentials */

test("credentials go where the scheme has them", () => {
  assert.deepEqual(withCredentials({ type: "http", scheme: "bearer" }, { token: "t" }, { client: "c" }, {}).auth, { token: "t", client: "c" });
  assert.deepEqual(withCredentials({ type: "httpApiKey", place: "query", parameter: "k" }, { k: "v" }, undefined, { a: 1 }), { auth: undefined, query: { a: 1, k: "v" } });
  assert.deepEqual(withCredentials({ type: "userPassword" }, { username: "u", password: "p" }, undefined, {}).auth, { username: "u", password: "p" });
  assert.equal(withCredentials({ type: "http", scheme: "bearer" }, {}, undefined, {}).auth, undefined);
  assert.match(credentialsOf({ type: "X509" }).note, /X509/);
  assert.equal(queryText({ a: [1, "b c"], d: true }), "a=1&a=b+c&d=true");
});

/* Sequences */

const packet = (event, written, ack, at, more = {}) => ({ out: true, event, written, at, namespace: "/", asked: ack !== undefined, ack: ack && { args: ack }, ...more });
const GAME = sequenceOf("A game", [
  { name: "Ada", packets: [packet("create_game", [], [{ game_id: 41, player: "X" }], 1), { out: false, event: "x", at: 2 }] },
  { name: "Ben", packets: [packet("join_game", [{ game_id: 41, token: "t", player: "me" }], [{}], 3), packet("leave", [{ game_id: 41 }], undefined, 4, { anyway: true })] },
]);

test("a sequence has no secrets, and refers to what the server made up", () => {
  assert.deepEqual(GAME.steps.map(({ as, event, ack }) => [as, event, ack]), [["Ada", "create_game", true], ["Ben", "join_game", true], ["Ben", "leave", false]]);
  assert.deepEqual(GAME.steps[1].args, [{ game_id: { $ack: "1/game_id" }, token: "••••••", player: "me" }]);
  assert.deepEqual(resolved(GAME.steps[2].args, [{ game_id: 7 }]), [{ game_id: 7 }]);
  assert.ok(needsSecret(GAME.steps[1].args));
  assert.equal(connectionsOf(GAME).length, 2);
  const echo = sequenceOf("e", [{ name: "A", packets: [packet("join", [{ room: "r" }], [{ room: "r" }], 1), packet("post", [{ room: "r" }], undefined, 2)] }]);
  assert.deepEqual(echo.steps[1].args, [{ room: "r" }]);
});

test("a link has the whole sequence, and a link of a stranger is taken for what it is", () => {
  const named = { ...GAME, name: "Ü & <b>" };
  assert.deepEqual(fromLink(`#${linkOf(named)}`), named);
  for (const bad of ["", "#chat-say", "#sequence=", "#sequence=%%%", `#sequence=${btoa('{"name": 1}')}`, `#sequence=${btoa('{"name": "a", "steps": [{"as": 1}]}')}`]) {
    assert.equal(fromLink(bad), undefined, bad);
  }
  assert.equal(linkOf({ name: "a", steps: [{ ...GAME.steps[0], args: ["x".repeat(70_000)] }] }), undefined);
  assert.equal(asSequence({ name: "a", steps: Array(300).fill(GAME.steps[0]) }), undefined);
});

test("values become Python", () => {
  assert.equal(python({ a: [null, true, 1.5, 10], "b\"\\\n": "ü\u202e" }), '{"a": [None, True, 1.5, 10], "b\\"\\\\\\n": "ü\\u202e"}');
  assert.equal(python({ $bytes: "pier.jpg" }), 'Path("pier.jpg").read_bytes()');
  assert.equal(python({ $ack: "3/id" }), 'ack_3["id"]');
  assert.deepEqual(["Two people meet", "7 up", "class", "日本", "…"].map((name) => pythonName(name, "x")), ["two_people_meet", "_7_up", "class_", "日本", "x"]);
});

test("an exported test plays the sequence, with tokens of the environment", () => {
  const text = pytestOf(GAME, { url: "http://localhost:5000", title: "Game 1", authOf: () => ({ token: "••••••" }) });
  assert.match(text, /^import pytest$/m);
  assert.match(text, /testing\.client\(URL, SPEC, auth=\{"token": os\.environ\["ADA_TOKEN"\]\}\) as ada,/);
  assert.match(text, /ack_1 = ada\.call\("create_game"\)/);
  assert.match(text, /ben\.call\("join_game", \{"game_id": ack_1\["game_id"\], "token": os\.environ\["SECRET"\], "player": "me"\}\)/);
  assert.match(text, /with pytest\.raises\(EmitValidationError\):\n {12}ben\.emit\("leave"/);
});
