/** Mistakes that are really made, by this client or by the server, and what came of each. */

import { $, $$, el, verdict } from "/asyncapi/static/dom.js";
import { colored } from "/asyncapi/static/lines.js";
import { ConnectError } from "./socketio.js";
import { oneLine, printable } from "./wire.js";

/** How long an ack can take: without the guard, some never come. */
const PATIENCE = { guarded: 10_000, unguarded: 1_500 };

/** What a client sends: the event, and its arguments for the game that this tab plays. */
const CLIENT = {
  "Out of range": (move) => ["make_move", { ...move, x: 3 }],
  "Missing field": ({ x, y }) => ["make_move", { x, y }],
  "Wrong type": (move) => ["make_move", { ...move, game_id: String(move.game_id) }],
  "Unknown property": (move) => ["make_move", { ...move, cheat: true }],
  "Everything at once": () => ["make_move", { x: -1, y: "0", z: 0 }],
  "Missing argument": () => ["make_move"],
  "Too many arguments": (move) => ["make_move", move, move],
  "Bytes for a number": (move) => ["make_move", { ...move, x: new Uint8Array([0]) }],
  "Unknown event": ({ game_id }) => ["delete_game", { game_id }],
  "Reserved event": () => ["connect", { admin: true }],
  "Unknown namespace": undefined,
  "No ack asked for": (move) => ["make_move", { ...move, y: 7 }],
};
const PHONE = matchMedia("(max-width: 44rem)");
const SERVER = ["Bad ack", "Bad emit", "Undeclared emit", "Wrong winner"];

/**
 * @typedef {object} Outcome
 * @property {"client" | "server"} side who made the mistake
 * @property {string} sentTitle
 * @property {string[]} sent
 * @property {string} gotTitle
 * @property {any} got `undefined` for nothing
 * @property {string} headline
 * @property {{line: number, path: string, message: string}[]} problems
 * @property {string} [log]
 */

