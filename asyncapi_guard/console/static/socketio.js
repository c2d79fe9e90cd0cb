/**
 * A Socket.IO client over the browser's own WebSocket: Engine.IO 4, Socket.IO protocol 5.
 *
 * The first half is pure framing: text and bytes to packets and back, no sockets and no timers. The
 * second half is the connection: heartbeat, reconnection, namespaces and acknowledgements.
 *
 * What it sends is what it was asked to send. The official client refuses reserved event names and
 * buffers what is emitted while offline; this one does neither, because its users want to see how a
 * server answers traffic that it should not get, and want nothing delivered later than they asked.
 *
 *     const client = new Client();
 *     const socket = client.socket("/");
 *     await socket.ready();
 *     const [answer] = await socket.request("create_game");
 */

/* ------------------------------------------------------------------------------- pure framing */

/** The first character of an Engine.IO frame. */
export const Frame = Object.freeze({
  OPEN: "0",
  CLOSE: "1",
  PING: "2",
  PONG: "3",
  MESSAGE: "4",
  UPGRADE: "5",
  NOOP: "6",
});

/** The first digit of a Socket.IO packet. */
export const PacketType = Object.freeze({
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  CONNECT_ERROR: 4,
  BINARY_EVENT: 5,
  BINARY_ACK: 6,
});

/** More than any sane event has; a header that announces a million must not be believed. */
export const MAX_ATTACHMENTS = 256;

/**
 * A Socket.IO packet. `type` is never BINARY_EVENT or BINARY_ACK: whether data holds bytes is a
 * matter of framing.
 *
 * @typedef {object} Packet
 * @property {number} type one of `PacketType`
 * @property {string} namespace begins with "/"
 * @property {number} [id] of the acknowledgement that is asked for or given
 * @property {any} [data] for events `[name, ...args]`, for acks `[...args]`
 */

/**
 * A packet on the wire: one text frame, then one binary frame for each attachment.
 *
 * @typedef {object} Encoded
 * @property {string} text
 * @property {Uint8Array[]} attachments
 */

/** The peer broke the protocol. */
export class ProtocolError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ProtocolError";
  }
}

/**
 * @param {Packet} packet
 * @returns {Encoded}
 * @throws {TypeError} for what Socket.IO has no form for
 */
export function encodePacket({ type, namespace = "/", id, data }) {
  if (!namespace.startsWith("/") || namespace.includes(",")) {
    throw new TypeError(`not a namespace: ${JSON.stringify(namespace)}`);
  }
  /** @type {Uint8Array[]} */
  const attachments = [];
  const plain = data === undefined ? undefined : detach(data, attachments);
  const head = attachments.length ? `${binaryType(type)}${attachments.length}-` : `${type}`;
  const place = namespace === "/" ? "" : `${namespace},`;
  const body = plain === undefined ? "" : JSON.stringify(plain);
  return { text: `${head}${place}${id ?? ""}${body}`, attachments };
}

/** @param {number} type */
function binaryType(type) {
  if (type === PacketType.EVENT) return PacketType.BINARY_EVENT;
  if (type === PacketType.ACK) return PacketType.BINARY_ACK;
  throw new TypeError("only events and acks may hold bytes");
}

/**
 * A copy of `value` with placeholders where bytes were; the bytes are appended to `attachments`.
 *
 * @param {any} value
 * @param {Uint8Array[]} attachments
 * @returns {any}
 */
function detach(value, attachments) {
  const bytes = asBytes(value);
  if (bytes) return { _placeholder: true, num: attachments.push(bytes) - 1 };
  if (typeof Blob !== "undefined" && value instanceof Blob) {
    throw new TypeError("read the Blob into an ArrayBuffer first: that takes time, sending does not");
  }
  const plain = typeof value?.toJSON === "function" ? value.toJSON() : value;
  return mapValues(plain, (inner) => detach(inner, attachments));
}

/**
 * @param {any} value
 * @returns {Uint8Array | undefined}
 */
