/**
 * The packets of one connection: thousands are kept and exported, two hundred are shown, newest first.
 *
 * Packets can come faster than anybody reads. So they are drawn ten times a second at most, a few in
 * each frame, and of a flood only those that stay in view.
 */

import { el } from "./dom.js";
import { exported, isBroken, packetRow } from "./packet_row.js";

const KEPT = 20_000;
const SHOWN = 200;
/** Rows that are made in one frame, and milliseconds from one drawing to the next. */
const A_FRAME = 20;
const EVERY = 100;
/** With more than these at once, nobody sees where one has come from. */
const ARRIVING = 3;

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
  /** What is shown, newest first, as the list has it. */
  #rows = [];
  #rowOf = new Map();
  #dirty = new Set();
  #isDue = false;
  #drawn = 0;
  #last = 0;
  #waiting = 0;
  #said = "";
  #earlier = el("li", { className: "earlier", hidden: true });

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

  /** How many packets have come at all. */
  get total() {
    return this.#last;
  }

  add(packet) {
    packet.number = this.#last += 1;
    this.packets.push(packet);
    // The oldest go together: taking one from the front of a long list moves all others.
    if (this.packets.length > 1.1 * KEPT) this.packets.splice(0, this.packets.length - KEPT);
    if (shown.paused) this.#waiting += 1;
    this.update(packet);
    return packet;
  }

  /** Something about a packet is known now that was not before. */
  update(packet) {
    if (!shown.paused) this.#dirty.add(packet);
    // A tab that nobody sees draws nothing.
    if (this.#dirty.size > 10 * SHOWN) this.#dirty = new Set(this.#dueNow());
    if (this.#isDue) return;
    this.#isDue = true;
    const left = EVERY - (performance.now() - this.#drawn);
    if (left > 0) setTimeout(() => this.#nextFrame(), left);
    else this.#nextFrame();
  }

  #nextFrame() {
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#draw();
    });
  }

  /** Draw everything again, because something else is to be shown. */
  redraw() {
    if (!shown.paused) this.#waiting = 0;
    this.#rows = [];
    this.#rowOf.clear();
    this.#list.replaceChildren(this.#earlier);
    this.#dirty = new Set(this.packets.filter(fits).slice(-SHOWN));
    this.#drawSome(false);
    this.#changed();
  }

  #draw() {
    this.#drawn = performance.now();
    if (!shown.paused) this.#drawSome(true);
    this.#changed();
  }

  /** What is to be drawn, without what newer packets would push out of the list. */
  #dueNow() {
    const due = [...this.#dirty].filter((packet) => this.#rowOf.has(packet) || this.#belongs(packet));
    return due.sort((one, other) => one.number - other.number).slice(-SHOWN);
  }

  /** Draw the newest of what is due; the others come in the next frames. */
  #drawSome(isNew) {
    const due = this.#dueNow();
    const now = due.splice(-A_FRAME);
    this.#dirty = new Set(due);
    const arrives = isNew && now.length <= ARRIVING;
    for (const packet of now) this.#place(packet, arrives);
    while (this.#rows.length > SHOWN) {
      const last = this.#rows.pop();
      this.#rowOf.get(last).remove();
      this.#rowOf.delete(last);
    }
    this.#sayWhatIsLeft();
    if (!due.length || this.#isDue) return;
    this.#isDue = true;
    this.#nextFrame();
  }

  /** Whether a packet is to be shown: not if newer ones fill the list. */
  #belongs(packet) {
    return fits(packet) && (this.#rows.length < SHOWN || packet.number > this.#rows.at(-1).number);
  }

  /** Put the row of a packet where it belongs, or take it away. */
  #place(packet, arrives) {
    const before = this.#rowOf.get(packet);
    if (before && !fits(packet)) {
      before.remove();
      this.#rowOf.delete(packet);
      this.#rows.splice(this.#rows.indexOf(packet), 1);
      return;
    }
    const row = packetRow(packet, arrives && !before);
    this.#rowOf.set(packet, row);
    if (before) return before.replaceWith(row);
    const found = this.#rows.findIndex(({ number }) => number < packet.number);
    const at = found < 0 ? this.#rows.length : found;
    this.#list.insertBefore(row, this.#rowOf.get(this.#rows[at]) ?? this.#earlier);
    this.#rows.splice(at, 0, packet);
  }

  /** That there are no packets, or that there are more. */
  #sayWhatIsLeft() {
    const isFiltered = shown.text || shown.which !== "all";
    const fitting = isFiltered ? this.packets.filter(fits).length : this.packets.length;
    const earlier = fitting - this.#rows.length - this.#dirty.size;
    const lost = this.#last - this.packets.length;
    const many = earlier.toLocaleString("en-US");
    let text = "";
    if (!fitting) text = this.#last ? "No packets match." : "No traffic yet. Send an event, or wait for the server.";
    else if (earlier > 0) text = `${many} earlier ${earlier === 1 ? "packet isn't" : "packets aren't"} shown. The export has ${earlier === 1 ? "it" : "them"}.`;
    if (lost) text += ` The first ${lost.toLocaleString("en-US")} of this connection are no longer kept.`;
    this.#earlier.className = fitting ? "earlier" : "empty";
    this.#earlier.hidden = !text;
    if (this.#said === text) return;
    this.#said = text;
    const clear = el("button", { type: "button", className: "linkish", dataset: { clear: "" } }, "Clear the filter");
    this.#earlier.replaceChildren(text, ...(text.startsWith("No packets match.") ? [clear] : []));
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
