/* The official JavaScript client against the guarded tic-tac-toe server.
 *
 * Needs the address of a running server: TICTACTOE_URL=http://127.0.0.1:5000 node --test client.test.mjs
 */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { io } from "socket.io-client";

const URL = process.env.TICTACTOE_URL;
const PATIENCE = 120_000;

for (const transport of ["websocket", "polling"]) {
  describe(`over ${transport}`, { skip: URL ? false : "TICTACTOE_URL is not set" }, () => {
    const sockets = [];
    afterEach(() => sockets.splice(0).forEach((socket) => socket.disconnect()));

    const open = (namespace = "/") => {
      const options = { transports: [transport], forceNew: true, reconnection: false };
      const socket = io(URL + namespace, options);
      sockets.push(socket);
      return socket;
    };
    const ask = (socket, event, ...args) => socket.timeout(PATIENCE).emitWithAck(event, ...args);
    const hear = (socket, event) => new Promise((resolve) => socket.once(event, resolve));

    it("connects, plays a move, and both players hear of it", async () => {
      const [x, o] = [open(), open()];
      const { game_id, player } = await ask(x, "create_game");
      assert.equal(player, "X");
      assert.equal((await ask(o, "join_game", { game_id })).player, "O");
      const heard = Promise.all([x, o].map((socket) => hear(socket, "move_made")));
      assert.deepEqual(await ask(x, "make_move", { game_id, x: 1, y: 2 }), {});
      const board = [["", "", ""], ["", "", ""], ["", "X", ""]];
      for (const move of await heard) assert.deepEqual(move, { game_id, board, turn: "O" });
    });

    it("gets the structured rejection as the ack", async () => {
      const socket = open();
      const { game_id } = await ask(socket, "create_game");
      const rejection = await ask(socket, "make_move", { game_id, x: 3, y: 0 });
      assert.deepEqual(rejection, {
        error: {
          code: "request_validation_error",
          namespace: "/",
          event: "make_move",
          problems: [
            { path: "/x", keyword: "maximum", message: "is more than the maximum of 2" },
          ],
        },
      });
      assert.deepEqual(await ask(socket, "make_move", { game_id, x: 2, y: 0 }), {});
    });

    it("is told what is wrong with names, numbers of arguments, and bytes", async () => {
      const socket = open();
      const codes = [];
      for (const [event, ...args] of [
        ["mkae_move", {}],
        ["make_move"],
        ["make_move", {}, {}],
        ["create_game", { a: 1 }],
        ["join_game", { game_id: Buffer.from("1") }],
        ["game_created", { game_id: 1 }],
      ]) {
        codes.push((await ask(socket, event, ...args)).error.code);
      }
      const [request, undeclared] = ["request_validation_error", "undeclared_event"];
      assert.deepEqual(codes, [undeclared, request, request, request, request, undeclared]);
    });

    it("gets an event when it asked for no ack", async () => {
      const socket = open();
      const heard = hear(socket, "guard_rejected");
      socket.emit("make_move", "e4");
      assert.equal((await heard).error.code, "request_validation_error");
    });

    it("gets the reason when a namespace is not declared", async () => {
      const error = await hear(open("/nope"), "connect_error");
      assert.equal(error.message, "the namespace is not declared");
      assert.equal(error.data.error.code, "undeclared_namespace");
    });
  });
}
