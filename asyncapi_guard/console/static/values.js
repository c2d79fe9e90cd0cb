/**
 * Values on their way: bytes have names in JSON, `{"$bytes": "pier.jpg"}`, and are bytes on the wire;
 * the judge gets only how many there are. Secrets are dots wherever they are shown or kept.
 */

export const isBytes = (value) => value instanceof Uint8Array;

const isObject = (value) => value !== null && typeof value === "object" && !isBytes(value);

/** The name of the file that a value stands for; `undefined` for any other value. */
export function fileName(value) {
  if (!isObject(value) || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "$bytes" && typeof value.$bytes === "string" ? value.$bytes : undefined;
}

/**
 * A copy of a value, in which `change` has replaced what it wants to.
 *
 * @param {any} value
 * @param {(value: any, name: string) => any} change `undefined` for what stays
 * @param {string} [name] of the property that the value is
 */
export function mapped(value, change, name = "") {
  const changed = change(value, name);
  if (changed !== undefined) return changed;
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map((item) => mapped(item, change, name));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, change, key)]));
}

/** The names of all files in a value that are not there. */
export function missingFiles(value, files) {
  const missing = new Set();
  mapped(value, (each) => {
    const name = fileName(each);
    if (name !== undefined && !files.has(name)) missing.add(name);
  });
  return [...missing];
}

/** A value as it goes onto the wire. */
export const forWire = (value, files) => mapped(value, (each) => files.get(fileName(each)));

/** A value as the judge is asked about it: bytes are as many as there are. */
export const forJudge = (value, files = new Map()) =>
  mapped(value, (each) => {
    const bytes = isBytes(each) ? each : files.get(fileName(each));
    return bytes && { $bytes: bytes.length };
  });

const SECRET = /^(?:.*[_-])?(?:pass(?:word|wd|phrase|code)?|.*token|.*secret|api[_-]?key|authorization|credentials?|jwt|pin)$/i;
export const DOTS = "••••••";

/** Whether a property of this name holds a secret. */
export const isSecret = (name) => SECRET.test(name);

/** A value to be shown or kept: without secrets, and without bytes. */
export const masked = (value) =>
  mapped(value, (each, name) => {
    if (isBytes(each)) return { $bytes: each.length };
    return typeof each === "string" && isSecret(name) && each ? DOTS : undefined;
  });

const LONGEST = 120;
const MOST = 400;

/** A value in one line, cut where it is long. */
export function inOneLine(value, most = MOST) {
  let left = most;
  const write = (each) => {
    if (left <= 0) return "…";
    if (isBytes(each)) return `<${each.length.toLocaleString("en-US")} bytes>`;
    if (typeof each === "string" && each.length > LONGEST) {
      left -= LONGEST;
      return `${JSON.stringify(each.slice(0, LONGEST)).slice(0, -1)}…"`;
    }
    if (!isObject(each)) {
      const text = JSON.stringify(each) ?? "null";
      left -= text.length;
      return text;
    }
    const isList = Array.isArray(each);
    const parts = [];
    for (const [key, item] of Object.entries(each)) {
      if (left <= 0) {
        parts.push("…");
        break;
      }
      if (!isList) left -= key.length;
      parts.push(isList ? write(item) : `${JSON.stringify(key)}: ${write(item)}`);
    }
    return isList ? `[${parts.join(", ")}]` : `{${parts.join(", ")}}`;
  };
  return write(value);
}

/** Arguments in one line. */
export const argsInOneLine = (args) => args.map((each) => inOneLine(each)).join(", ");
