/** The document beside the game, with the line that rejected the last event. */

import { $, $$, el } from "/asyncapi/static/dom.js";

const LINE = /^(\s*(?:- )?)(?:('[^']*'|[\w.$/-]+)(:)(?=\s|$))?(.*)$/;

/** A line of YAML as colored nodes. Coloring is all it is for: the guard has its own parser. */
function coloredLine(text) {
  if (/^\s*#/.test(text)) return [el("span", { className: "c" }, text)];
  const [, indent, key, colon, rest] = LINE.exec(text);
  const value = rest.trim();
  const kind = /^['"]/.test(value) ? "s" : /^(?:-?[\d.]+|true|false|null)$/.test(value) ? "n" : "";
  return [
    indent,
    key === undefined ? "" : el("span", { className: "k" }, key),
    colon === undefined ? "" : el("span", { className: "p" }, colon),
    kind ? el("span", { className: kind }, rest) : rest,
  ].filter(Boolean);
}

/** Show the document that the server is guarded by, as it is on its disk. */
export function showContract() {
  const box = $("#lines");
  const loaded = load(box);

  /**
   * Mark a line, and scroll to it. Only the panel scrolls: on a phone the answer stays in view.
   *
   * @param {{line: number, path: string, message: string}[]} problems the first is pointed at
   * @param {"bad" | "warn"} kind rejected, or passed though it breaks the contract
   */
  async function point(problems, kind) {
    await loaded;
    for (const why of $$(".why", box)) why.remove();
    for (const line of $$(".hit", box)) line.classList.remove("hit", "pulse", "bad", "warn");
    for (const { line, path, message } of [...problems].reverse()) {
      const hit = $(`[data-n="${line}"]`, box);
      hit.classList.add("hit", "pulse", kind);
      hit.after(el("span", { className: `why ${kind}` }, `${path} ${message}`.trim()));
    }
    if (!problems.length) return;
    const above = Math.floor(box.clientHeight / $(".ln", box).offsetHeight / 2.4);
    const top = Math.max(1, problems[0].line - above);
    box.scrollTop = $(`[data-n="${top}"]`, box).offsetTop;
  }
  return { point };
}

async function load(box) {
  const response = await fetch("/asyncapi/asyncapi.yml");
  const text = await response.text();
  const lines = text.replace(/\n$/, "").split("\n");
  box.append(
    ...lines.map((line, at) =>
      el("span", { className: "ln", dataset: { n: at + 1 } }, ...coloredLine(line), "\n"),
    ),
  );
}
