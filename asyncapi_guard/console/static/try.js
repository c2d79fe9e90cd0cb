/** Trying: events to choose, one composer, many connections, each with its log. */

import { Composer } from "./composer.js";
import { contract } from "./contract.js";
import { $, $$, icon, kept, say } from "./dom.js";
import { download, fileNameOf } from "./download.js";
import { Judge } from "./judge.js";
import { isTyping, listKey, onKey } from "./keys.js";
import { shown } from "./log.js";
import { drawer } from "./page.js";
import { Pane } from "./pane.js";

const NAMES = ["Ada", "Ben", "Carol", "Dan", "Eve", "Finn", "Gia", "Hal", "Ida"];
const { connect, socketio, judge: judgeUrl, server: knowsServer } = $("#contract").dataset;
const judge = new Judge(judgeUrl);
/** Files of this tab, by their names; they go nowhere but onto the wire. */
const files = new Map();
const panes = [];
let sender;

/** Where Socket.IO is: of the server that is named, or beside this page. */
function server() {
  const typed = $("#server-url")?.value.trim();
  const url = typed || connect;
  if (!url) return { url: location.href, path: new URL(socketio, location.href).pathname };
  const { pathname } = new URL(url.replace(/^ws/, "http"));
  return { url: url.replace(/^ws/, "http"), path: pathname.length > 1 ? pathname : "/socket.io/" };
}

/* Events */

const picks = $$(".pick");
let composer;
composer = new Composer(judge, files, showEmit);

function choose(pick) {
  for (const each of picks) each.setAttribute("aria-pressed", String(each === pick));
  composer.choose(pick.dataset.namespace, pick.dataset.event);
  // Whoever has not connected yet will do so where the event is.
  if (panes.length === 1 && panes[0].isFresh) panes[0].form.choose(pick.dataset.namespace);
  if (!sender?.isConnected || sender.namespace !== pick.dataset.namespace) sender = senders()[0] ?? sender;
  showSenders();
}

for (const pick of picks) pick.addEventListener("click", () => choose(pick));

const filter = $("#filter");
const events = picks.filter((pick) => pick.dataset.event !== undefined).length;
const declared = events === 1 ? "1 event" : `${events} events`;

function findEvents() {
  const words = filter.value.trim().toLowerCase();
  let found = 0;
  for (const pick of picks) {
    const fits = (pick.dataset.event ?? "").toLowerCase().includes(words) || !words;
    pick.parentElement.hidden = !fits;
    found += fits;
  }
  for (const section of $$("[data-events]")) section.hidden = !$("li:not([hidden])", section);
  const empty = $("#filter-empty");
  empty.hidden = found > 0 || !words;
  if (!empty.hidden) empty.firstElementChild.textContent = `None of ${declared} is called “${filter.value.trim()}”.`;
}

filter.addEventListener("input", findEvents);
$("#filter-empty button").addEventListener("click", () => {
  filter.value = "";
  findEvents();
  filter.focus();
});
// The drawer closes itself on what is pressed outside of it, and would do so at once.
$("[data-events-menu]").addEventListener("click", () => drawer(true));
filter.addEventListener("keydown", ({ key }) => {
  if (key === "Enter") picks.find((pick) => !pick.parentElement.hidden)?.click();
});

/* Connections */

function addPane(name, namespace) {
  const used = new Set(panes.map((each) => each.name));
  const pane = new Pane({
    name: name ?? NAMES.find((each) => !used.has(each)) ?? `Client ${panes.length + 1}`,
    namespace: namespace ?? composer.namespace ?? contract.namespaces[0]?.address,
    judge,
    files,
    server: { get url() { return server().url; }, get path() { return server().path; } },
    changed: paneChanged,
    closed: removePane,
  });
  panes.push(pane);
  $("#panes").append(pane.element);
  sender ??= pane;
  showSenders();
  return pane;
}

function removePane(pane) {
  panes.splice(panes.indexOf(pane), 1);
  pane.close();
  if (sender === pane) [sender] = senders().length ? senders() : panes;
  showSenders();
  $("#add").focus();
}