function asBytes(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/**
 * @param {any} value
 * @param {(inner: any) => any} change
 * @returns {any}
 */
function mapValues(value, change) {
  if (Array.isArray(value)) return value.map(change);
  if (value === null || typeof value !== "object") return value;
  // fromEntries defines properties, so a key "__proto__" stays an ordinary key.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
}

/**
 * Reads the text of a packet. If it announces attachments, its data still holds placeholders.
 *
 * @param {string} text
 * @returns {{packet: Packet, attachments: number}}
 * @throws {ProtocolError}
 */
export function decodePacket(text) {
  const head = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?/.exec(text);
  if (!head) throw new ProtocolError("a packet begins with a digit from 0 to 6");
  const [whole, digit, count, namespace = "/", id] = head;
  const { type, binary } = plainType(Number(digit));
  if (binary !== (count !== undefined)) {
    throw new ProtocolError("binary packets, and no others, announce their attachments");
  }
  const attachments = Number(count ?? 0);
  if (attachments > MAX_ATTACHMENTS) throw new ProtocolError("too many attachments");
  /** @type {Packet} */
  const packet = { type, namespace };
  if (id !== undefined) packet.id = parseId(id);
  const body = text.slice(whole.length);
  if (body) packet.data = parseJson(body);
  checkShape(packet);
  return { packet, attachments };
}

/** @param {number} type */
function plainType(type) {
  if (type === PacketType.BINARY_EVENT) return { type: PacketType.EVENT, binary: true };
  if (type === PacketType.BINARY_ACK) return { type: PacketType.ACK, binary: true };
  return { type, binary: false };
}

/** @param {string} text */
function parseId(text) {
  const id = Number(text);
  if (!Number.isSafeInteger(id)) throw new ProtocolError("the ack id is too large");
  return id;
}

/** @param {string} text */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError("the data is not JSON");
  }
}

/**
 * @param {Packet} packet
 * @throws {ProtocolError}
 */
function checkShape({ type, id, data }) {
  if (type === PacketType.EVENT && !(Array.isArray(data) && typeof data[0] === "string")) {
    throw new ProtocolError("an event is an array that begins with its name");
  }
  if (type === PacketType.ACK && !(Array.isArray(data) && id !== undefined)) {
    throw new ProtocolError("an ack is an array and has an id");
  }
  if (type === PacketType.CONNECT && data !== undefined && !isObject(data)) {
    throw new ProtocolError("the data of a connect is an object");
  }
  if (type === PacketType.CONNECT_ERROR && !(typeof data === "string" || isObject(data))) {
    throw new ProtocolError("the data of a connect error is an object or a text");
  }
}

/** @param {any} value */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * The counterpart of `detach`.
 *
 * @param {any} value
 * @param {Uint8Array[]} attachments
 * @returns {any}
 */
function attach(value, attachments) {
  if (value?._placeholder === true) {
    const bytes = Number.isInteger(value.num) ? attachments[value.num] : undefined;
    if (!bytes) throw new ProtocolError("a placeholder without an attachment");
    return bytes;
  }
  return mapValues(value, (inner) => attach(inner, attachments));
}

/** Puts packets together from the frames in which they arrive. */
export class Decoder {
  /** @type {{packet: Packet, missing: number, attachments: Uint8Array[]} | undefined} */
  #pending;

  /**
   * @param {string | ArrayBuffer | Uint8Array} frame a packet's text, or one attachment
   * @returns {Packet | undefined} the packet that is now complete
   * @throws {ProtocolError} the frame is dropped, and what was pending with it
   */
  add(frame) {
    const pending = this.#pending;
    this.#pending = undefined;
    if (typeof frame === "string") {
      if (pending) throw new ProtocolError("text where an attachment was due");
      return this.#begin(frame);
    }
    if (!pending) throw new ProtocolError("an attachment that no packet announced");
    pending.attachments.push(/** @type {Uint8Array} */ (asBytes(frame)));
    return this.#finish(pending);
  }

