/** Sequences on the page: saved in this browser, shared by link, replayed, exported as a test. */

import { contract, namespaceOf } from "./contract.js";
import { credentialsOf } from "./credentials.js";
import { $, el, icon, kept, say } from "./dom.js";
import { download, fileNameOf } from "./download.js";
import { pytestOf } from "./pytest_export.js";
import { asSequence, connectionsOf, fromLink, linkOf, needsSecret, resolved, sequenceOf } from "./sequence_data.js";
import { DOTS, missingFiles } from "./values.js";

const MOST = 50;
const PATIENCE = 15_000;

/** What a connection sends to enter a namespace, with dots for what is secret. */
function authOf(namespace) {
  const connect = namespaceOf(namespace)?.connect ?? {};
  const sample = connect.samples?.[0]?.[1];
  const isObject = sample !== null && typeof sample === "object";
  const [scheme] = connect.security ?? [];
  const credentials = scheme ? credentialsOf(scheme) : { to: "none", fields: [] };
  const secret = credentials.to === "auth" ? credentials.fields.map(([name]) => [name, DOTS]) : [];
  if (!secret.length && !connect.auth) return undefined;
  return { ...(isObject && connect.auth ? sample : {}), ...Object.fromEntries(secret) };
}

export class Sequences {
  #key;
  #list = [];
  #panes;
  #open;
  #files;
  #url;
  #stop = 0;

  /**
   * @param {object} options
   * @param {string} options.key under which they are kept
   * @param {() => import("./pane.js").Pane[]} options.panes
   * @param {(name: string, namespace: string) => import("./pane.js").Pane} options.open a new pane
   * @param {Map<string, Uint8Array>} options.files
   * @param {string} options.url of the server, for tests
   */
  constructor({ key, panes, open, files, url }) {
    this.#key = key;
    this.#panes = panes;
    this.#open = open;
    this.#files = files;
    this.#url = url;
    this.#load();
    const shared = fromLink(location.hash);
    if (shared) this.#add(shared);
    this.#draw();
  }

  #load() {
    try {
      const stored = JSON.parse(kept.get(this.#key) ?? "[]");
      this.#list = stored.map(asSequence).filter(Boolean);
    } catch {
      this.#list = [];
    }
  }

  #keep() {
    kept.set(this.#key, this.#list.length ? JSON.stringify(this.#list) : null);
    this.#draw();
  }

  #add(sequence) {
    const same = this.#list.findIndex(({ name }) => name === sequence.name);
    if (same >= 0) this.#list.splice(same, 1);
    this.#list.push(sequence);
    this.#list = this.#list.slice(-MOST);
    this.#keep();
  }

  /** Save what was sent. */
  save() {
    const field = $("#sequence-name");
    const name = field.value.trim() || `Sequence ${this.#list.length + 1}`;
    const connections = this.#panes().map((pane) => ({ name: pane.name, packets: pane.log.packets }));
    const sequence = sequenceOf(name, connections);
    if (!sequence.steps.length) return say("Send an event first.");
    this.#add(sequence);
    field.value = "";
    return say(`Saved “${name}” with ${sequence.steps.length} steps. Tokens and files are left out.`);
  }

  #draw() {
    $("#sequences").replaceChildren(...this.#list.map((sequence) => this.#row(sequence)));
    $("#sequences-empty").hidden = this.#list.length > 0;
  }

  #row(sequence) {
    const { name, steps } = sequence;
    const connections = connectionsOf(sequence).length;
    const replay = el("button", { type: "button", className: "btn slim" }, icon("play"), el("span", {}, "Replay"), el("span", { className: "sr" }, ` ${name}`));
    replay.addEventListener("click", () => this.replay(sequence, replay));
    const button = (sign, label, action) => {
      const made = el("button", { type: "button", className: "btn quiet slim icon", "aria-label": label, title: label }, icon(sign));
      made.addEventListener("click", action);
      return made;
    };
    const count = (amount, one) => `${amount} ${one}${amount === 1 ? "" : "s"}`;
    return el(
      "li",
      { className: "seq" },
      el("strong", {}, name),
      el("span", { className: "muted" }, `${count(steps.length, "step")}, ${count(connections, "connection")}`),
      el(
        "div",
        { className: "row" },
        replay,
        button("share", `Share “${name}” by link`, () => this.#share(sequence)),
        button("down", `Export “${name}” as a pytest`, () => this.#export(sequence)),
        button("cross", `Delete “${name}”`, () => this.#delete(sequence)),
      ),
    );
  }

  #delete(sequence) {
    this.#list = this.#list.filter((each) => each !== sequence);
    this.#keep();
    $("#sequence-name").focus();
    say(`Deleted “${sequence.name}”`);
  }

  async #share(sequence) {
    const hash = linkOf(sequence);
    if (!hash) return say("This sequence is too long for a link. Export it as a test.");
    const url = new URL(location.href);
    url.hash = hash;
    try {
      await navigator.clipboard.writeText(url.href);
      say("Link copied. It has no tokens and no files.");
      $("#sequence-told").textContent = "Link copied. It has no tokens and no files.";
    } catch {
      // Pages that did not come over https may not write: the address itself is the link.
      history.replaceState(null, "", url);
      $("#sequence-told").textContent = "The link is in the address bar. It has no tokens and no files.";
    }
    return undefined;
  }

