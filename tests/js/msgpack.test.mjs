/* The official JavaScript client with its MessagePack parser, against guarded servers.
 *
 * Needs the address of a running server: MSGPACK_URL=http://127.0.0.1:5000 node --test msgpack.test.mjs
 */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { io } from "socket.io-client";
import parser from "socket.io-msgpack-parser";

const URL = process.env.MSGPACK_URL;
const PATIENCE = 120_000;

for (const transport of ["websocket", "polling"]) {
  describe(`over ${transport}`, { skip: URL ? false : "MSGPACK_URL is not set" }, () => {
    const sockets = [];
    afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));

    const open = (namespace = "/", options = {}) => {
      const own = { parser, transports: [transport], forceNew: true, reconnection: false };
      const socket = io(URL + namespace, { ...own, ...options });
      sockets.push(socket);
      return socket;
    };
    const ask = (socket, event, ...args) => socket.timeout(PATIENCE).emitWithAck(event, ...args);
    const hear = (socket, event) => new Promise((resolve) => socket.once(event, resolve));

    it("is answered, and hears events", async () => {
      const socket = open();
      assert.deepEqual(await ask(socket, "move", { x: 1, note: undefined }), { ok: true });
      assert.equal(await ask(socket, "upload", { name: "n", data: Buffer.from([0, 255]) }), 1);
    });

    it("gets the structured rejection as the ack", async () => {
      const { error } = await ask(open(), "move", { x: 9 });
      assert.equal(error.code, "request_validation_error");
      assert.equal(error.problems[0].path, "/x");
    });

    for (const [name, value] of [["date", new Date()], ["typed array", new Uint8Array(2)]]) {
      it(`is rejected with a ${name}, for which the parser has an extension type`, async () => {
        const { error } = await ask(open(), "anything", value);
        assert.equal(error.code, "malformed_packet");
      });
    }

    it("may enter a namespace with its auth, and hears why without", async () => {
      await hear(open("/locked", { auth: { token: "abcd" } }), "connect");
      const { data } = await hear(open("/locked"), "connect_error");
      assert.equal(data.error.code, "request_validation_error");
    });

    it("answers what the server asks", async () => {
      const socket = open();
      socket.on("question", (text, answer) => answer({ answer: text }));
      const heard = hear(socket, "plain");
      await ask(socket, "begin");
      assert.equal(await heard, "q");
    });
  });
}
