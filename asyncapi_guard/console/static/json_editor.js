/** JSON to be typed: colored lines behind a transparent field of the same size; it grows and never scrolls. */

import { $, el } from "./dom.js";
import { JsonError, parseJson, prettyJson } from "./json_text.js";
import { colored } from "./lines.js";

export class JsonEditor {
  #area;
  #back;
  #lines = new Map();

  /**
   * @param {Element} box has a `pre` and a `textarea`
   * @param {(read: {value?: any, error?: JsonError}) => void} typed called after each change by hand
   */
  constructor(box, typed) {
    this.#area = $("textarea", box);
    this.#back = $("pre", box);
    this.#area.addEventListener("input", () => typed(this.read()));
  }

  /** What the text means, or where it is no JSON. */
  read() {
    try {
      const { value, lines } = parseJson(this.#area.value);
      this.#lines = lines;
      return { value };
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      this.#lines = new Map();
      return { error };
    }
  }

  /** Write a value, as people write JSON. */
  write(value) {
    this.#area.value = prettyJson(value);
    this.read();
  }

  focus() {
    this.#area.focus();
  }

  /** Put the cursor where a problem is. */
  focusLine(number) {
    const before = this.#area.value.split("\n").slice(0, number - 1);
    const at = before.reduce((sum, line) => sum + line.length + 1, 0);
    this.#area.focus();
    this.#area.setSelectionRange(at, at);
  }

  /**
   * Color the lines, and mark those at fault.
   *
   * @param {string[]} paths of problems
   * @param {number} [broken] the line that is no JSON
   * @param {"bad"|"warn"} [kind]
   */
  paint(paths, broken, kind = "bad") {
    const hit = new Set(broken === undefined ? [] : [broken]);
    for (const path of paths) {
      const [first, last] = this.#nearest(path);
      // A whole object is not at fault for one property that is missing.
      for (let line = first; line <= (path ? last : first); line += 1) hit.add(line);
    }
    const texts = this.#area.value.split("\n");
    this.#back.replaceChildren(
      ...texts.map((text, at) => {
        const className = hit.has(at + 1) ? `ln hit ${kind}` : "ln";
        return el("span", { className, dataset: { n: at + 1 } }, ...colored(text), "\n");
      }),
    );
  }

  #nearest(path) {
    for (let each = path; each; each = each.slice(0, each.lastIndexOf("/"))) {
      if (this.#lines.has(each)) return this.#lines.get(each);
    }
    return this.#lines.get("") ?? [1, 1];
  }
}
