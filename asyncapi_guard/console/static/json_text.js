/** JSON as text: where in it each value stands, what is wrong with it, and how it is written. */

/** The text is no JSON; `line` and `column` begin with 1. */
export class JsonError extends Error {
  constructor(message, text, at) {
    super(message);
    this.name = "JsonError";
    const before = text.slice(0, at).split("\n");
    this.line = before.length;
    this.column = before.at(-1).length + 1;
  }
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const WORDS = { true: true, false: false, null: null };
const DEEPEST = 500;

export const pointerPart = (name) => String(name).replaceAll("~", "~0").replaceAll("/", "~1");

/**
 * Read JSON.
 *
 * @param {string} text
 * @returns {{value: any, lines: Map<string, [number, number]>}} the value, and for each JSON Pointer
 *   the first and the last line of what stands there
 * @throws {JsonError}
 */
export function parseJson(text) {
  const lines = new Map();
  let at = 0;
  let line = 1;

  const fail = (message) => {
    throw new JsonError(message, text, at);
  };
  function take(pattern) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    return found;
  }
  function space() {
    for (const each of take(SPACE)) line += each === "\n";
  }
  function expect(mark, what) {
    space();
    if (text[at] !== mark) fail(at < text.length ? `expected ${what}` : `the text ends where ${what} is expected`);
    at += 1;
  }
  function string() {
    const found = take(STRING);
    if (found === undefined) fail("this string has no end, or a character that must be escaped");
    return JSON.parse(found);
  }
  function object(path, depth) {
    const entries = new Map();
    at += 1;
    space();
    if (text[at] === "}") at += 1;
    else {
      for (;;) {
        space();
        if (text[at] !== '"') fail("expected a property name in double quotes");
        const begin = line;
        const nameAt = at;
        const name = string();
        if (entries.has(name)) {
          at = nameAt;
          fail(`duplicate property ${JSON.stringify(name)}`);
        }
        expect(":", "':'");
        const inner = `${path}/${pointerPart(name)}`;
        entries.set(name, value(inner, depth + 1));
        lines.set(inner, [begin, lines.get(inner)[1]]);
        space();
        if (text[at] !== ",") break;
        at += 1;
      }
      expect("}", "',' or '}'");
    }
    return Object.fromEntries(entries);
  }
  function array(path, depth) {
    const items = [];
    at += 1;
    space();
    if (text[at] === "]") at += 1;
    else {
      for (;;) {
        items.push(value(`${path}/${items.length}`, depth + 1));
        space();
        if (text[at] !== ",") break;
        at += 1;
      }
      expect("]", "',' or ']'");
    }
    return items;
  }
  function scalar() {
    if (text[at] === '"') return string();
    const number = take(NUMBER);
    if (number !== undefined) return Number(number);
    const word = Object.keys(WORDS).find((each) => text.startsWith(each, at));
    if (word === undefined) fail(at < text.length ? "expected a value" : "the text ends where a value is expected");
    at += word.length;
    return WORDS[word];
  }
  function value(path, depth) {
    if (depth > DEEPEST) fail("this is nested too deep");
    space();
    const begin = line;
    const made = text[at] === "{" ? object(path, depth) : text[at] === "[" ? array(path, depth) : scalar();
    lines.set(path, [begin, line]);
    return made;
  }

  const made = value("", 0);
  space();
  if (at < text.length) fail("there is more after the value");
  return { value: made, lines };
}

const WIDEST = 60;

/** A value as people write JSON: short lists and objects in one line. */
export function prettyJson(value, indent = "") {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => prettyJson(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${prettyJson(item, inner)}`);
  const [open, close] = isList ? "[]" : "{}";
  if (!parts.length) return open + close;
  const line = `${open}${parts.join(", ")}${close}`;
  // The outermost object has a line for each property, so that each can be marked.
  const isShort = line.length + indent.length <= WIDEST && !line.includes("\n");
  if (isShort && (isList || indent)) return line;
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}