  /** @param {string} text */
  #begin(text) {
    const { packet, attachments } = decodePacket(text);
    // Zero attachments are legal, and leave nothing to wait for.
    return attachments ? this.#finish({ packet, missing: attachments, attachments: [] }) : packet;
  }

  /** @param {{packet: Packet, missing: number, attachments: Uint8Array[]}} pending */
  #finish(pending) {
    const { packet, missing, attachments } = pending;
    if (attachments.length < missing) {
      this.#pending = pending;
      return undefined;
    }
    return { ...packet, data: attach(packet.data, attachments) };
  }
}

/* ------------------------------------------------------------------------------ the connection */

/** A namespace refused us; `data` is what the server gave as the reason. */
export class ConnectError extends Error {
  /** @param {any} answer the data of the CONNECT_ERROR packet */
  constructor(answer) {
    super(typeof answer === "string" ? answer : String(answer.message ?? "connection refused"));
    this.name = "ConnectError";
    this.data = typeof answer === "string" ? undefined : answer.data;
  }
}

/** No acknowledgement came: in time, or before the connection was lost. */
export class NoAckError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "NoAckError";
  }
}

/** @typedef {(...args: any[]) => void} Listener */

class Emitter {
  /** @type {Map<string | symbol, Set<Listener>>} */
  #listeners = new Map();

  /**
   * @param {string | symbol} event
   * @param {Listener} listener
   * @returns {() => void} removes the listener
   */
  on(event, listener) {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /**
   * @protected
   * @param {string | symbol} event
   * @param {any[]} args
   */
  notify(event, ...args) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) callSafely(listener, args);
  }
}

/**
 * A listener's fault is the application's to see, in the console, but must not stop the reading.
 *
 * @param {Listener} listener
 * @param {any[]} args
 */
