/** Transports that look like a WebSocket: long polling, and whichever of the two is let through. */

const SEPARATOR = "\x1e";
/** Of one request: servers read no more packets, and not many more characters. */
const MOST_PACKETS = 16;
const MOST_CHARACTERS = 100_000;

const packed = (bytes) => `b${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
const unpacked = (text) => Uint8Array.from(atob(text.slice(1)), (character) => character.charCodeAt(0));

class PollingSocket {
  onmessage;
  onclose;
  #url;
  #opened = false;
  #closed = false;
  #queue = [];
  #sending = false;
  #polls = new AbortController();

  /** @param {string} url of a WebSocket */
  constructor(url) {
    this.#url = url.replace(/^ws/, "http").replace("transport=websocket", "transport=polling");
    this.#poll();
  }

  async #ask(options) {
    const response = await fetch(this.#url, { cache: "no-store", ...options });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return response.text();
  }

  async #poll() {
    try {
      while (!this.#closed) this.#received(await this.#ask({ signal: this.#polls.signal }));
    } catch {
      this.#end();
    }
  }

  #received(payload) {
    for (const packet of payload.split(SEPARATOR)) {
      if (!this.#opened) this.#url += `&sid=${encodeURIComponent(JSON.parse(packet.slice(1)).sid)}`;
      this.#opened = true;
      this.onmessage?.({ data: packet.startsWith("b") ? unpacked(packet) : packet });
    }
  }

  /** @param {string | Uint8Array} data */
  send(data) {
    this.#queue.push(typeof data === "string" ? data : packed(data));
    this.#send();
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    await undefined; // what is sent together goes together
    try {
      while (this.#queue.length) await this.#ask({ method: "POST", body: this.#batch(), headers: { "Content-Type": "text/plain;charset=UTF-8" } });
    } catch {
      this.#end();
    }
    this.#sending = false;
    if (this.#closed) this.#polls.abort();
  }

  #batch() {
    const batch = [this.#queue.shift()];
    let room = MOST_CHARACTERS - batch[0].length;
    while (this.#queue.length && batch.length < MOST_PACKETS && (room -= this.#queue[0].length) > 0) batch.push(this.#queue.shift());
    return batch.join(SEPARATOR);
  }

  #end() {
    if (this.#closed) return;
    this.close();
    this.onclose?.();
  }

  /** What was sent before still goes. */
  close() {
    this.#closed = true;
    if (!this.#sending) this.#polls.abort();
  }
}

/** Milliseconds that a WebSocket can take to open, where there is another way. */
const PATIENCE = 4000;
const KINDS = { websocket: [WebSocket], polling: [PollingSocket], any: [WebSocket, PollingSocket] };

export class AnySocket {
  onmessage;
  onclose;
  #socket;
  #closed = false;

  /**
   * @param {string} url of a WebSocket
   * @param {"websocket" | "polling" | "any"} transport
   */
  constructor(url, transport) {
    this.#try(url, KINDS[transport]);
  }

  get isPolling() {
    return this.#socket instanceof PollingSocket;
  }

  #try(url, [Kind, ...others]) {
    const socket = new Kind(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    let isHeard = false;
    const late = others.length ? setTimeout(() => socket.close(), PATIENCE) : undefined;
    socket.onmessage = (message) => {
      isHeard = true;
      clearTimeout(late);
      this.onmessage?.(message);
    };
    socket.onclose = () => {
      clearTimeout(late);
      if (isHeard || this.#closed || !others.length) this.onclose?.();
      else this.#try(url, others);
    };
  }

  send(data) {
    this.#socket.send(data);
  }

  close() {
    this.#closed = true;
    this.#socket.close();
  }
}
