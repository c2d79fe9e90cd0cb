/* Run with `node --test tests/js/`. */
import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";

import {
  Client,
  ConnectError,
  Decoder,
  MAX_ATTACHMENTS,
  NoAckError,
  PacketType,
  ProtocolError,
  decodePacket,
  encodePacket,
} from "../../asyncapi_guard/console/static/socketio.js";

const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR } = PacketType;

/** Through the wire and back. */
function roundTrip(packet) {
  const { text, attachments } = encodePacket(packet);
  const decoder = new Decoder();
  return [text, ...attachments].map((frame) => decoder.add(frame)).at(-1);
}

describe("encoding", () => {
  const cases = [
    [{ type: CONNECT, namespace: "/" }, "0"],
    [{ type: CONNECT, namespace: "/admin" }, "0/admin,"],
    [{ type: CONNECT, namespace: "/", data: { token: "t" } }, '0{"token":"t"}'],
    [{ type: DISCONNECT, namespace: "/admin" }, "1/admin,"],
    [{ type: EVENT, namespace: "/", data: ["hi"] }, '2["hi"]'],
    [{ type: EVENT, namespace: "/", id: 0, data: ["hi", 1, null] }, '20["hi",1,null]'],
    [{ type: EVENT, namespace: "/a", id: 12, data: ["hi"] }, '2/a,12["hi"]'],
    [{ type: ACK, namespace: "/a", id: 7, data: [] }, "3/a,7[]"],
  ];
  for (const [packet, text] of cases) {
    it(`writes ${text}`, () => assert.deepEqual(encodePacket(packet), { text, attachments: [] }));
  }

  it("puts bytes of every kind into attachments, in order", () => {
    const backing = new Uint8Array([9, 1, 2, 9]);
    const { text, attachments } = encodePacket({
      type: EVENT,
      namespace: "/a",
      id: 3,
      data: ["put", backing.subarray(1, 3), { deep: [new Uint8Array([3]).buffer] }],
    });
    assert.equal(
      text,
      '52-/a,3["put",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}]',
    );
    assert.deepEqual(attachments, [new Uint8Array([1, 2]), new Uint8Array([3])]);
  });

  it("writes what has a JSON form of its own as JSON does", () => {
    const date = new Date(0);
    const { text } = encodePacket({ type: EVENT, namespace: "/", data: ["at", date, undefined] });
    assert.equal(text, '2["at","1970-01-01T00:00:00.000Z",null]');
  });

  it("leaves the caller's data alone", () => {
    const data = ["put", { bytes: new Uint8Array([1]) }];
    encodePacket({ type: EVENT, namespace: "/", data });
    assert.deepEqual(data, ["put", { bytes: new Uint8Array([1]) }]);
  });

  it("rejects a Blob rather than send {}", () => {
    const data = ["put", new Blob(["x"])];
    assert.throws(() => encodePacket({ type: EVENT, namespace: "/", data }), TypeError);
  });

  it("rejects bytes where Socket.IO has no place for them", () => {
    const data = { token: new Uint8Array(1) };
    assert.throws(() => encodePacket({ type: CONNECT, namespace: "/", data }), TypeError);
  });

  for (const namespace of ["", "chat", "/a,b"]) {
    it(`rejects the namespace ${JSON.stringify(namespace)}`, () => {
      assert.throws(() => encodePacket({ type: CONNECT, namespace }), TypeError);
    });
  }
});

