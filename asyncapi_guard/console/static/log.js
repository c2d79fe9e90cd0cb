/** The packets of one connection: kept up to a thousand, shown up to two hundred, newest first. */

import { el } from "./dom.js";
import { exported, isBroken, packetRow } from "./packet_row.js";

const KEPT = 1000;
const SHOWN = 200;

/** What all logs show, chosen above them. */
export const shown = { text: "", which: "all", paused: false };

const FITS = {
  all: () => true,
  out: ({ out }) => out,
  in: ({ out }) => !out,
  broken: isBroken,
};

export class Log {
  packets = [];
  #list;
  #changed;
  #rows = new Map();
  #dirty = new Set();
  #fresh = new Set();
  #due = false;
  #waiting = 0;

  /**
   * @param {Element} list where rows go
   * @param {() => void} changed called when numbers may be others
   */
  constructor(list, changed) {
    this.#list = list;
    this.#changed = changed;
  }

  /** How many packets have come since the log was paused. */
  get waiting() {
    return this.#waiting;
  }

  add(packet) {
    this.packets.push(packet);
    if (this.packets.length > KEPT) this.packets.shift();
    this.#fresh.add(packet);
    if (shown.paused) this.#waiting += 1;
    this.update(packet);
    return packet;
  }

  /** Something about a packet is known now that was not before. */
  update(packet) {
    this.#dirty.add(packet);
    if (this.#due) return;
    this.#due = true;
    // Many packets can come in one frame: they are drawn once.
    requestAnimationFrame(() => {
      this.#due = false;
      this.#draw();
    });
  }

  /** Draw everything again, because something else is to be shown. */
  redraw() {
    this.#rows.clear();
    this.#fresh.clear();
    if (!shown.paused) this.#waiting = 0;
    const fitting = this.packets.filter(fits).slice(-SHOWN).reverse();
    const rows = fitting.map((packet) => this.#row(packet, false));
    this.#list.replaceChildren(...(rows.length ? rows : [this.#nothing()]));
    this.#dirty.clear();
    this.#changed();
  }

  #nothing() {
    if (!this.packets.length) return el("li", { className: "empty" }, "No traffic yet. Send an event, or wait for the server.");
    const clear = el("button", { type: "button", className: "linkish", dataset: { clear: "" } }, "Clear the filter");
    return el("li", { className: "empty" }, "No packets match.", clear);
  }

  #row(packet, isNew) {
    const row = packetRow(packet, isNew);
    this.#rows.set(packet, row);
    return row;
  }

  #draw() {
    if (!shown.paused) {
      const added = [];
      for (const packet of this.#dirty) {
        const before = this.#rows.get(packet);
        const isNew = this.#fresh.delete(packet);
        if (before) before.replaceWith(fits(packet) ? this.#row(packet, false) : "");
        else if (isNew && fits(packet)) added.push(packet);
      }
      this.#dirty.clear();
      // Of a flood only what stays in view is made.
      const rows = added.slice(-SHOWN).map((packet) => this.#row(packet, true));
      if (rows.length) {
        this.#list.querySelector(":scope > .empty")?.remove();
        this.#list.prepend(...rows.reverse());
        while (this.#list.childElementCount > SHOWN) this.#list.lastElementChild.remove();
        if (this.#rows.size > 2 * SHOWN) this.#forget();
      }
    }
    this.#changed();
  }

  #forget() {
    for (const [packet, row] of this.#rows) if (!row.isConnected) this.#rows.delete(packet);
  }

  /** All packets that are kept, without secrets. */
  exported(name, namespace) {
    return this.packets.map((packet) => exported(packet, name, namespace));
  }
}

function fits(packet) {
  if (!FITS[shown.which](packet)) return false;
  const words = shown.text.toLowerCase();
  return !words || packet.event.toLowerCase().includes(words);
}
