/** A sequence as a test for pytest, with the client of `asyncapi_guard.testing`. */

import { ackReference, connectionsOf } from "./sequence_data.js";
import { DOTS, fileName } from "./values.js";

const KEYWORDS = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield match case os pytest testing Path URL SPEC".split(" "),
);

/** A name for Python: letters of any script, digits and underscores. */
export function pythonName(text, fallback) {
  const name = text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^_+|_+$/g, "");
  if (!name) return fallback;
  const safe = /^\p{N}/u.test(name) ? `_${name}` : name;
  return KEYWORDS.has(safe) ? `${safe}_` : safe;
}

/** A text as a Python literal. */
function pythonText(text) {
  const escaped = [...text].map((each) => {
    const code = each.codePointAt(0);
    if (each === "\\" || each === '"') return `\\${each}`;
    if (each === "\n") return "\\n";
    if (each === "\t") return "\\t";
    if (each === "\r") return "\\r";
    if (code < 32 || code === 127 || (code >= 0x80 && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) {
      return `\\u${code.toString(16).padStart(4, "0")}`;
    }
    return code >= 0xd800 && code <= 0xdfff ? `\\u${code.toString(16)}` : each;
  });
  return `"${escaped.join("")}"`;
}

/** A value as Python. */
export function python(value) {
  const reference = ackReference(value);
  if (reference) return `ack_${reference.step}[${pythonText(reference.name)}]`;
  const file = fileName(value);
  if (file !== undefined) return `Path(${pythonText(file)}).read_bytes()`;
  if (value === null || value === undefined) return "None";
  if (value === DOTS) return 'os.environ["SECRET"]';
  if (typeof value === "string") return pythonText(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  return `{${Object.entries(value).map(([name, item]) => `${pythonText(name)}: ${python(item)}`).join(", ")}}`;
}

/** Distinct names of Python for the connections. */
function clientNames(connections) {
  const taken = new Set();
  return connections.map(({ as }, at) => {
    const wanted = pythonName(as, `client_${at + 1}`);
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  });
}

function argsOf(args) {
  if (!args.length) return "";
  return args.length === 1 ? `, ${python(args[0])}` : `, (${args.map(python).join(", ")})`;
}

/**
 * The text of a test.
 *
 * @param {{name: string, steps: object[]}} sequence
 * @param {object} about
 * @param {string} about.url of the server
 * @param {(namespace: string) => any} about.authOf what a connection sends to enter: `undefined` for
 *   nothing; dots are read from the environment
 * @param {string} about.title of the document
 */
export function pytestOf(sequence, { url, authOf, title }) {
  const connections = connectionsOf(sequence);
  const names = clientNames(connections);
  const nameOf = ({ as, namespace }) => names[connections.findIndex((each) => each.as === as && each.namespace === namespace)];
  const auths = connections.map(({ namespace }) => authOf(namespace));
  const clients = connections.map(({ namespace }, at) => {
    const options = [];
    if (auths[at] !== undefined) options.push(`, auth=${authText(auths[at], names[at])}`);
    if (namespace !== "/") options.push(`, namespaces=[${pythonText(namespace)}]`);
    return `testing.client(URL, SPEC${options.join("")}) as ${names[at]}`;
  });
  const used = new Set();
  for (const { args } of sequence.steps) for (const [, number] of JSON.stringify(args).matchAll(/"\$ack":"(\d+)\//g)) used.add(Number(number));
  const lines = sequence.steps.flatMap((step, at) => {
    const inNamespace = step.namespace === "/" ? "" : `, namespace=${pythonText(step.namespace)}`;
    const data = `${pythonText(step.event)}${argsOf(step.args)}${inNamespace}`;
    const call = `${nameOf(step)}.${step.ack ? "call" : "emit"}(${data})`;
    // The client's own guard doesn't let it out.
    if (step.anyway) return ["with pytest.raises(EmitValidationError):", `    ${call}`];
    return [used.has(at + 1) && step.ack ? `ack_${at + 1} = ${call}` : call];
  });
  const body = lines.length ? lines : ["pass"];
  const text = [...clients, ...body].join("\n");
  const anyway = sequence.steps.some((step) => step.anyway);
  const imports = ["import os", text.includes("Path(") ? "from pathlib import Path" : ""].filter(Boolean);
  const third = [anyway ? "import pytest\n" : "", `from asyncapi_guard import ${anyway ? "EmitValidationError, testing" : "testing"}`].filter(Boolean);
  return [
    `"""${docText(`${sequence.name}: exported from the console of ${title}.`)}"""`,
    "",
    ...imports,
    "",
    ...third,
    "",
    `URL = os.environ.get("SERVER_URL", ${pythonText(url)})`,
    'SPEC = os.environ.get("ASYNCAPI", "asyncapi.yml")',
    "",
    "",
    `def test_${pythonName(sequence.name, "sequence")}():`,
    ...(clients.length === 1 ? [`    with ${clients[0]}:`] : ["    with (", ...clients.map((each) => `        ${each},`), "    ):"]),
    ...body.map((line) => `        ${line}`),
    "",
  ].join("\n");
}

/** Credentials are read from the environment: `ADA_TOKEN`. */
function authText(auth, client) {
  if (auth === null || typeof auth !== "object" || Array.isArray(auth)) return python(auth);
  const parts = Object.entries(auth).map(([name, value]) => {
    const secret = `os.environ[${pythonText(`${client}_${pythonName(name, "value")}`.toUpperCase())}]`;
    return `${pythonText(name)}: ${value === DOTS ? secret : python(value)}`;
  });
  return `{${parts.join(", ")}}`;
}

const docText = (text) => pythonText(text).slice(1, -1);
