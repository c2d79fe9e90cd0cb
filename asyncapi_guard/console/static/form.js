/**
 * A form for a value, made of nodes. Each field holds its own value and tells the one around it when
 * it changes, so that nothing is drawn again while somebody types.
 */

import { el, icon } from "./dom.js";
import { dropZone } from "./file_field.js";
import { beginning, bestChoice, isSame, numberOf, withItem, withProperty } from "./form_values.js";
import { pointerPart } from "./json_text.js";
import { isSecret } from "./values.js";

const HINTS = {
  "date-time": "2026-05-04T16:02:21Z",
  date: "2026-05-04",
  time: "16:02:21Z",
  duration: "PT30M",
  uuid: "8f14e45f-ceea-4e67-9d7b-2f1c55a0b3d1",
};
const ONE_VALUE = new Set(["text", "number", "integer", "boolean", "options", "null"]);
/** Fields that are short enough for an item of a list to be one box beside others. */
const SHORT = new Set(["text", "number", "integer"]);
const NOT_SENT = "not sent";
let lastId = 0;

/**
 * What a field is about.
 *
 * @typedef {object} Place
 * @property {number} node its number
 * @property {any} value `undefined` if nothing is sent
 * @property {string} path a JSON Pointer
 * @property {string} [name]
 * @property {boolean} [required]
 * @property {(value: any) => void} change called with each new value
 */

export class Form {
  /**
   * @param {(number: number) => object} nodeOf
   * @param {Map<string, Uint8Array>} files by their names
   */
  constructor(nodeOf, files) {
    this.nodeOf = nodeOf;
    this.files = files;
  }

  /** The element of a value, with everything in it. */
  field(/** @type {Place} */ place) {
    const node = this.nodeOf(place.node);
    if (place.value === undefined && !place.required && !ONE_VALUE.has(node.kind)) return this.#absent(place, node);
    switch (node.kind) {
      case "object":
        return this.#grouped(place, node, (change) => this.properties({ ...place, change }, node));
      case "list":
        return this.#grouped(place, node, (change) => this.#items({ ...place, change }, node));
      case "tuple":
        return this.#grouped(place, node, (change) => this.places({ ...place, change }, node));
      case "choice":
        return this.#grouped(place, node, (change) => this.#choice({ ...place, change }, node));
      case "bytes":
        return this.#bytes(place, node);
      default:
        return this.#single(place, node);
    }
  }

  // -- labels ------------------------------------------------------------------------------------

