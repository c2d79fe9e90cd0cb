/** The table of the Live page: elements stay while their numbers change, so that no focus is lost. */

import { $, arrow, el } from "./dom.js";
import { drawSpark, spark } from "./live_chart.js";
import { bounded, growths, number, rows, SPANS } from "./live_numbers.js";

const MOST_ROWS = 200;
const MODES = { report: "reports only", off: "off" };

const table = $("#events");
const made = new Map();
let shownKeys = "";

/** A long name may break after an underscore. */
const breakable = (name) => name.split(/(?<=_)/).flatMap((part) => [part, el("wbr")]);

function madeRow({ event, fromClient, isAck, queued, href }) {
  const sender = isAck ? !fromClient : fromClient;
  const text = isAck ? ["ack"] : breakable(event);
  const name = el(
    "span",
    { className: isAck ? "name of-ack" : "name" },
    arrow(sender),
    el("span", { className: "sr" }, sender ? "from clients: " : "from the server: "),
    href && !isAck ? el("a", { href }, ...text) : el("span", {}, ...text),
    isAck ? el("span", { className: "sr" }, ` of ${event}`) : "",
    queued ? el("small", {}, " by the queue") : "",
  );
  const mode = el("span", { className: "chip", hidden: true }, el("span", { className: "dot warn" }), el("span"));
  name.append(mode);
  const cells = ["seen", "rejected", "reported"].map((kind) => [kind, el("td", { className: "end num" })]);
  const curve = spark();
  const element = el(
    "tr",
    {},
    el("th", { scope: "row" }, name),
    el("td", { className: "spark-cell" }, curve),
    ...cells.map(([, cell]) => cell),
  );
  return { element, cells, curve, mode };
}

function fill({ cells, mode }, row) {
  for (const [kind, cell] of cells) {
    const text = number(row[kind]);
    if (cell.textContent !== text) cell.textContent = text;
    if (kind !== "seen") {
      cell.classList.toggle("zero", !row[kind]);
      cell.classList.toggle(kind === "rejected" ? "bad" : "warn", row[kind] > 0);
    }
  }
  mode.hidden = !(row.mode in MODES);
  if (!mode.hidden) mode.lastChild.textContent = MODES[row.mode];
}

function place(shown) {
  const keys = shown.map(({ key }) => key).join("\n");
  if (keys === shownKeys) return;
  shownKeys = keys;
  const focused = document.activeElement;
  const bodies = new Map();
  for (const { key, namespace } of shown) {
    if (!bodies.has(namespace)) {
      const head = el("th", { colSpan: 5, scope: "rowgroup" }, namespace);
      bodies.set(namespace, el("tbody", {}, el("tr", { className: "group" }, head)));
    }
    bodies.get(namespace).append(made.get(key).element);
  }
  for (const body of [...table.tBodies]) body.remove();
  table.append(...bodies.values());
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** Why the table is empty, or that it shows a part. */
function remark(total, fitting, shown, { asked, broken }) {
  if (!fitting && asked) return `None of ${total} events is called “${asked}”.`;
  if (!fitting) return broken ? "No event has broken the contract." : "The document has no events.";
  return fitting > shown ? `${number(shown)} of ${number(fitting)} rows, with the most traffic. The filter finds the others.` : "";
}

/**
 * Show the counters.
 *
 * @param {object} state what was counted: `declared`, `events`, `samples`, `violations`
 * @param {{span: string, time: object, asked: string, broken: boolean}} choice what is asked for
 * @returns {number} how many rows fit
 */
export function showTable({ declared, events, samples, violations }, choice) {
  const all = rows(declared, events);
  const words = choice.asked.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = all.filter(({ event, namespace, rejected, reported }) => {
    const text = `${namespace} ${event}`.toLowerCase();
    return (!choice.broken || rejected || reported) && words.every((word) => text.includes(word));
  });
  const shown = bounded(fitting, MOST_ROWS);
  for (const row of shown) {
    if (!made.has(row.key)) made.set(row.key, madeRow(row));
    fill(made.get(row.key), row);
  }
  place(shown);
  $("#spark-head").textContent = SPANS[choice.span].title;
  if ($("#spark-head").offsetParent) drawSparks(shown, samples, violations, choice.time);
  const text = remark(all.length, fitting.length, shown.length, choice);
  $("#no-rows").textContent = text;
  $("#no-rows-box").hidden = !text;
  $("#clear").hidden = Boolean(fitting.length) || !choice.asked;
  return fitting.length;
}

function drawSparks(shown, samples, violations, time) {
  const grown = growths(samples);
  const known = Map.groupBy?.(violations, ({ namespace, event, checkpoint }) => [namespace, event, checkpoint].join("\n"));
  for (const { key, index, namespace, event, checkpoint } of shown) {
    if (index < 0) continue;
    const own = known?.get([namespace, event, checkpoint].join("\n")) ?? [];
    drawSpark(made.get(key).curve, samples, time, grown.get(index) ?? new Map(), own);
  }
}
