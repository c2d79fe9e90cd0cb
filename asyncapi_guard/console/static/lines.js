/** JSON in colors, and lines of the document. */

import { el, icon } from "./dom.js";

const TOKEN =
  /("(?:[^"\\\n]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*|[{}[\],:]+/g;

/** JSON text as colored nodes; text that is no JSON stays readable. */
export function colored(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) nodes.push(text.slice(at, match.index));
    const [whole, string, colon] = match;
    if (string) {
      nodes.push(el("span", { className: colon ? "k" : "s" }, string));
      if (colon) nodes.push(el("span", { className: "p" }, colon));
    } else nodes.push(el("span", { className: /^[{}[\],:]/.test(whole) ? "p" : "n" }, whole));
    at = match.index + whole.length;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

/**
 * Lines of the document, the one that decided marked, with the reason below it. What all of them are
 * indented by is left out: there is little room.
 *
 * @param {{reason: string, file: string, clause: {line: number, column: number, served: string|null, lines: {number: number, text: string}[]}}} problem
 *   as the judge and the live data have it; the file is "" for a document that is in none
 * @param {"bad"|"warn"} kind rejected, or passed though it breaks the contract
 */
export function clauseOf({ reason, file, clause }, kind = "bad") {
  const name = file || "the document";
  const indent = Math.min(...clause.lines.filter(({ text }) => text.trim()).map(({ text }) => text.search(/\S/)));
  const lines = el("div", { className: "lines", tabIndex: 0, role: "group", ariaLabel: `Lines of ${name}, around line ${clause.line}` });
  for (const { number, text } of clause.lines) {
    const hit = number === clause.line;
    lines.append(el("span", { className: hit ? `ln hit ${kind}` : "ln", dataset: { n: number } }, `${text.slice(indent)}\n`));
    if (hit) lines.append(el("span", { className: `why ${kind}` }, reason));
  }
  return el(
    "figure",
    { className: "clause" },
    el(
      "figcaption",
      { className: "clause-head" },
      icon("file"),
      clause.served ? el("a", { className: "mono", href: clause.served }, name) : el("span", { className: "mono" }, name),
      el("span", { className: "grow" }),
      el("span", { className: "num" }, `line ${clause.line}, column ${clause.column}`),
    ),
    lines,
  );
}