/** Fill the panel "Break it". */
export function breakWith({ client, socket, controls, game, contract, isGuarded, showEdited }) {
  const patience = () => PATIENCE[isGuarded() ? "guarded" : "unguarded"];
  let attempts = 0;
  /** Mistakes are made one after the other; what the server says is about the last one. */
  let before = Promise.resolve();

  for (const name of Object.keys(CLIENT)) $("#client-faults").append(faultButton(name, asClient));
  for (const name of SERVER) $("#server-faults").append(faultButton(name, asServer));
  for (const button of $$("[data-side]")) button.addEventListener("click", () => chooseSide(button));

  function chooseSide(button) {
    for (const each of $$("[data-side]")) each.setAttribute("aria-pressed", String(each === button));
    $("#client-faults").hidden = button.dataset.side !== "client";
    $("#server-faults").hidden = button.dataset.side !== "server";
  }

  function faultButton(name, make) {
    const button = el("button", { type: "button", className: "fault", ariaPressed: "false" }, name);
    button.addEventListener("click", () => attempt(button, name, make));
    return button;
  }

  async function attempt(button, name, make) {
    const current = (attempts += 1);
    for (const each of $$(".fault")) each.setAttribute("aria-pressed", String(each === button));
    $("#answer").dataset.state = "waiting";
    button.scrollIntoView({ block: "nearest", inline: "center" });
    const done = before.then(() => make(name));
    before = done.catch(() => {});
    try {
      const outcome = await done;
      // The answer to an earlier button must not appear below a later one.
      if (current === attempts) show(outcome);
    } catch (error) {
      if (current === attempts) showFailure(error);
    }
  }

  /** What the server knows of the last event, and which lines of the document are about it. */
  async function explain(checkpoint, event, args, namespace = "/") {
    const [told] = await controls.request("explain", { checkpoint, namespace, event, args });
    showEdited(told.edited);
    return told;
  }

  /* ------------------------------------------------------------------------------- as a client */

  async function asClient(name) {
    if (name === "Unknown namespace") return enterAdmin();
    const move = { game_id: await game.number(), x: 0, y: 0 };
    const [event, ...args] = CLIENT[name](move);
    const asksForAck = name !== "No ack asked for";
    const frames = [];
    const stop = client.onPacket(({ direction, data }) => {
      if (direction === "out") frames.push(printable(data));
    });
    const answer = asksForAck ? acked(event, args) : rejectedByEvent(event, args);
    // It is sent before anything waits.
    stop();
    const got = await answer;
    const told = await explain("receive_event", event, args);
    return {
      side: "client",
      sentTitle: "A client sent",
      sent: frames,
      gotTitle: asksForAck ? "Its ack" : "Its guard_rejected event",
      got,
      headline: got?.error?.code ? "The handler never ran." : unguarded(got, told.raised),
      ...told,
    };
  }

  async function acked(event, args) {
    try {
      const [answer] = await socket.requestWithin(patience(), event, ...args);
      return answer;
    } catch {
      return undefined;
    }
  }

  function rejectedByEvent(event, args) {
    return new Promise((resolve) => {
      const finish = (answer) => {
        stop();
        clearTimeout(timer);
        resolve(answer);
      };
      const stop = socket.on("guard_rejected", finish);
      const timer = setTimeout(finish, patience());
      socket.emit(event, ...args);
    });
  }

  function unguarded(got, raised) {
    if (raised) return `The handler raised ${raised}. The client waits for an ack that never comes.`;
    if (got === undefined) return "The client gets no ack, so it never learns the reason.";
    if (typeof got?.error === "string") return `The handler ran, and answered “${got.error}”`;
    return "The handler ran with the invalid data.";
  }

  async function enterAdmin() {
    const admin = client.socket("/admin");
    let got;
    let headline = "The client is in a namespace that the document does not declare.";
    try {
      await admin.ready(patience());
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      got = error.data === undefined ? { message: error.message } : error.data;
      headline = isGuarded() ? "The guard rejects the client." : "The server rejects the client, but only because it has no handler there.";
    } finally {
      admin.close();
    }
    const told = await explain("connect", "connect", [], "/admin");
    return {
      side: "client",
      sentTitle: "A client sent",
      sent: ["connect to /admin"],
      gotTitle: "Its connect_error",
      got,
      headline,
      ...told,
    };
  }

  /* ----------------------------------------------------------------------------- as the server */

  async function asServer(name) {
    return name === "Bad ack" ? badAck() : badEmit(name);
  }

  async function badAck() {
    const number = await game.number();
    const [{ made }] = await controls.request("misbehave", "Bad ack", number);
    const got = await acked("make_move", [{ game_id: number, x: 0, y: 0 }]);
    const told = await explain("send_ack", "make_move", [made]);
    return {
      side: "server",
      sentTitle: "The handler of make_move returned",
      sent: [oneLine(made)],
      gotTitle: "The client’s ack",
      got,
      headline: got?.error?.code
        ? "The client learns that the server failed, but gets no details."
        : "The client receives it, and has to handle it.",
      ...told,
    };
  }

  async function badEmit(name) {
    const number = await game.number();
    game.takeFailure();
    const heard = [];
    const stop = socket.onAny((event, ...args) => heard.push([event, ...args]));
    // What is emitted comes before the ack of this.
    const [{ event, made, raised }] = await controls.request("misbehave", name, number);
    stop();
    const failure = game.takeFailure();
    const told = await explain("send_event", event, [made]);
    const got = heard.find(([each]) => each === event);
    const passed = failure ? `The player’s page fails. ${failure}` : "The player’s page receives it, and has to handle it.";
    return {
      side: "server",
      sentTitle: `The server emitted ${event}`,
      sent: [oneLine(made)],
      gotTitle: "What the player received",
      got,
      headline: raised ? `The server’s emit() raised ${raised}. No player received it.` : passed,
      ...told,
    };
  }

  /* -------------------------------------------------------------------------------- what is shown */

  /** @param {Outcome} outcome */
  function show({ side, sentTitle, sent, gotTitle, got, headline, problems, log }) {
    const kind = log ? "bad" : "warn";
    const where = problems.length
      ? [el("a", { className: "mono small", href: "#contract" }, `line ${problems[0].line}`)]
      : [];
    $("#answer").dataset.state = kind === "bad" ? "rejected" : "passed";
    $("#answer").replaceChildren(
      el("div", { className: "row" }, verdict(kind, log ? "Rejected" : "Passed, though it breaks the contract"), ...where),
      el("p", { className: "headline" }, headline),
      block(sentTitle, wire(sent.join("\n"), "What was sent")),
      block(gotTitle, ...answerNodes(got)),
      log ? logNode(log, side === "server") : "",
    );
    contract.point(problems, kind);
    // On a phone the panels are below each other: mistake, answer and line come into view together.
    if (PHONE.matches) $("#break").scrollIntoView({ block: "start" });
  }

  function showFailure(error) {
    $("#answer").dataset.state = "failed";
    $("#answer").replaceChildren(el("p", { className: "headline" }, `Nothing came of it: ${error.message}.`));
  }
}

/** Who runs the server reads the log; a client's developer only wants to know that it is there. */
function logNode(log, open) {
  const label = "The server’s log";
  const text = el("pre", { className: "wire", tabIndex: 0, role: "region", ariaLabel: label }, log);
  if (open) return block(label, text);
  return el("details", { className: "raw" }, el("summary", {}, label), text);
}

const block = (title, ...children) => el("div", {}, el("h3", {}, title), ...children);
const wire = (text, label) =>
  el("pre", { className: "wire", tabIndex: 0, role: "region", ariaLabel: label }, ...colored(text));

function answerNodes(got) {
  if (got === undefined) return [el("p", { className: "muted small" }, "nothing")];
  const problems = got?.error?.problems ?? [];
  const reasons = problems.map(({ path, message }) =>
    el("li", {}, path ? el("code", {}, path) : "", el("span", {}, message)),
  );
  const json = wire(JSON.stringify(got, undefined, 2), "As JSON");
  if (!reasons.length) return [json];
  return [
    el("ul", { className: "reasons" }, ...reasons),
    el("details", { className: "raw" }, el("summary", {}, "As JSON"), json),
  ];
}