  #label(place, node, tag, more = {}, ...children) {
    const { name, required } = place;
    const several = node.kind === "options" ? node.values : node.kind === "choice" && /^anything/.test(node.words ?? "anything") ? node.choices : undefined;
    const words = several ? `one of ${several.length}` : node.words;
    const said = [
      name === undefined ? "" : el("code", {}, name),
      words ? el("span", { className: "type" }, words) : "",
      node.old ? el("span", { className: "chip" }, "deprecated") : "",
      required === undefined ? "" : el("span", { className: required ? "must" : "may" }, required ? "required" : "optional"),
    ];
    // With spaces between them: this is what screen readers say.
    return el(tag, more, ...said.filter(Boolean).flatMap((part) => [part, " "]), ...children);
  }

  #error(path) {
    lastId += 1;
    return el("p", { className: "error", id: `e${lastId}`, hidden: true, dataset: { error: path } });
  }

  #text(node) {
    return node.text ? el("p", { className: "hint" }, node.text) : "";
  }

  // -- one value ---------------------------------------------------------------------------------

  #single(place, node) {
    lastId += 1;
    const id = `f${lastId}`;
    const error = this.#error(place.path);
    const input = this.#input(place, node, { id, "aria-describedby": error.id });
    const label = this.#label(place, node, "label", { htmlFor: id });
    if (place.name === undefined && !node.words) label.append(el("span", { className: "type" }, "value"));
    return el("div", { className: "field", dataset: { path: place.path } }, label, input, this.#text(node), error);
  }

  #input({ value, required, change, name = "", ...rest }, node, attributes) {
    switch (node.kind) {
      case "options":
        return this.#select(node.values, { value, required, change }, attributes);
      case "boolean":
        return this.#select([true, false], { value, required, change }, attributes);
      case "null":
        return this.#select([null], { value, required, change }, attributes);
      case "any":
        return this.#json({ value, required, change }, attributes);
      case "number":
      case "integer":
        return this.#line(value, (text) => change(text === "" ? undefined : numberOf(text)), {
          inputMode: node.kind === "integer" ? "numeric" : "decimal",
          ...attributes,
        });
      default: {
        const told = (text) => change(text === "" && !required ? undefined : text);
        if (node.long) {
          const area = el("textarea", { className: "input", rows: 2, value: shown(value), ...attributes });
          area.addEventListener("input", () => told(area.value));
          return area;
        }
        return this.#line(value, told, {
          type: isSecret(name) || node.format === "password" ? "password" : "text",
          placeholder: HINTS[node.format] ?? "",
          className: node.format ? "input mono" : "input",
          ...attributes,
        });
      }
    }
  }

  #line(value, told, attributes) {
    const input = el("input", { className: "input", autocomplete: "off", spellcheck: false, value: shown(value), ...attributes });
    input.addEventListener("input", () => told(input.value));
    return input;
  }

  #select(values, { value, required, change }, attributes) {
    const select = el("select", { className: "input", ...attributes });
    const known = values.findIndex((each) => isSame(each, value));
    const options = values.map((each, at) => el("option", { value: String(at) }, typeof each === "string" ? each : JSON.stringify(each)));
    if (!required || value === undefined) options.unshift(el("option", { value: "" }, NOT_SENT));
    else if (known < 0) options.unshift(el("option", { value: "other", disabled: true }, `${JSON.stringify(value).slice(0, 40)} (none of these)`));
    select.append(...options);
    select.value = known >= 0 ? String(known) : value === undefined ? "" : "other";
    select.addEventListener("change", () => change(select.value === "" ? undefined : values[Number(select.value)]));
    return select;
  }

  #json({ value, required, change }, attributes) {
    const text = value === undefined ? "" : JSON.stringify(value);
    const area = el("textarea", {
      className: "input mono",
      rows: Math.min(6, text.split("\n").length),
      value: text,
      placeholder: required ? "JSON" : "JSON, or nothing",
      spellcheck: false,
      ...attributes,
    });
    area.addEventListener("input", () => {
      try {
        change(area.value.trim() ? JSON.parse(area.value) : undefined);
        area.setCustomValidity("");
      } catch {
        area.setCustomValidity("no JSON");
      }
      area.setAttribute("aria-invalid", String(!area.validity.valid));
    });
    return area;
  }

  #bytes(place, node) {
    const error = this.#error(place.path);
    const label = this.#label(place, node, "div", { className: "label" });
    const zone = dropZone(this.files, place.value, (name) => place.change({ $bytes: name }), error.id, place.name ?? "the bytes");
    const remove = place.required ? "" : this.#remove(place);
    return el("div", { className: "field", dataset: { path: place.path } }, label, zone, remove, this.#text(node), error);
  }

  // -- several values ----------------------------------------------------------------------------

  /** What is optional and has no value yet: a button that begins it. */
  #absent(place, node) {
    const add = el("button", { type: "button", className: "btn slim" }, icon("plus"), "Add", el("span", { className: "sr" }, place.name ?? ""));
    const box = el("div", { className: "field", dataset: { path: place.path } }, this.#label(place, node, "div", { className: "label" }), add, this.#error(place.path));
    add.addEventListener("click", () => {
      const value = beginning(this.nodeOf, place.node);
      const made = this.field({ ...place, value });
      box.replaceWith(made);
      place.change(value);
      made.querySelector("input, select, textarea, button")?.focus();
    });
    return box;
  }

  #remove(place) {
    const button = el("button", { type: "button", className: "linkish" }, "Remove", el("span", { className: "sr" }, ` ${place.name ?? "this value"}`));
    button.addEventListener("click", () => {
      const box = button.closest("[data-path]");
      const absent = this.field({ ...place, value: undefined });
      box.replaceWith(absent);
      place.change(undefined);
      absent.querySelector("button, input")?.focus();
    });
    return button;
  }

  #grouped(place, node, inside) {
    lastId += 1;
    const id = `g${lastId}`;
    const error = this.#error(place.path);
    const remove = place.required === false ? this.#remove(place) : "";
    const label = this.#label(place, node, "div", { className: "label", id });
    return el(
      "div",
      { className: "field group", role: "group", "aria-labelledby": id, dataset: { path: place.path } },
      el("div", { className: "group-head" }, label, remove),
      this.#text(node),
      el("div", { className: "inside" }, ...inside(place.change)),
      error,
    );
  }

  /** The fields of an object, and what else it has as JSON. */
  properties({ value, path, change }, node) {
    let current = value;
    const known = new Set(node.properties.map(([name]) => name));
    const set = (name) => (changed) => {
      current = withProperty(node, current, name, changed);
      change(current);
    };
    const fields = node.properties.map(([name, required, number]) =>
      this.field({
        node: number,
        value: isObject(current) ? current[name] : undefined,
        path: `${path}/${pointerPart(name)}`,
        name,
        required,
        change: set(name),
      }),
    );
    const others = isObject(value) ? Object.entries(value).filter(([name]) => !known.has(name)) : [];
    if (node.more !== null || others.length) {
      const words = node.properties.length ? "further properties, as a JSON object" : "properties, as a JSON object";
      const place = {
        path: `${path}/`,
        value: others.length ? Object.fromEntries(others) : undefined,
        change: (changed) => {
          const kept = Object.entries(isObject(current) ? current : {}).filter(([name]) => known.has(name));
          current = Object.fromEntries([...kept, ...Object.entries(isObject(changed) ? changed : {})]);
          change(current);
        },
      };
      const summary = el("summary", { className: "type" }, words);
      fields.push(el("details", { className: "further", open: others.length > 0 }, summary, this.#single(place, { kind: "any", words: "JSON" })));
    }
    return fields;
  }

  /** Arguments, or items of fixed places, with their numbers. */
  places({ value, path, change }, node) {
    let current = Array.isArray(value) ? value : [];
    return node.items.map((number, at) => {
      const inner = this.nodeOf(number);
      const field = this.field({
        node: number,
        value: current[at],
        path: `${path}/${at}`,
        required: at < node.least || at < current.length,
        change: (changed) => {
          current = changed === undefined ? current.slice(0, at) : Object.assign([...current], { [at]: changed });
          change(current);
        },
      });
      const legend = el("legend", {}, el("span", { className: "muted" }, `${at + 1}. `), el("code", {}, inner.title ?? ""));
      return el("fieldset", { className: "argument" }, legend, field);
    });
  }

  #items(place, node) {
    let current = Array.isArray(place.value) ? place.value : [];
    const inner = this.nodeOf(node.items);
    const box = el("div", { className: SHORT.has(inner.kind) ? "items" : "items blocks" });
    const set = (changed) => {
      current = changed;
      // An empty list that is optional is not sent.
      place.change(current.length || place.required ? current : undefined);
    };
    const draw = () => box.replaceChildren(...current.map((value, at) => item(value, at)), add);
    const item = (value, at) => {
      const path = `${place.path}/${at}`;
      const remove = el("button", { type: "button", className: "item-remove", "aria-label": `Remove item ${at + 1}${place.name ? ` of ${place.name}` : ""}` }, icon("cross"));
      remove.addEventListener("click", () => {
        set(withItem(current, at, undefined));
        draw();
        (box.children[Math.max(0, at - 1)]?.querySelector("input") ?? add).focus();
      });
      const change = (changed) => set(withItem(current, at, changed ?? null));
      if (SHORT.has(inner.kind)) {
        const input = this.#input({ value, required: true, change }, { ...inner, long: false }, { "aria-label": `${place.name ?? "item"} ${at + 1}` });
        return el("span", { className: "item", dataset: { path } }, input, remove);
      }
      return el("div", { className: "item-block" }, this.field({ node: node.items, value, path, required: true, change, name: String(at + 1) }), remove);
    };
    const add = el("button", { type: "button", className: "btn" }, icon("plus"), "Add", el("span", { className: "sr" }, ` to ${place.name ?? "the list"}`));
    add.addEventListener("click", () => {
      set([...current, beginning(this.nodeOf, node.items)]);
      draw();
      add.previousElementSibling.querySelector("input, select, textarea, button")?.focus();
    });
    draw();
    return [box];
  }

  #choice(place, node) {
    const chosen = bestChoice(this.nodeOf, node.choices, place.value);
    const box = el("div", { className: "chosen" });
    const select = el(
      "select",
      { className: "input", "aria-label": `Which kind of ${place.name ?? "value"}` },
      ...node.choices.map(([title], at) => el("option", { value: String(at), selected: at === chosen }, title)),
    );
    const draw = (at, value) => {
      const number = node.choices[at][1];
      const inner = this.nodeOf(number);
      if (inner.kind === "null") return box.replaceChildren();
      const { path, change } = place;
      const fields =
        inner.kind === "object" ? this.properties({ value, path, change }, inner) : [this.field({ node: number, value, path, required: true, change })];
      return box.replaceChildren(...fields);
    };
    select.addEventListener("change", () => {
      const at = Number(select.value);
      const value = beginning(this.nodeOf, node.choices[at][1]);
      draw(at, value);
      place.change(value);
    });
    draw(chosen, place.value);
    return [select, box];
  }
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const shown = (value) => (value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** Show problems at their fields: at the nearest one around, where the form has no field. */
export function showProblems(box, problems) {
  for (const error of box.querySelectorAll("[data-error]")) error.hidden = true;
  for (const marked of box.querySelectorAll("[aria-invalid=true]")) marked.removeAttribute("aria-invalid");
  for (const bad of box.querySelectorAll(".item.bad")) bad.classList.remove("bad");
  for (const { path, reason } of problems) {
    const item = fieldOf(box, path);
    if (item?.classList.contains("item")) item.classList.add("bad");
    const field = item?.closest(".field");
    const error = field && [...field.children].find((each) => each.matches("[data-error]"));
    if (!error) continue;
    error.replaceChildren(icon("cross"), item === field ? reason : `${path}: ${reason}`);
    error.hidden = false;
    const input = [...field.children].find((each) => each.matches(".input"));
    input?.setAttribute("aria-invalid", "true");
  }
}

/** The field of a path, or of the nearest path around it. */
export function fieldOf(box, path) {
  for (let each = path; ; each = each.slice(0, each.lastIndexOf("/"))) {
    const found = box.querySelector(`[data-path="${CSS.escape(each)}"]`);
    if (found || !each) return found;
  }
}