describe("decoding", () => {
  const cases = [
    ['0{"sid":"s"}', { type: CONNECT, namespace: "/", data: { sid: "s" } }],
    ["0/admin,", { type: CONNECT, namespace: "/admin" }],
    ["1/admin", { type: DISCONNECT, namespace: "/admin" }],
    ['2["hi"]', { type: EVENT, namespace: "/", data: ["hi"] }],
    ['2/a-b/7,12["hi",{}]', { type: EVENT, namespace: "/a-b/7", id: 12, data: ["hi", {}] }],
    ['3/a,0["x"]', { type: ACK, namespace: "/a", id: 0, data: ["x"] }],
    ['4"no"', { type: CONNECT_ERROR, namespace: "/", data: "no" }],
    ['4/a,{"message":"no"}', { type: CONNECT_ERROR, namespace: "/a", data: { message: "no" } }],
  ];
  for (const [text, packet] of cases) {
    it(`reads ${text}`, () => assert.deepEqual(decodePacket(text), { packet, attachments: 0 }));
  }

  it("counts the attachments that a binary packet announces", () => {
    const { packet, attachments } = decodePacket('52-/a,3["put"]');
    assert.deepEqual(packet, { type: EVENT, namespace: "/a", id: 3, data: ["put"] });
    assert.equal(attachments, 2);
  });

  it("takes a placeholder in a packet without attachments for ordinary data", () => {
    const data = ["hi", { _placeholder: true, num: 0 }];
    assert.deepEqual(new Decoder().add(`2${JSON.stringify(data)}`).data, data);
  });

  const malformed = {
    "an empty text": "",
    "an unknown type": '7["hi"]',
    "no digit": '["hi"]',
    "broken JSON": '2["hi"',
    "something after the JSON": '2["hi"]]',
    "an event without data": "2",
    "an event that is no array": '2{"hi":1}',
    "an event without a name": "2[]",
    "an event whose name is no text": "2[1]",
    "an ack without an id": '3["x"]',
    "an ack that is no array": "31{}",
    "an ack id beyond exact integers": '299999999999999999999["hi"]',
    "a connect that is no object": "0/a,true",
    "a connect with a list": "0[]",
    "a connect error without data": "4",
    "a binary event without a count": '5["hi"]',
    "a plain event with a count": '21-["hi"]',
    "more attachments than anyone sends": `5${MAX_ATTACHMENTS + 1}-["hi"]`,
  };
  for (const [what, text] of Object.entries(malformed)) {
    it(`rejects ${what}`, () => assert.throws(() => decodePacket(text), ProtocolError));
  }
});

describe("round trips", () => {
  const packets = [
    { type: CONNECT, namespace: "/a", data: { token: "ünïcode ✓" } },
    { type: EVENT, namespace: "/", data: ["a,b", "/c,", 'quote"', "\u2028", "💥"] },
    { type: EVENT, namespace: "/a", id: 41, data: ["e", [[]], { x: null }, 1.5, true] },
    { type: ACK, namespace: "/a", id: 0, data: [] },
    { type: EVENT, namespace: "/", data: ["put", new Uint8Array([0, 255]), new Uint8Array()] },
    { type: ACK, namespace: "/a", id: 2, data: [{ list: [new Uint8Array([1])] }] },
  ];
  for (const packet of packets) {
    it(encodePacket(packet).text, () => assert.deepEqual(roundTrip(packet), packet));
  }

  it("keep __proto__ an ordinary key", () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}}');
    const { data } = roundTrip({
      type: EVENT,
      namespace: "/",
      data: ["e", value, new Uint8Array(1)],
    });
    assert.ok(Object.hasOwn(data[1], "__proto__"));
    assert.equal(data[1].polluted, undefined);
  });
});

describe("attachments", () => {
  const HEADER = '51-["put",{"_placeholder":true,"num":0}]';

  it("complete a packet only when all have come", () => {
    const decoder = new Decoder();
    const header = '52-["put",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]';
    assert.equal(decoder.add(header), undefined);
    assert.equal(decoder.add(new Uint8Array([1]).buffer), undefined);
    const packet = decoder.add(new Uint8Array([2]).buffer);
    assert.deepEqual(packet.data, ["put", new Uint8Array([2]), new Uint8Array([1])]);
  });

  it("are not waited for when none are announced", () => {
    assert.deepEqual(new Decoder().add('50-["put"]').data, ["put"]);
  });

  it("are rejected unless announced", () => {
    assert.throws(() => new Decoder().add(new Uint8Array(1)), ProtocolError);
  });

  it("may not be interrupted; the next packet is read again", () => {
    const decoder = new Decoder();
    decoder.add(HEADER);
    assert.throws(() => decoder.add('2["hi"]'), ProtocolError);
    assert.deepEqual(decoder.add('2["hi"]').data, ["hi"]);
  });

  for (const num of [1, -1, 0.5, '"length"', '"0"', null]) {
    it(`are not found by the number ${num}`, () => {
      const decoder = new Decoder();
      decoder.add(`51-["put",{"_placeholder":true,"num":${num}}]`);
      assert.throws(() => decoder.add(new Uint8Array(1)), ProtocolError);
    });
  }
});

