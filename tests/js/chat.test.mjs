/* The official JavaScript client against the guarded chat on asyncio.
 *
 * Needs the address of a running server: CHAT_URL=http://127.0.0.1:8000 node --test chat.test.mjs
 */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { io } from "socket.io-client";

const URL = process.env.CHAT_URL;
const PATIENCE = 120_000;
const PASSWORD = "open sesame";
let rooms = 0;

for (const transport of ["websocket", "polling"]) {
  describe(`over ${transport}`, { skip: URL ? false : "CHAT_URL is not set" }, () => {
    const sockets = [];
    afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));

    const open = (auth = { name: "ada", password: PASSWORD }, namespace = "/") => {
      const options = { transports: [transport], forceNew: true, reconnection: false, auth };
      const socket = io(URL + namespace, options);
      sockets.push(socket);
      return socket;
    };
    const ask = (socket, event, ...args) => socket.timeout(PATIENCE).emitWithAck(event, ...args);
    const hear = (socket, event) => new Promise((resolve) => socket.once(event, resolve));
    /** A room for each test, with some clients in it. */
    const meet = async (...names) => {
      const room = `room${"abcdefghijklmnopqrstuvwxyz"[rooms++]}`;
      const people = names.map((name) => open({ name, password: PASSWORD }));
      for (const [index, socket] of people.entries()) {
        assert.equal(await ask(socket, "join", room), index + 1);
      }
      return [room, ...people];
    };

    it("joins a room, and gets the ack", async () => {
      await meet("ada", "bob");
    });

    it("hears what others say, in its room alone", async () => {
      const [room, ada, bob] = await meet("ada", "bob");
      const [, stranger] = await meet("eve");
      const overheard = [];
      stranger.on("said", (said) => overheard.push(said));
      const heard = Promise.all([ada, bob].map((socket) => hear(socket, "said")));
      assert.equal(await ask(ada, "say", { room, text: "hello" }), undefined);
      for (const said of await heard) assert.deepEqual(said, { name: "ada", text: "hello" });
      // What comes later has come: nothing is on its way any more.
      await ask(stranger, "join", room);
      assert.deepEqual(overheard, []);
    });

    it("sends bytes and receives them", async () => {
      const [room, ada, bob] = await meet("ada", "bob");
      const heard = hear(bob, "shared");
      const data = Buffer.from([0, 1, 254, 255]);
      assert.equal(await ask(ada, "share", { room, file: "a.bin", data }), 4);
      const shared = await heard;
      assert.deepEqual([shared.name, shared.file], ["ada", "a.bin"]);
      assert.deepEqual(Buffer.from(shared.data), data);
    });

    it("gets the structured rejection as the ack", async () => {
      const [room, ada] = await meet("ada");
      assert.deepEqual(await ask(ada, "say", { room, text: "x".repeat(501) }), {
        error: {
          code: "request_validation_error",
          namespace: "/",
          event: "say",
          problems: [
            { path: "/text", keyword: "maxLength", message: "is longer than 500 characters" },
          ],
        },
      });
      assert.equal(await ask(ada, "say", { room, text: "hello" }), undefined);
    });

    it("is told what is wrong with names, arguments, and bytes", async () => {
      const [room, ada] = await meet("ada");
      const codes = [];
      for (const [event, ...args] of [
        ["sya", { room, text: "hello" }],
        ["said", { name: "bob", text: "hello" }],
        ["say"],
        ["say", { room, text: "hello" }, 1],
        ["say", { room, text: Buffer.from("hello") }],
        ["share", { room, file: "a.txt", data: "no bytes" }],
        ["join", { room }],
      ]) {
        codes.push((await ask(ada, event, ...args)).error.code);
      }
      const [request, undeclared] = ["request_validation_error", "undeclared_event"];
      const expected = [undeclared, undeclared, ...Array(5).fill(request)];
      assert.deepEqual(codes, expected);
    });

    it("gets the answer of the error handler when a handler raises", async () => {
      const [, ada] = await meet("ada");
      const answer = await ask(ada, "say", { room: "elsewhere", text: "hello" });
      assert.deepEqual(answer, { error: { code: "failed", event: "say" } });
    });

    it("is turned away with the reason", async () => {
      const wrong = await hear(open({ name: "eve", password: "guess" }), "connect_error");
      assert.equal(wrong.message, "the password is wrong");
      const broken = await hear(open({ name: "", password: PASSWORD }), "connect_error");
      assert.equal(broken.data.error.code, "request_validation_error");
      assert.equal(broken.data.error.problems[0].path, "/name");
      const nowhere = await hear(open(undefined, "/nope"), "connect_error");
      assert.equal(nowhere.data.error.code, "undeclared_namespace");
    });

    it("hears broadcasts: of the background task, and of the REST route", async () => {
      const [, ada, bob] = await meet("ada", "bob");
      const announced = Promise.all([ada, bob].map((socket) => hear(socket, "announced")));
      const time = hear(ada, "time");
      const post = (text) =>
        fetch(`${URL}/announcements?text=${encodeURIComponent(text)}`, { method: "POST" });
      assert.equal((await post("tea time")).status, 202);
      assert.deepEqual(await announced, ["tea time", "tea time"]);
      assert.equal((await post("")).status, 422);
      assert.ok(Number.isFinite(Date.parse(await time)));
    });
  });
}
