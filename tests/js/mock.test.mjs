/* The official JavaScript client against a mock, as front-end developers have it.
 *
 * Needs the address of a mock of the page's document and scenario, and the page's own snippet:
 * MOCK_URL=http://127.0.0.1:5000 SNIPPET=snippet.mjs node --test mock.test.mjs
 */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { io } from "socket.io-client";

const { MOCK_URL, SNIPPET } = process.env;
const PATIENCE = 120_000;

for (const transport of ["websocket", "polling"]) {
  describe(`over ${transport}`, () => {
    const sockets = [];
    afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));

    const open = (namespace = "/") => {
      const options = { transports: [transport], forceNew: true, reconnection: false };
      const socket = io(MOCK_URL + namespace, options);
      sockets.push(socket);
      return socket;
    };
    const ask = (socket, event, ...args) => socket.timeout(PATIENCE).emitWithAck(event, ...args);

    it("is answered, and then hears of it in its room", async () => {
      const [one, other] = [open(), open()];
      const order = [];
      const told = new Promise((resolve) =>
        one.on("game_created", (game) => resolve(order.push("event") && game)),
      );
      other.onAny((event) => order.push(`other: ${event}`));
      // A callback: what awaits goes on after all that came in the same poll.
      const answer = await new Promise((resolve) =>
        one.emit("create_game", { name: "Ben" }, (ack) => resolve(order.push("ack") && ack)),
      );
      assert.equal(answer.name, "Ben");
      assert.deepEqual(await told, { game_id: answer.game_id });
      assert.deepEqual(order, ["ack", "event"]);
    });

    it("gets the error that the scenario says", async () => {
      const answer = await ask(open(), "create_game", { name: "Ada" });
      assert.deepEqual(answer, { error: "The name Ada is taken." });
    });

    it("learns what it sent wrong", async () => {
      const { error } = await ask(open(), "create_game", { name: 7 });
      assert.equal(error.code, "request_validation_error");
      assert.deepEqual(error.problems.map((each) => each.path), ["/name"]);
    });

    it("is not let into a namespace that the document lacks", async () => {
      const socket = open("/nowhere");
      const error = await new Promise((resolve) => socket.once("connect_error", resolve));
      assert.equal(error.data.error.code, "undeclared_namespace");
    });
  });
}

it("runs the page's snippet", async () => {
  const said = [];
  const log = console.log;
  console.log = (...args) => said.push(...args);
  try {
    const { done } = await import(SNIPPET);
    done();
  } finally {
    console.log = log;
  }
  assert.deepEqual(said, ["Ben"]);
});
