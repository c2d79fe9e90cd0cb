/**
 * Elements without markup: strings become text, so nothing from the wire or the document can become
 * an element or a script.
 */

export const $ = (selector, from = document) => from.querySelector(selector);
export const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element.
 *
 * @param {string} tag its name
 * @param {object} properties properties of the element, or attributes where it has no such property;
 *   `dataset` and `on` take objects
 * @param {...(Node|string|undefined)} children nodes and texts; undefined and "" are left out
 */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "dataset") Object.assign(made.dataset, value);
    else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (name in made && name !== "list" && name !== "form") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== ""));
  return made;
}

/** An SVG element, by its attributes. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An icon of the page's sprite. */
export const icon = (name) =>
  svg("svg", { class: "i", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));

const SIGNS = { ok: "check", bad: "cross", warn: "alert" };

/** A verdict: "ok" accepted, "bad" rejected, "warn" passed though it breaks the contract. */
export const verdict = (kind, text) =>
  el("span", { className: `verdict ${kind}` }, SIGNS[kind] ? icon(SIGNS[kind]) : "", text);

/** The arrow of a direction: solid for what clients send, outlined for what the server sends. */
export const arrow = (fromClient) =>
  el("span", { className: `arrow ${fromClient ? "out" : "in"}` }, icon(fromClient ? "right" : "left"));

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

/** Say something to screen readers, politely. */
export function say(text) {
  $("#said").textContent = text;
}

/** Storage that may be switched off: what cannot be kept lasts as long as the page. */
export const kept = {
  get(name) {
    try {
      return localStorage.getItem(`asyncapi-guard-${name}`);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value === null) localStorage.removeItem(`asyncapi-guard-${name}`);
      else localStorage.setItem(`asyncapi-guard-${name}`, value);
    } catch {
      // Storage is switched off.
    }
  },
};
