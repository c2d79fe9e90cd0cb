/* What the official JavaScript client sees of an identity that ends, and of one that is renewed.
 *
 * Needs the address of a running server: EXPIRY_URL=http://127.0.0.1:5000 node --test expiry.test.mjs
 */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { io } from "socket.io-client";

const URL = process.env.EXPIRY_URL;
const PATIENCE = 120_000;

for (const transport of ["websocket", "polling"]) {
  describe(`over ${transport}`, { skip: URL ? false : "EXPIRY_URL is not set" }, () => {
    const sockets = [];
    afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));

    const open = (namespace, options = {}) => {
      const socket = io(URL + namespace, { transports: [transport], forceNew: true, ...options });
      sockets.push(socket);
      return socket;
    };
    const ask = (socket, event, ...args) => socket.timeout(PATIENCE).emitWithAck(event, ...args);
    const hear = (socket, event) => new Promise((resolve) => socket.once(event, resolve));
    const login = (seconds) => ask(open("/open"), "say", seconds);

    it("is told, disconnected, and may come again", async () => {
      const socket = open("/bearer", { auth: { token: await login(1.5) } });
      const told = hear(socket, "session_over");
      const gone = hear(socket, "disconnect");
      const { error } = await told;
      assert.equal(error.code, "unauthorized");
      assert.equal(await gone, "io server disconnect");
      assert.equal(socket.active, false); // it does not come again by itself

      socket.connect();
      const { data } = await hear(socket, "connect_error"); // the token is still the old one
      assert.equal(data.error.code, "unauthorized");

      socket.auth = { token: await login(100) };
      socket.connect();
      await hear(socket, "connect");
      assert.equal(await ask(socket, "say", 1), "ann");
    });

    it("sees a disconnect where the document has no event for that", async () => {
      const socket = open("/oauth2", { auth: { token: await login(1.5) } });
      const heard = [];
      socket.onAny((event) => heard.push(event));
      assert.equal(await hear(socket, "disconnect"), "io server disconnect");
      assert.deepEqual(heard, []);
    });

    it("renews its token, and stays", async () => {
      const socket = open("/bearer", { auth: { token: await login(2) } });
      const heard = [];
      socket.onAny((event) => heard.push(event));
      socket.on("disconnect", (reason) => heard.push(reason));
      await hear(socket, "connect");
      const { error } = await ask(socket, "renew", "wrong");
      assert.equal(error.code, "unauthorized");
      assert.equal(await ask(socket, "renew", await login(100)), undefined);
      const other = open("/bearer", { auth: { token: await login(2) } });
      await hear(other, "disconnect"); // whose token ended later than the first one
      assert.equal(await ask(socket, "say", 1), "ann");
      assert.deepEqual(heard, []);
    });
  });
}
