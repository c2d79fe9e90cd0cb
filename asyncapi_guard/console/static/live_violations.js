/** The last violations, and who is connected. */

import { $, arrow, el, verdict } from "./dom.js";
import { clauseOf } from "./lines.js";
import { clock, groups, number, toldOf } from "./live_numbers.js";

const FIRST = 12;
const MOST_NAMESPACES = 40;
const list = $("#violations");
const more = $("#more-violations");
const made = new Map();
let all = false;
let shownKeys = "";

const path = (problem) => (problem.path ? [el("code", {}, problem.path), " "] : []);

function problemOf(problem, event, kind) {
  if (!problem.clause) return el("p", { className: "small" }, ...path(problem), problem.reason);
  const figure = clauseOf(problem, kind);
  // Several can be open, each of which is a region with a name of its own.
  const lines = $(".lines", figure);
  lines.setAttribute("aria-label", `${lines.getAttribute("aria-label")}: ${event} ${problem.path}`);
  return figure;
}

function madeGroup({ newest }, links) {
  const { namespace, event, direction, ack, problems, reason, truncated } = newest;
  const kind = newest.verdict === "rejected" ? "bad" : "warn";
  const [first] = problems;
  const rest = problems.length - 1;
  const times = el("span", { className: "chip", hidden: true });
  const when = el("span");
  const fromClient = direction === "to-server";
  const href = links.get([namespace, event, fromClient !== ack].join("\n"));
  const element = el(
    "details",
    { className: "violation" },
    el(
      "summary",
      {},
      el(
        "span",
        { className: "violation-head" },
        arrow(fromClient),
        el("span", { className: "sr" }, fromClient ? "from a client: " : "from the server: "),
        el("code", {}, el("strong", {}, event)),
        ack ? el("span", { className: "tag" }, "ack") : "",
        times,
        el("span", { className: "grow" }),
        verdict(kind, kind === "bad" ? "Rejected" : "Reported"),
      ),
      el("span", {}, ...(first ? [...path(first), first.reason] : [reason]), rest > 0 ? ` (and ${rest}${truncated ? " or" : ""} more)` : ""),
      el("span", { className: "tag" }, el("span", { className: "mono" }, namespace), ", last at ", when),
    ),
    el(
      "div",
      { className: "violation-more" },
      ...problems.map((each) => problemOf(each, event, kind)),
      el("p", { className: "small muted" }, toldOf(newest), ...(href ? [" ", el("a", { href }, `Read about ${event}`)] : [])),
    ),
  );
  return { element, times, when };
}

/** Show the violations, newest first; those that are there stay open or closed as they are. */
export function showViolations({ violations, declared }) {
  const links = new Map(declared.map(({ namespace, event, fromClient, href }) => [[namespace, event, fromClient].join("\n"), href]));
  const found = groups(violations);
  const shown = all ? found : found.slice(0, FIRST);
  const keys = new Set(shown.map(({ key }) => key));
  for (const key of made.keys()) if (!keys.has(key)) made.delete(key);
  for (const group of shown) {
    if (!made.has(group.key)) {
      const isFirst = !shownKeys && group === shown[0];
      made.set(group.key, madeGroup(group, links));
      if (isFirst) made.get(group.key).element.open = true;
    }
    const { times, when } = made.get(group.key);
    times.hidden = group.times < 2;
    times.textContent = `${group.times} times`;
    when.textContent = clock(group.newest.at);
  }
  place(shown);
  $("#no-violations").hidden = found.length > 0;
  more.hidden = all || found.length <= FIRST;
  $("button", more).textContent = `Show all ${found.length}`;
}

function place(shown) {
  const keys = shown.map(({ key }) => key).join("\n");
  if (keys === shownKeys) return;
  shownKeys = keys;
  const focused = document.activeElement;
  list.replaceChildren(...shown.map(({ key }) => made.get(key).element));
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** Have all of them shown, when somebody asks for it. */
export function onMore(show) {
  $("button", more).addEventListener("click", () => {
    all = true;
    show();
    list.children[FIRST]?.firstChild.focus({ preventScroll: true });
  });
}

/** Show how many clients are connected to each namespace. */
export function showClients({ clients, others }) {
  const total = clients.reduce((sum, { count }) => sum + count, others);
  const most = Math.max(1, ...clients.map(({ count }) => count));
  const shown = clients.slice(0, MOST_NAMESPACES);
  const rest = clients.slice(MOST_NAMESPACES).reduce((sum, { count }) => sum + count, others);
  const rows = shown.map(({ namespace, count }) => [namespace, count]);
  if (rest) rows.push(["all others", rest]);
  $("#clients").replaceChildren(
    ...rows.map(([namespace, count]) =>
      el(
        "li",
        {},
        el("span", { className: "mono" }, namespace),
        el("meter", { min: 0, max: Math.max(most, rest), value: count, ariaHidden: "true" }),
        el("strong", { className: "num" }, number(count)),
      ),
    ),
  );
  $("#no-clients").hidden = total > 0;
  $("#connected").textContent = number(total);
  const places = clients.length === 1 ? "namespace" : "namespaces";
  $("#places").textContent = others ? `in more than ${clients.length} namespaces` : `in ${clients.length} ${places}`;
}
