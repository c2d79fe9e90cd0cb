/** Watching: what the guard counts, asked of the server while somebody looks. */

import { $, $$, icon, kept, say } from "./dom.js";
import { onKey } from "./keys.js";
import { drawChart } from "./live_chart.js";
import { clock, frame, keep, moment, number, percent, perSecond, SPANS } from "./live_numbers.js";
import { Polling } from "./live_polling.js";
import { showTable } from "./live_table.js";
import { onMore, showClients, showViolations } from "./live_violations.js";

/** Seconds after which a server that says nothing counts as one that does not answer. */
const PATIENCE = 10;
const GUARD = { enforce: "Guard on", report: "Guard reports only", off: "Guard off" };
const WEAK = {
  report: "The guard only reports. Events that break the contract pass, and count as reported.",
  off: "The guard is off. Nothing is validated.",
};

const declared = $$("a", $("#declared").content).map((link) => ({
  namespace: link.dataset.namespace,
  event: link.textContent,
  fromClient: link.dataset.from === "client",
  href: link.getAttribute("href"),
}));
const state = { declared, at: 0, started: 0, events: [], samples: [], violations: [], clients: [], others: 0 };
const choice = { span: kept.get("span") in SPANS ? kept.get("span") : "minutes", asked: "", broken: false, time: undefined };
/** When each process that answered began to count, and what to say if they take turns. */
const processes = new Set();
const SEVERAL = "Several processes serve this page, and each counts for itself. The numbers are of the one that answered last.";
const OTHERS = "Several processes share the work of this server, and each counts for itself. The numbers are of one of them.";
let takeTurns = false;
const chart = $("#chart");

/* Asking */

async function ask() {
  const url = $("#main").dataset.numbers + (state.at ? `?after=${state.at}` : "");
  let answer;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(1000 * PATIENCE), headers: { Accept: "application/json" } });
  } catch {
    trouble("The server does not answer.");
    return false;
  }
  if (answer.status === 401 || answer.status === 403) {
    trouble("You no longer have access to the console (403). Sign in again, then reload the page.", false);
    polling.paused = true;
    $("#pause").disabled = true;
    return false;
  }
  try {
    if (!answer.ok) throw new Error(answer.statusText);
    const data = await answer.json();
    if (!polling.paused) take(data);
  } catch {
    trouble(`The server has no numbers (${answer.status}).`);
    return false;
  }
  return true;
}

function take(data) {
  const isOther = data.started !== state.started;
  takeTurns ||= isOther && processes.has(data.started);
  processes.add(data.started);
  const samples = keep(isOther ? [] : state.samples, data.samples);
  // Of a process that was started meanwhile, all samples are asked for the next time.
  const hasAll = !isOther || !state.at;
  Object.assign(state, data, { samples, at: hasAll ? data.at : 0, now: data.at });
  note(takeTurns ? SEVERAL : data.several ? OTHERS : "");
  show();
}

/* What is said about the numbers */

function note(text, kind = "") {
  const line = $("#state");
  line.className = `note ${kind}`;
  line.hidden = !text;
  if (line.textContent !== text) line.textContent = text;
}

function trouble(text, again = true) {
  const numbers = state.now ? ` The numbers are of ${clock(state.now)}.` : "";
  note(`${text}${numbers}${again ? " The page keeps asking, less often each time." : ""}`, "warn");
}

/* Showing */

function show() {
  if (!state.now) return;
  choice.time = frame(choice.span, state.started, state.now);
  showFigures();
  showChart();
  showTable(state, choice);
  showViolations(state);
  showClients(state);
  showMode(state.mode);
}

function showFigures() {
  const sum = (kind) => state.events.reduce((total, each) => total + each[kind], 0);
  const [seen, rejected, reported] = ["seen", "rejected", "reported"].map(sum);
  $("#seen").textContent = number(seen);
  $("#rejected").textContent = number(rejected);
  $("#reported").textContent = number(reported);
  $("#share").textContent = percent(rejected, seen);
  const last = state.samples.filter(({ at }) => at > state.now - 10);
  const seconds = last.reduce((total, each) => total + each.seconds, 0);
  const grown = last.reduce((total, each) => total + each.seen, 0);
  $("#rate").textContent = `${perSecond(seconds ? grown / seconds : 0)} a second`;
  $("#since").textContent = `What the guard has validated since ${moment(state.started, state.now)}.`;
}

function showChart() {
  if (!choice.time) return;
  const { title } = SPANS[choice.span];
  chart.setAttribute("aria-label", drawChart(chart, { ...state, ...choice, title }));
}

function showMode(mode) {
  const weak = $("#weak");
  $("#guard").hidden = !mode;
  weak.hidden = !(mode in WEAK);
  if (!mode) return;
  $("#guard").classList.toggle("only-wide", mode === "enforce");
  $("#guard .dot").className = `dot ${mode === "enforce" ? "ok" : "warn"}`;
  $("#guard").lastElementChild.textContent = GUARD[mode];
  if (!weak.hidden) weak.lastElementChild.textContent = WEAK[mode];
}

/* Choosing */

function press(buttons, pressed) {
  for (const each of buttons) each.setAttribute("aria-pressed", String(each === pressed));
}

const polling = new Polling(ask, SPANS[choice.span].every);

const spans = $$("[data-span]");
for (const button of spans) {
  button.addEventListener("click", () => {
    choice.span = button.dataset.span;
    press(spans, button);
    kept.set("span", choice.span === "minutes" ? null : choice.span);
    show();
    polling.every = SPANS[choice.span].every;
    say(SPANS[choice.span].title);
  });
}
press(spans, spans.find((each) => each.dataset.span === choice.span));

function showFiltered() {
  if (!choice.time) return;
  const rows = showTable(state, choice);
  say(`${rows} ${rows === 1 ? "row" : "rows"}`);
}

const which = $$("[data-only]");
for (const button of which) {
  button.addEventListener("click", () => {
    choice.broken = button.dataset.only === "broken";
    press(which, button);
    showFiltered();
  });
}
const filter = $("#filter");
filter.addEventListener("input", () => {
  choice.asked = filter.value.trim();
  showFiltered();
});
$("#clear").addEventListener("click", () => {
  choice.asked = filter.value = "";
  showFiltered();
  filter.focus();
});
onMore(() => showViolations(state));

const pause = $("#pause");
pause.addEventListener("click", () => {
  polling.paused = !polling.paused;
  pause.setAttribute("aria-pressed", String(polling.paused));
  pause.replaceChildren(icon(polling.paused ? "play" : "pause"), polling.paused ? "Resume" : "Pause");
  note(polling.paused && state.now ? `Paused at ${clock(state.now)}. The server counts on.` : "");
});

onKey("/", "Filter", (event) => {
  event.preventDefault();
  filter.focus();
});
onKey("p", "Pause, and go on", () => pause.click());

new ResizeObserver(showChart).observe(chart);
document.addEventListener("visibilitychange", () => (polling.hidden = document.hidden));
polling.hidden = document.hidden;
