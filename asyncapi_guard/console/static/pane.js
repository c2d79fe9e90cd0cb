/** A connection on the page: its state, the form to connect with, and its log. */

import { ConnectForm } from "./connect_form.js";
import { ACK_TIMEOUT, Connection } from "./connection.js";
import { eventOf } from "./contract.js";
import { el, say } from "./dom.js";
import { Log } from "./log.js";
import { guardError } from "./packet_row.js";
import { NoAckError } from "./socketio.js";
import { forJudge, forWire } from "./values.js";

let lastId = 0;

export class Pane {
  #judge;
  #files;
  #server;
  #changed;
  #countdown;

  /**
   * @param {object} options
   * @param {string} options.name
   * @param {string} options.namespace to begin with
   * @param {import("./judge.js").Judge} options.judge
   * @param {Map<string, Uint8Array>} options.files
   * @param {{url: string, path: string}} options.server
   * @param {(pane: Pane) => void} options.changed its state or its name is another
   * @param {(pane: Pane) => void} options.closed
   */
  constructor({ name, namespace, judge, files, server, changed, closed }) {
    this.#judge = judge;
    this.#files = files;
    this.#server = server;
    this.#changed = changed;
    lastId += 1;
    this.id = `pane${lastId}`;
    this.connection = new Connection(name, {
      state: (state, delay) => this.#showState(state, delay),
      event: (event, args, answer) => this.#received(event, args, answer),
      refused: (error) => this.#refused(error),
      trouble: (reason) => this.log.add({ at: new Date(), out: false, event: "connection", args: [], trouble: reason }),
    });
    this.form = new ConnectForm({
      name,
      namespace,
      judge,
      connect: (wanted) => this.connect(wanted),
      renamed: (renamed) => {
        this.connection.name = renamed;
        this.#title.textContent = renamed;
        this.#changed(this);
      },
    });
    this.#build(name, closed);
    this.log = new Log(this.#list, () => this.#count());
    this.log.redraw();
    this.#showState("off");
  }

  #title;
  #namespace;
  #chip;
  #counted;
  #leave;
  #list;

  #build(name, closed) {
    this.#title = el("h3", { id: `${this.id}-h` }, name);
    this.#namespace = el("span", { className: "mono muted pane-namespace" });
    this.#chip = el("span", { className: "chip" });
    this.#counted = el("span", { className: "tag num" });
    this.#leave = el("button", { type: "button", className: "btn quiet slim" });
    this.#leave.addEventListener("click", () => {
      if (this.connection.state === "off" || this.connection.state === "refused") closed(this);
      else {
        this.connection.close();
        this.form.nameField.focus();
        say(`${this.name} is disconnected`);
      }
    });
    this.#list = el("ol", { className: "packets", tabIndex: 0, "aria-label": "Packets, newest first" });
    this.element = el(
      "section",
      { className: "panel pane", id: this.id, "aria-labelledby": `${this.id}-h` },
      el("div", { className: "pane-head" }, this.#title, this.#namespace, this.#chip, el("span", { className: "grow" }), this.#counted, this.#leave),
      this.form.element,
      this.#list,
    );
  }

  get name() {
    return this.connection.name;
  }

  get namespace() {
    return this.connection.namespace;
  }

  /** Whether nobody has connected here, or typed anything. */
  get isFresh() {
    return this.connection.state === "off" && !this.log.packets.length && !this.form.isTouched;
  }

  get isConnected() {
    return this.connection.isConnected;
  }

  #count() {
    const { total } = this.log;
    this.#counted.textContent = `${total.toLocaleString("en-US")} ${total === 1 ? "packet" : "packets"}`;
    this.#changed(this);
  }

  // -- state -------------------------------------------------------------------------------------

  #showState(state, delay) {
    clearInterval(this.#countdown);
    const words = { off: "Not connected", connecting: "Connecting", connected: this.connection.isPolling ? "Connected, polling" : "Connected", refused: "Refused" };
    const dots = { connected: "dot ok", refused: "dot bad" };
    const tell = (text) => this.#chip.replaceChildren(el("span", { className: dots[state] ?? "dot" }), text);
    if (state === "lost") {
      const until = performance.now() + delay;
      const seconds = () => Math.max(1, Math.ceil((until - performance.now()) / 1000));
      const again = () => tell(`Lost, next attempt in ${seconds()} s`);
      again();
      this.#countdown = setInterval(again, 1000);
    } else tell(words[state]);
    const isOff = state === "off" || state === "refused";
    this.form.element.hidden = !isOff;
    this.#namespace.textContent = isOff ? "" : this.connection.namespace;
    this.#leave.textContent = isOff ? "Remove" : "Disconnect";
    if (state === "connected") this.#entered();
    this.#changed(this);
  }

  /** Connect as the form says. */
  connect({ namespace, auth, query, judged, logged, transport }) {
    const args = auth === undefined ? [] : [logged];
    const packet = this.log.add({ at: new Date(), out: true, event: "connect", args });
    this.#connecting = packet;
    judged.then((verdict) => {
      // The server may have refused it by then; the judge says more of it.
      if (!packet.judged || verdict.problems.length) packet.judged = verdict;
      this.log.update(packet);
    });
    this.connection.open({ ...this.#server, namespace, query, auth, transport });
  }

  #connecting;

  #entered() {
    this.#connecting = undefined;
    say(`${this.name} is connected to ${this.namespace}`);
    // The form that had the focus is gone.
    if (document.activeElement === document.body || this.form.element.contains(document.activeElement)) this.#leave.focus({ preventScroll: true });
  }

  #refused({ message, data }) {
    const packet = this.#connecting ?? this.log.add({ at: new Date(), out: true, event: "connect", args: [] });
    packet.refused = message;
    const error = guardError([data]);
    const named = packet.judged?.problems?.length;
    if (error && !named) {
      const problems = (error.problems ?? []).map(({ path, keyword, message: reason }) => ({ path, keyword, reason, clause: null }));
      packet.judged = { verdict: "rejected", reason: message, problems, code: error.code };
    }
    this.log.update(packet);
    say(`Refused: ${message}`);
    this.form.element.querySelector("[type=submit]").focus({ preventScroll: true });
  }

  /** Wait until the connection is there, or is not to be. */
  async settled(milliseconds) {
    const until = performance.now() + milliseconds;
    while (this.connection.state === "connecting" || this.connection.state === "off") {
      if (performance.now() > until) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  // -- traffic -----------------------------------------------------------------------------------

  #received(event, args, answer) {
    const packet = this.log.add({ at: new Date(), out: false, event, args });
    const about = { namespace: this.namespace, event, direction: "to-client" };
    this.#judged(packet, () => ({ ...about, args: forJudge(args) }));
    if (answer) this.#answer(packet, about, answer);
  }

  async #judged(packet, itemOf) {
    packet.judged = await this.#judge.about(itemOf, packet.out);
    this.log.update(packet);
  }

  /** Answer what the server asks with a value that the document accepts. */
  async #answer(packet, about, answer) {
    const sample = eventOf(this.namespace, about.event, false)?.ack?.sample;
    if (!sample) {
      packet.answered = { none: true };
      return this.log.update(packet);
    }
    const args = forWire(sample, this.#files);
    packet.answered = { args };
    answer(...args);
    packet.answered.judged = await this.#judge.about(() => ({ ...about, ack: forJudge(args) }));
    return this.log.update(packet);
  }

  /**
   * Send an event.
   *
   * @param {object} wanted
   * @param {string} wanted.event
   * @param {any[]} wanted.args with the names of files
   * @param {boolean} wanted.ack whether to ask for one
   * @param {object} [wanted.judged] what the judge said of it; else it is asked
   * @param {boolean} [wanted.anyway]
   * @returns {Promise<object>} the packet, when its ack has come, or has not
   */
  async send({ event, args, ack, judged, anyway = false }) {
    const sent = forWire(args, this.#files);
    const packet = { at: new Date(), out: true, event, args: sent, written: args, asked: ack, judged, anyway, namespace: this.namespace };
    const timeout = this.#timeoutOf(event);
    const began = performance.now();
    const promise = this.connection.send(event, sent, ack ? timeout : undefined);
    if (ack) packet.ack = {};
    this.log.add(packet);
    const item = { namespace: this.namespace, event, args: forJudge(sent) };
    if (!judged) this.#judged(packet, () => ({ ...item, ack_asked: ack }));
    if (ack) await this.#acknowledged(packet, item, promise, began, timeout);
    return packet;
  }

  #timeoutOf(event) {
    const seconds = eventOf(this.namespace, event, true)?.ack?.timeout;
    return seconds === null || seconds === undefined ? ACK_TIMEOUT : seconds * 1000;
  }

  async #acknowledged(packet, item, promise, began, timeout) {
    try {
      const args = await promise;
      const ms = Math.round(performance.now() - began);
      const error = guardError(args);
      packet.ack = { args, ms, error };
      this.log.update(packet);
      if (!error) packet.ack.judged = await this.#judge.about(() => ({ ...item, ack: forJudge(args) }), true);
    } catch (error) {
      if (!(error instanceof NoAckError)) throw error;
      const isLate = error.message.startsWith("no acknowledgement within");
      packet.ack = { late: isLate ? `no acknowledgement within ${timeout / 1000} s` : error.message };
    }
    this.log.update(packet);
  }

  close() {
    clearInterval(this.#countdown);
    this.connection.close();
    this.element.remove();
  }
}