function callSafely(listener, args) {
  try {
    listener(...args);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** @param {any} error */
function asError(error) {
  return error instanceof Error ? error : new Error(String(error));
}

const LIFECYCLE = new Set(["connect", "disconnect", "connect_error"]);
const EVERY_EVENT = Symbol("every event");

/**
 * One namespace. Lifecycle events: `connect` (), `disconnect` (reason: string) and `connect_error`
 * (error: ConnectError). All other events come from the server: their listeners get its arguments,
 * and a function that acknowledges as the last one when the server asks for that.
 */
export class Socket extends Emitter {
  /** @type {Map<number, {resolve: (args: any[]) => void, reject: (error: Error) => void}>} */
  #requests = new Map();
  #lastId = 0;
  #connected = false;
  #wanted = false;
  #client;
  #namespace;
  /** @type {any} */
  #auth;

  /**
   * Applications call `client.socket()`.
   *
   * @param {ClientInternals} client
   * @param {string} namespace
   */
  constructor(client, namespace) {
    super();
    this.#client = client;
    this.#namespace = namespace;
  }

  get namespace() {
    return this.#namespace;
  }

  get connected() {
    return this.#connected;
  }

  /** Whether the namespace is to be entered again after a reconnection. */
  get wanted() {
    return this.#wanted;
  }

  /**
   * Enter the namespace, now or as soon as there is a connection.
   *
   * @param {any} [auth]
   */
  open(auth) {
    if (auth !== undefined) this.#auth = auth;
    if (this.#wanted) return;
    this.#wanted = true;
    this.enter();
  }

  /** Leave the namespace; the connection stays for the others. */
  close() {
    if (this.#connected) this.#send({ type: PacketType.DISCONNECT });
    this.#wanted = false;
    this.lost("closed by this client");
  }

  /**
   * Resolves when the namespace is entered, rejects when it is refused.
   *
   * @param {number} [milliseconds]
   * @returns {Promise<void>}
   */
  ready(milliseconds = 10_000) {
    if (this.#connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const clean = [
        this.on("connect", () => finish(resolve)),
        this.on("connect_error", (error) => finish(reject, error)),
      ];
      const timer = setTimeout(
        () => finish(reject, new Error(`not connected within ${milliseconds} ms`)),
        milliseconds,
      );
      /** @type {(settle: (value?: any) => void, value?: any) => void} */
      const finish = (settle, value) => {
        clearTimeout(timer);
        for (const remove of clean) remove();
        settle(value);
      };
    });
  }

  /**
   * @param {(event: string, ...args: any[]) => void} listener called for every event of the server
   * @returns {() => void} removes the listener
   */
  onAny(listener) {
    return this.on(EVERY_EVENT, listener);
  }

  /**
   * Send an event, and ask for no acknowledgement.
   *
   * @param {string} event
   * @param {any[]} args
   * @throws {Error} when not connected: nothing is sent later than it was asked for
   */
  emit(event, ...args) {
    this.#demandConnection();
    this.#send({ type: PacketType.EVENT, data: [event, ...args] });
  }

  /**
   * Send an event, and wait for its acknowledgement as long as the client's `ackTimeout`.
   *
   * @param {string} event
   * @param {any[]} args
   * @returns {Promise<any[]>} the arguments of the acknowledgement
   */
  request(event, ...args) {
    return this.requestWithin(this.#client.ackTimeout, event, ...args);
  }

  /**
   * Send an event, and wait for its acknowledgement.
   *
   * @param {number} milliseconds
   * @param {string} event
   * @param {any[]} args
   * @returns {Promise<any[]>} the arguments of the acknowledgement; rejects with a NoAckError
   */
  async requestWithin(milliseconds, event, ...args) {
    this.#demandConnection();
    const id = (this.#lastId += 1);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        this.#requests.set(id, { resolve, reject });
        const late = () => reject(new NoAckError(`no acknowledgement within ${milliseconds} ms`));
        timer = setTimeout(late, milliseconds);
        this.#send({ type: PacketType.EVENT, id, data: [event, ...args] });
      });
    } finally {
      clearTimeout(timer);
      this.#requests.delete(id);
    }
  }

  #demandConnection() {
    if (!this.#connected) throw new Error(`not connected to ${this.#namespace}`);
  }

  /** @param {Omit<Packet, "namespace">} packet */
  #send(packet) {
    this.#client.send({ ...packet, namespace: this.#namespace });
  }

  /* What follows is called by the client. */

  /** Ask to be let in, if there is a connection to ask over. */
  enter() {
    if (this.#wanted && this.#client.isOpen()) {
      this.#send({ type: PacketType.CONNECT, data: this.#auth });
    }
  }

  /**
   * The connection or the namespace is gone.
   *
   * @param {string} reason
   */
  lost(reason) {
    const was = this.#connected;
    this.#connected = false;
    for (const { reject } of this.#requests.values()) reject(new NoAckError(reason));
    this.#requests.clear();
    if (was) this.notify("disconnect", reason);
  }

  /**
   * @param {Packet} packet
   * @throws {ProtocolError}
   */
  receive(packet) {
    switch (packet.type) {
      case PacketType.CONNECT:
        return this.#entered();
      case PacketType.DISCONNECT:
        this.#wanted = false;
        return this.lost("disconnected by the server");
      case PacketType.CONNECT_ERROR:
        this.#wanted = false;
        return this.notify("connect_error", new ConnectError(packet.data));
      case PacketType.ACK:
        // An unknown id is an answer that came after its request had timed out.
        return this.#requests.get(/** @type {number} */ (packet.id))?.resolve(packet.data);
      default:
        return this.#event(packet);
    }
  }

  #entered() {
    // The namespace may have been left while its CONNECT was under way.
    if (!this.#wanted) return this.#send({ type: PacketType.DISCONNECT });
    if (this.#connected) throw new ProtocolError("the server let us in twice");
    this.#connected = true;
    this.notify("connect");
  }

  /** @param {Packet} packet */
  #event({ id, data }) {
    // Events may be under way when a namespace is left, and may overtake the answer to CONNECT.
    if (!this.#wanted) return;
    const [event, ...args] = data;
    if (LIFECYCLE.has(event)) throw new ProtocolError(`the server sent the reserved event ${event}`);
    if (id !== undefined) args.push(this.#acknowledge(id));
    this.notify(event, ...args);
    this.notify(EVERY_EVENT, event, ...args);
  }

  /** @param {number} id */
  #acknowledge(id) {
    let done = false;
    return (/** @type {any[]} */ ...args) => {
      if (done || !this.#connected) return;
      done = true;
      this.#send({ type: PacketType.ACK, id, data: args });
    };
  }
}

/**
 * What a Socket needs of its Client.
 *
 * @typedef {object} ClientInternals
 * @property {() => boolean} isOpen
 * @property {number} ackTimeout
 * @property {(packet: Packet) => void} send
 */

/**
 * @typedef {object} Options
 * @property {string} [path] of the Socket.IO endpoint
 * @property {string} [query] more of the URL's query, such as `room=red`
 * @property {boolean} [reconnect] whether to come back after a lost connection
 * @property {number} [minDelay] milliseconds before the first attempt to come back
 * @property {number} [maxDelay] milliseconds between attempts, at most
 * @property {number} [openTimeout] milliseconds for the server's first frame
 * @property {number} [ackTimeout] milliseconds that `request` waits
 * @property {typeof WebSocket} [WebSocket] an implementation, for use outside browsers
 */

/**
 * One Engine.IO frame as it is on the wire.
 *
 * @typedef {object} RawPacket
 * @property {"in" | "out"} direction
 * @property {string | Uint8Array} data
 * @property {Date} at
 */

/**
 * One connection, shared by any number of namespaces. It is opened by the first `socket()`. Events:
 * `open` (), `close` (reason: string), `reconnecting` (milliseconds: number) and `error`
 * (error: Error) for whatever the server sent that could not be read.
 */
export class Client extends Emitter {
  /** @type {Map<string, Socket>} */
  #sockets = new Map();
  #options;
  #url;
  /** @type {WebSocket | undefined} */
  #transport;
  #decoder = new Decoder();
  #open = false;
  #attempts = 0;
  #silence = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #heartbeat;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ClientInternals} */
  #internals;

  /**
   * @param {string | URL} [url] of the server; this page's by default
   * @param {Options} [options]
   */
  constructor(url = location.href, options = {}) {
    super();
    this.#options = {
      path: "/socket.io",
      query: "",
      reconnect: true,
      minDelay: 500,
      maxDelay: 15_000,
      openTimeout: 20_000,
      ackTimeout: 10_000,
      WebSocket: globalThis.WebSocket,
      ...options,
    };
    this.#url = endpoint(url, this.#options.path, this.#options.query);
    this.#internals = {
      isOpen: () => this.#open,
      ackTimeout: this.#options.ackTimeout,
      send: (packet) => this.#send(packet),
    };
  }

  /** Whether there is a connection; namespaces have a `connected` of their own. */
  get open() {
    return this.#open;
  }

  /**
   * The socket of a namespace, which it enters unless it is there already.
   *
   * @param {string} [namespace]
   * @param {{auth?: any}} [options]
   * @returns {Socket}
   */
  socket(namespace = "/", { auth } = {}) {
    const socket = this.#sockets.get(namespace) ?? new Socket(this.#internals, namespace);
    this.#sockets.set(namespace, socket);
    socket.open(auth);
    if (!this.#transport) this.#connect();
    return socket;
  }

  /**
   * @param {(packet: RawPacket) => void} listener sees every frame, in both directions
   * @returns {() => void} removes the listener
   */
  onPacket(listener) {
    return this.on("packet", listener);
  }

  /** Leave every namespace and close the connection, for good unless `socket()` is called again. */
  close() {
    for (const socket of this.#sockets.values()) socket.close();
    if (this.#open) this.#write(Frame.CLOSE);
    this.#drop("closed by this client");
  }

  #connect() {
    clearTimeout(this.#retry);
    const transport = new this.#options.WebSocket(this.#url);
    transport.binaryType = "arraybuffer";
    this.#transport = transport;
    this.#decoder = new Decoder();
    // A transport that was given up may still have events under way.
    const current = () => transport === this.#transport;
    transport.onmessage = ({ data }) => void (current() && this.#receive(data));
    transport.onclose = () => void (current() && this.#drop("connection lost"));
    this.#expectFrame(this.#options.openTimeout);
  }

  /**
   * Give the connection up unless something arrives in time.
   *
   * @param {number} milliseconds
   */
  #expectFrame(milliseconds) {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => this.#drop("the server fell silent"), milliseconds);
  }

  /** @param {string} reason */
  #drop(reason) {
    const transport = this.#transport;
    if (!transport) return clearTimeout(this.#retry);
    clearTimeout(this.#heartbeat);
    this.#transport = undefined;
    this.#open = false;
    transport.close();
    for (const socket of this.#sockets.values()) socket.lost(reason);
    this.notify("close", reason);
    this.#comeBack();
  }

  #comeBack() {
    const wanted = [...this.#sockets.values()].some((socket) => socket.wanted);
    // A listener of `close` may have opened the next connection already.
    if (this.#transport || !this.#options.reconnect || !wanted) return;
    const { minDelay, maxDelay } = this.#options;
    const ceiling = Math.min(maxDelay, minDelay * 2 ** this.#attempts);
    // Half of it is chance, lest a restarted server meet all of its clients at once.
    const delay = Math.round(ceiling * (0.5 + Math.random() / 2));
    this.#attempts += 1;
    this.#retry = setTimeout(() => this.#connect(), delay);
    this.notify("reconnecting", delay);
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    try {
      const raw = typeof data === "string" ? data : new Uint8Array(data);
      this.notify("packet", { direction: "in", data: raw, at: new Date() });
      if (this.#open) this.#expectFrame(this.#silence);
      this.#frame(raw);
    } catch (error) {
      this.notify("error", asError(error));
    }
  }

  /** @param {string | Uint8Array} data */
  #frame(data) {
    if (typeof data !== "string") return this.#packet(data);
    const body = data.slice(1);
    switch (data[0]) {
      case Frame.OPEN:
        return this.#opened(body);
      case Frame.CLOSE:
        return this.#drop("closed by the server");
      case Frame.PING:
        return this.#write(Frame.PONG + body);
      case Frame.MESSAGE:
        return this.#packet(body);
      case Frame.NOOP:
        return undefined;
      default:
        throw new ProtocolError("an unknown kind of Engine.IO frame");
    }
  }

  /** @param {string} text */
  #opened(text) {
    if (this.#open) throw new ProtocolError("the server opened the connection twice");
    const handshake = parseJson(text);
    this.#silence = handshake?.pingInterval + handshake?.pingTimeout;
    if (!(this.#silence > 0)) throw new ProtocolError("a handshake without a heartbeat");
    this.#open = true;
    this.#expectFrame(this.#silence);
    this.notify("open");
    for (const socket of this.#sockets.values()) socket.enter();
  }

  /** @param {string | Uint8Array} frame */
  #packet(frame) {
    const packet = this.#decoder.add(frame);
    if (!packet) return;
    const socket = this.#sockets.get(packet.namespace);
    if (!socket) throw new ProtocolError("a packet for a namespace that was never entered");
    // Only now is the way back proven: a server that opens and drops must not be hammered.
    if (packet.type === PacketType.CONNECT) this.#attempts = 0;
    socket.receive(packet);
  }

  /** @param {Packet} packet */
  #send(packet) {
    const { text, attachments } = encodePacket(packet);
    this.#write(Frame.MESSAGE + text);
    for (const bytes of attachments) this.#write(bytes);
  }

  /** @param {string | Uint8Array} data */
  #write(data) {
    this.#transport?.send(/** @type {any} */ (data));
    this.notify("packet", { direction: "out", data, at: new Date() });
  }
}

/**
 * @param {string | URL} url
 * @param {string} path
 * @param {string} query
 * @returns {string}
 */
function endpoint(url, path, query) {
  const target = new URL(url);
  target.protocol = target.protocol.replace(/^http/, "ws");
  target.pathname = path.endsWith("/") ? path : `${path}/`;
  target.search = `?EIO=4&transport=websocket${query && `&${query}`}`;
  target.hash = "";
  return target.href;
}
