/** One connection to a namespace, and what travels over it. It knows nothing of the page. */

import { AnySocket } from "./polling.js";
import { Client } from "./socketio.js";

/** How long an ack may take where the document says nothing, in milliseconds. */
export const ACK_TIMEOUT = 4000;
const OPEN_TIMEOUT = 10_000;
const WORDS = { websocket: "a WebSocket", polling: "long polling", any: "a WebSocket or long polling" };

/**
 * States: `off`, `connecting`, `connected`, `lost` (it comes back in `delay` milliseconds), `refused`.
 *
 * @typedef {object} Hears
 * @property {(state: string, delay?: number) => void} state
 * @property {(event: string, args: any[], answer: Function|undefined) => void} event of the server
 * @property {(error: Error) => void} refused
 * @property {(reason: string) => void} trouble what the server sent and nobody can read
 */
export class Connection {
  state = "off";
  #client;
  #transport;
  #socket;
  #hears;

  /**
   * @param {string} name of whoever connects, such as Ada
   * @param {Hears} hears
   */
  constructor(name, hears) {
    this.name = name;
    this.namespace = "";
    this.#hears = hears;
  }

  get isPolling() {
    return this.#transport?.isPolling ?? false;
  }

  get isConnected() {
    return this.state === "connected";
  }

  /**
   * @param {{url: string, path: string, namespace: string, query: string, auth: any, transport: string}} options
   *   without auth, `undefined` is sent; the transport is `websocket`, `polling`, or `any` for
   *   whichever of the two is let through
   */
  open({ url, path, namespace, query, auth, transport }) {
    this.close();
    this.namespace = namespace;
    const connection = this;
    class Transport extends AnySocket {
      constructor(address) {
        super(address, transport);
        connection.#transport = this;
      }
    }
    const client = new Client(url, { path, query, openTimeout: OPEN_TIMEOUT, ackTimeout: ACK_TIMEOUT, WebSocket: Transport });
    this.#client = client;
    this.#become("connecting");
    // Who never got in is told why, once; who was in knows the server.
    let isTold = false;
    const own = (listener) => (...args) => this.#client === client && listener(...args);
    client.on("reconnecting", own((delay) => this.#become("lost", delay)));
    client.on("close", own(() => {
      if (isTold || this.state !== "connecting") return;
      isTold = true;
      this.#hears.trouble(`No Socket.IO server answers ${WORDS[transport]} at ${new URL(path, url).href}`);
    }));
    client.on("open", own(() => this.state === "lost" && this.#become("connecting")));
    client.on("error", own((error) => this.#hears.trouble(error.message)));
    const socket = client.socket(namespace, { auth });
    this.#socket = socket;
    socket.on("connect", own(() => {
      isTold = true;
      this.#become("connected");
    }));
    socket.on("disconnect", own((reason) => reason === "disconnected by the server" && this.#ended(reason)));
    socket.on("connect_error", own((error) => {
      this.#become("refused");
      this.#hears.refused(error);
      client.close();
    }));
    socket.onAny(own((event, ...args) => {
      const answer = typeof args.at(-1) === "function" ? args.pop() : undefined;
      this.#hears.event(event, args, answer);
    }));
  }

  #ended(reason) {
    this.#hears.trouble(reason);
    this.close();
  }

  #become(state, delay) {
    this.state = state;
    this.#hears.state(state, delay);
  }

  /** Leave the namespace, for good. */
  close() {
    const client = this.#client;
    this.#client = undefined;
    client?.close();
    if (this.state !== "off") this.#become("off");
  }

  /**
   * Send an event.
   *
   * @param {string} event
   * @param {any[]} args
   * @param {number} [timeout] milliseconds to wait for an ack; without it, none is asked for
   * @returns {Promise<any[]|undefined>} the arguments of the ack
   */
  send(event, args, timeout) {
    if (timeout === undefined) return Promise.resolve(this.#socket.emit(event, ...args));
    return this.#socket.requestWithin(timeout, event, ...args);
  }
}
