/* A client that plays tic-tac-toe, written against the generated types.
 *
 * Compiled and run by the tests: `node tictactoe.js URL` plays a game, and says what it saw.
 */
import { io, type Socket } from "socket.io-client";

import type {
  Board,
  ClientToServerEvents,
  JoinGameAck,
  Mark,
  Position,
  ServerToClientEvents,
} from "./tictactoe.events.js";

type Player = Socket<ServerToClientEvents, ClientToServerEvents>;
type Cell = Board[number][number];

declare const process: { argv: string[] };

const open = (url: string): Player => io(url, { transports: ["websocket"], forceNew: true });

/** The winner of a game in which X takes the left column. */
async function play(url: string): Promise<Mark> {
  const players: Record<Mark, Player> = { X: open(url), O: open(url) };
  try {
    const created = await players.X.emitWithAck("create_game");
    if ("error" in created) throw new Error(created.error);
    const joined: JoinGameAck = await players.O.emitWithAck("join_game", {
      game_id: created.game_id,
    });
    if ("error" in joined) throw new Error(joined.error);
    const first: Cell | undefined = joined.board[0]?.[0];
    if (first !== "") throw new Error("the board is not empty");
    const won = new Promise<Mark>((resolve) => {
      players.O.on("game_won", ({ winner }) => resolve(winner));
    });
    const seen: Position[] = [];
    players.O.on("move_made", (position) => seen.push(position));
    const moves: [Mark, number, number][] = [
      ["X", 0, 0], ["O", 1, 0], ["X", 0, 1], ["O", 1, 1], ["X", 0, 2],
    ];
    for (const [mark, x, y] of moves) {
      const { error } = await players[mark].emitWithAck("make_move", {
        game_id: created.game_id, x, y,
      });
      if (error !== undefined) throw new Error(error);
    }
    const winner = await won;
    if (seen.length !== moves.length) throw new Error(`${seen.length} moves were seen`);
    return winner;
  } finally {
    players.X.disconnect();
    players.O.disconnect();
  }
}

console.log(`${await play(process.argv[2] ?? "")} has won`);