let senderNames = "";
function paneChanged() {
  showPause();
  // Packets change nothing about who can send.
  const names = panes.map((pane) => `${pane.name}\n${pane.namespace}\n${pane.connection.state}`).join("\n\n");
  if (names === senderNames) return;
  senderNames = names;
  if (!sender?.isConnected) [sender = sender] = senders();
  showSenders();
}

/** The connections that can send what is composed. */
const senders = () => panes.filter((pane) => pane.isConnected && pane.namespace === composerNamespace(pane));

/** An address with `{names}` is the namespace of whoever is in one of its namespaces. */
function composerNamespace(pane) {
  if (!composer.namespace.includes("{")) return composer.namespace;
  return pane.form.namespaceField.value === composer.namespace ? pane.namespace : composer.namespace;
}

function showSenders() {
  const able = senders();
  const buttons = panes.map((pane) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = pane.name;
    button.setAttribute("aria-pressed", String(pane === sender));
    if (!able.includes(pane)) button.classList.add("away");
    button.addEventListener("click", () => {
      sender = pane;
      showSenders();
    });
    return button;
  });
  $("#senders").replaceChildren(...buttons);
  showEmit();
}

/* Emitting */

const emitButton = $("#emit");
const anywayButton = $("#anyway");

/** Who sends, if somebody can. */
const ableSender = () => (senders().includes(sender) ? sender : undefined);

function showEmit() {
  if (!composer) return;
  const able = ableSender();
  const { state } = composer;
  emitButton.setAttribute("aria-disabled", String(!able || state !== "fit"));
  anywayButton.hidden = state !== "rejected" || !able;
  $("#emit-note").textContent = able ? "" : `Not connected to ${composer.namespace}`;
}

async function emit(anyway) {
  const able = ableSender();
  if (!able) {
    const pane = panes.find((each) => !each.isConnected) ?? addPane();
    pane.form.choose(composer.namespace);
    pane.element.scrollIntoView({ block: "nearest" });
    pane.form.nameField.focus({ preventScroll: true });
    return say(`Connect to ${composer.namespace} first`);
  }
  await composer.settled();
  const { state } = composer;
  if (state === "unfit" || (state === "rejected" && !anyway)) return composer.showFirst();
  const packet = await able.send(composer.wanted(anyway && state === "rejected"));
  return say(outcome(packet));
}

/** What came of an event, in a sentence. */
function outcome({ event, judged, ack }) {
  const words = { accepted: "accepted", rejected: "rejected", reported: "reported", off: "not validated" };
  const said = `${event}: ${words[judged?.verdict] ?? "not checked"}.`;
  if (!ack) return said;
  if (ack.late) return `${said} ${ack.late}.`;
  if (ack.error) return `${said} The server rejected it: ${ack.error.code}.`;
  return `${said} The acknowledgement came after ${ack.ms} ms and was ${words[ack.judged?.verdict] ?? "not checked"}.`;
}

emitButton.addEventListener("click", () => emit(false));
anywayButton.addEventListener("click", () => emit(true));

/* Logs */

function redraw() {
  for (const pane of panes) pane.log.redraw();
}

for (const button of $$("[data-which]")) {
  button.addEventListener("click", () => {
    for (const other of $$("[data-which]")) other.setAttribute("aria-pressed", String(other === button));
    shown.which = button.dataset.which;
    redraw();
  });
}
$("#packet-filter").addEventListener("input", ({ target }) => {
  shown.text = target.value.trim();
  redraw();
});
$("#panes").addEventListener("click", ({ target }) => {
  if (!target.closest("[data-clear]")) return;
  $("#packet-filter").value = shown.text = "";
  $("[data-which=all]").click();
  $("#packet-filter").focus();
});

const pause = $("#pause");
function showPause() {
  const waiting = panes.reduce((sum, pane) => sum + pane.log.waiting, 0);
  const text = shown.paused ? `Resume${waiting ? ` (${waiting.toLocaleString("en-US")})` : ""}` : "Pause";
  const label = pause.lastElementChild;
  if (label.textContent === text) return;
  label.textContent = text;
  pause.setAttribute("aria-label", shown.paused ? `Resume, ${waiting} packets wait` : "Pause");
  pause.firstElementChild.replaceWith(icon(shown.paused ? "play" : "pause"));
}
pause.addEventListener("click", () => {
  shown.paused = !shown.paused;
  if (!shown.paused) redraw();
  showPause();
});