/** The server's side of a WebSocket. */
class FakeWebSocket {
  static all = [];

  static get last() {
    return FakeWebSocket.all.at(-1);
  }

  constructor(url) {
    this.url = url;
    this.sent = [];
    this.closed = false;
    FakeWebSocket.all.push(this);
  }

  send(data) {
    this.sent.push(data);
  }

  close() {
    this.closed = true;
  }

  says(...frames) {
    for (const data of frames) this.onmessage({ data });
  }
}

const OPEN = '0{"sid":"s","pingInterval":25000,"pingTimeout":20000}';

/** A client that is let into "/", with faked time and transport. */
function connected(t, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  FakeWebSocket.all = [];
  const client = new Client("http://host/page?q#h", { WebSocket: FakeWebSocket, ...options });
  const socket = client.socket("/");
  FakeWebSocket.last.says(OPEN, '40{"sid":"x"}');
  FakeWebSocket.last.sent.length = 0;
  return { client, socket, server: FakeWebSocket.last };
}

describe("the connection", () => {
  it("opens at the endpoint and enters the namespace with auth", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const client = new Client("https://host/page?q#h", { WebSocket: FakeWebSocket });
    const socket = client.socket("/admin", { auth: { token: "t" } });
    const entered = mock.fn();
    socket.on("connect", entered);
    assert.equal(FakeWebSocket.last.url, "wss://host/socket.io/?EIO=4&transport=websocket");
    FakeWebSocket.last.says(OPEN);
    assert.deepEqual(FakeWebSocket.last.sent, ['40/admin,{"token":"t"}']);
    FakeWebSocket.last.says('40/admin,{"sid":"x"}');
    assert.ok(socket.connected);
    assert.equal(entered.mock.callCount(), 1);
  });

  it("answers pings", (t) => {
    const { server } = connected(t);
    server.says("2");
    assert.deepEqual(server.sent, ["3"]);
  });

  it("resolves a request with the arguments of its ack", async (t) => {
    const { socket, server } = connected(t);
    const answer = socket.request("add", 1, 2);
    assert.deepEqual(server.sent, ['421["add",1,2]']);
    server.says('431[3,"ok"]');
    assert.deepEqual(await answer, [3, "ok"]);
  });

  it("rejects a request that is not answered in time, and ignores the late ack", async (t) => {
    const { client, socket, server } = connected(t);
    const failed = mock.fn();
    client.on("error", failed);
    const answer = socket.requestWithin(50, "add");
    t.mock.timers.tick(50);
    await assert.rejects(answer, NoAckError);
    server.says("431[]");
    assert.equal(failed.mock.callCount(), 0);
  });

  it("sends and receives bytes", (t) => {
    const { socket, server } = connected(t);
    const got = mock.fn();
    socket.on("put", got);
    socket.emit("put", new Uint8Array([1]));
    const header = '451-["put",{"_placeholder":true,"num":0}]';
    assert.deepEqual(server.sent, [header, new Uint8Array([1])]);
    server.says(header, new Uint8Array([2]).buffer);
    assert.deepEqual(got.mock.calls[0].arguments, [new Uint8Array([2])]);
  });

  it("lets a listener acknowledge, once", (t) => {
    const { socket, server } = connected(t);
    socket.on("ask", (question, acknowledge) => {
      acknowledge(question + 1);
      acknowledge("again");
    });
    server.says('425["ask",1]');
    assert.deepEqual(server.sent, ["435[2]"]);
  });

  it("reports a rejected namespace with the server's reason", async (t) => {
    const { client, server } = connected(t);
    const ready = client.socket("/admin").ready();
    server.says('44/admin,{"message":"no","data":{"error":{"code":"c"}}}');
    await assert.rejects(ready, (error) => {
      assert.ok(error instanceof ConnectError);
      assert.equal(error.message, "no");
      assert.deepEqual(error.data, { error: { code: "c" } });
      return true;
    });
    assert.equal(client.socket("/").connected, true);
  });

  const unreadable = ["", "9", "4", '42["hi"', "4299", '42/never,["hi"]', '42["connect"]', OPEN];
  for (const frame of [...unreadable, new ArrayBuffer(1)]) {
    it(`survives ${typeof frame === "string" ? JSON.stringify(frame) : "stray bytes"}`, (t) => {
      const { client, socket, server } = connected(t);
      const failed = mock.fn();
      client.on("error", failed);
      server.says(frame);
      assert.ok(failed.mock.calls[0].arguments[0] instanceof ProtocolError);
      assert.ok(socket.connected);
    });
  }

  it("shows every frame to observers, in both directions", (t) => {
    const { client, socket, server } = connected(t);
    const seen = [];
    client.onPacket(({ direction, data }) => seen.push([direction, data]));
    socket.emit("hi");
    server.says("2");
    assert.deepEqual(seen, [["out", '42["hi"]'], ["in", "2"], ["out", "3"]]);
  });

  it("gives up a silent server, rejects what is pending, and comes back later each time", async (t) => {
    const { client, socket, server } = connected(t, { minDelay: 100, maxDelay: 300 });
    t.mock.method(Math, "random", () => 1);
    const delays = [];
    const lost = mock.fn();
    client.on("reconnecting", (delay) => delays.push(delay));
    socket.on("disconnect", lost);
    const answer = socket.requestWithin(60_000, "add");
    t.mock.timers.tick(44_999);
    assert.ok(socket.connected);
    t.mock.timers.tick(1);
    await assert.rejects(answer, NoAckError);
    assert.equal(lost.mock.callCount(), 1);
    assert.ok(server.closed);
    for (const delay of [100, 200, 300]) {
      t.mock.timers.tick(delay);
      FakeWebSocket.last.onclose();
    }
    assert.deepEqual(delays, [100, 200, 300, 300]);
    t.mock.timers.tick(300);
    FakeWebSocket.last.says(OPEN, '40{"sid":"y"}');
    assert.ok(socket.connected);
    FakeWebSocket.last.onclose();
    assert.equal(delays.at(-1), 100);
    client.close();
  });

  it("rejects to send while it is not connected", async (t) => {
    const { client, socket } = connected(t);
    client.close();
    assert.throws(() => socket.emit("hi"), /not connected/);
    await assert.rejects(socket.request("hi"), /not connected/);
  });

  it("closes cleanly and stays closed", (t) => {
    const { client, socket, server } = connected(t);
    client.close();
    assert.deepEqual(server.sent, ["41", "1"]);
    assert.ok(server.closed);
    assert.equal(socket.connected, false);
    t.mock.timers.tick(1_000_000);
    assert.equal(FakeWebSocket.all.length, 1);
  });

  it("does not come back after the server has shown it out", (t) => {
    const { server } = connected(t);
    server.says("41");
    server.onclose();
    t.mock.timers.tick(1_000_000);
    assert.equal(FakeWebSocket.all.length, 1);
  });

  it("leaves a namespace that lets it in too late", (t) => {
    const { client, server } = connected(t);
    client.socket("/admin").close();
    server.says('40/admin,{"sid":"z"}');
    assert.deepEqual(server.sent, ["40/admin,", "41/admin,"]);
  });
});
