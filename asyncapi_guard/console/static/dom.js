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