$("#export").addEventListener("click", () => {
  const packets = panes.flatMap((pane) => pane.log.exported(pane.name, pane.namespace)).sort((one, other) => (one.at < other.at ? -1 : 1));
  const text = JSON.stringify({ document: contract.title, version: contract.version, packets }, null, 2);
  download(`${fileNameOf(contract.title, "console")}_packets.json`, text, "application/json");
});
$("#add").addEventListener("click", () => {
  const pane = addPane();
  pane.element.scrollIntoView({ block: "nearest" });
  pane.form.nameField.focus({ preventScroll: true });
});

/* Form or JSON, on phones */

for (const button of $$("[data-compose]")) {
  button.addEventListener("click", () => {
    for (const other of $$("[data-compose]")) other.setAttribute("aria-pressed", String(other === button));
    $("#composer").dataset.show = button.dataset.compose;
  });
}

/* Keys */

function step(by) {
  const visible = picks.filter((pick) => !pick.parentElement.hidden);
  const at = visible.findIndex((pick) => pick.getAttribute("aria-pressed") === "true");
  const next = visible[Math.min(visible.length - 1, Math.max(0, at + by))];
  if (!next) return;
  next.click();
  next.scrollIntoView({ block: "nearest" });
}
onKey("/", "Filter", (event) => {
  event.preventDefault();
  drawer(true);
  filter.focus();
});
onKey("j", "Next and previous event", () => step(1), "j k");
onKey("k", "", () => step(-1), "");
onKey("p", "Pause the packets, or resume", () => pause.click());
listKey("Ctrl Enter", "Emit");
listKey("Ctrl Shift Enter", "Send anyway");
listKey("Alt 1 to 9", "Choose who sends");

document.addEventListener("keydown", (event) => {
  if ($("dialog[open]")) return;
  // In the form of a connection, Enter connects.
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.target.closest?.(".connect")) {
    event.preventDefault();
    emit(event.shiftKey);
  }
  if (event.altKey && /^[1-9]$/.test(event.key)) {
    event.preventDefault();
    $$("#senders button")[event.key - 1]?.click();
  }
});
// In a form, Enter in a field does not send it away.
$("#form").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && isTyping(event.target) && event.target.matches("input") && !event.ctrlKey) event.preventDefault();
});

/* Sequences: what they need is loaded when there is one, or somebody saves the first. */

const KEY = `sequences ${contract.title}`;
let loading;

async function sequences() {
  loading ??= import("./sequences.js").then(
    ({ Sequences }) =>
      new Sequences({
        key: KEY,
        panes: () => panes,
        open: addPane,
        files,
        url: connect || (location.protocol === "file:" ? knowsServer : location.origin),
      }),
  );
  try {
    return await loading;
  } catch {
    loading = undefined;
    $("#sequence-told").textContent = "Part of this page did not load. Check that the server runs, then reload the page.";
    return undefined;
  }
}
$("#save-sequence").addEventListener("submit", async (event) => {
  event.preventDefault();
  (await sequences())?.save();
});

/* From Read: "Try it" chooses the event, "Watch for it" filters the packets. */

function follow() {
  const anchor = decodeURIComponent(location.hash.slice(1));
  const pick = picks.find((each) => each.dataset.anchor === anchor);
  if (pick) return choose(pick);
  for (const { address, events } of contract.namespaces) {
    const watched = events.find((each) => each.anchor === anchor);
    if (!watched) continue;
    $("#packet-filter").value = watched.name;
    shown.text = watched.name;
    redraw();
    panes[0]?.form.choose(address);
  }
  return undefined;
}

if (picks.length) choose(picks[0]);
addPane(undefined, composer.namespace);
if (kept.get(KEY) !== null || location.hash.startsWith("#sequence=")) sequences();
follow();
addEventListener("hashchange", follow);