  #export(sequence) {
    const text = pytestOf(sequence, { url: this.#url, authOf, title: `${contract.title} ${contract.version}`.trim() });
    download(`test_${fileNameOf(sequence.name, "sequence")}.py`, text, "text/x-python");
  }

  // -- replaying ---------------------------------------------------------------------------------

  /** Send the steps one after the other, each after the ack of the one before. */
  async replay(sequence, button) {
    if (button.getAttribute("aria-busy") === "true") {
      this.#stop += 1;
      return;
    }
    const run = (this.#stop += 1);
    button.setAttribute("aria-busy", "true");
    const label = button.children[1];
    const before = label.textContent;
    const told = await this.#steps(sequence, (at) => (label.textContent = `Step ${at} of ${sequence.steps.length}`), () => run !== this.#stop);
    button.setAttribute("aria-busy", "false");
    label.textContent = before;
    $("#sequence-told").textContent = told;
    say(told);
  }

  async #steps({ name, steps }, tell, isStopped) {
    const acks = [];
    const outcomes = new Map();
    for (const [at, step] of steps.entries()) {
      if (isStopped()) return `${name}: stopped after ${at} steps.`;
      tell(at + 1);
      if (!namespaceOf(step.namespace)) return `Step ${at + 1} needs the namespace ${step.namespace}, which the document doesn't have.`;
      const pane = await this.#paneOf(step);
      if (!pane?.isConnected) return `Step ${at + 1} needs ${step.as} in ${step.namespace}. Connect, and replay again.`;
      const args = resolved(step.args, acks);
      const [missing] = missingFiles(args, this.#files);
      if (missing !== undefined) return `Step ${at + 1} needs the file “${missing}”. Choose it in the form of ${step.event}, and replay again.`;
      if (needsSecret(args)) return `Step ${at + 1} needs a secret, which is not saved. Send ${step.event} by hand.`;
      const packet = await pane.send({ event: step.event, args, ack: step.ack, anyway: step.anyway });
      const [given] = packet.ack?.error ? [] : (packet.ack?.args ?? []);
      acks.push(given !== null && typeof given === "object" && !Array.isArray(given) ? given : {});
      const outcome = outcomeOf(packet);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    const counted = [...outcomes].map(([outcome, amount]) => `${amount} ${outcome}`).join(", ");
    return `${name}: ${steps.length} steps, ${counted}.`;
  }

  /** The connection of a step, connected if the document lets everybody in. */
  async #paneOf({ as, namespace }) {
    const fitting = this.#panes().filter((pane) => pane.namespace === namespace && pane.isConnected);
    const found = fitting.find((pane) => pane.name === as);
    if (found) return found;
    const waiting = this.#panes().find((pane) => pane.name === as && !pane.isConnected);
    const pane = waiting ?? this.#open(as, namespace);
    pane.form.choose(namespace);
    const connect = namespaceOf(namespace)?.connect;
    if (!connect || connect.security.length || !connect.optional) {
      pane.form.element.scrollIntoView({ block: "nearest" });
      pane.form.element.querySelector(".connect-parts input")?.focus();
      return undefined;
    }
    pane.form.element.requestSubmit();
    await pane.settled(PATIENCE);
    return pane;
  }
}

/** How a step went, in one word or two. */
function outcomeOf({ judged, ack }) {
  if (ack?.error || judged?.verdict === "rejected") return "rejected";
  if (ack?.late) return "without an acknowledgement";
  return ack ? "acknowledged" : "sent";
}
