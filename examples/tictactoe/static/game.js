/** The game. What the server says enters the page as text, never as HTML. */

import { $, el, svg } from "/asyncapi/static/dom.js";

const ACK_TIMEOUT = 4_000;
const SIZE = [0, 1, 2];
const LINES = [
  ...SIZE.map((y) => SIZE.map((x) => [x, y])),
  ...SIZE.map((x) => SIZE.map((y) => [x, y])),
  SIZE.map((i) => [i, i]),
  SIZE.map((i) => [i, 2 - i]),
];
const emptyBoard = () => SIZE.map(() => ["", "", ""]);

/**
 * The game that this tab plays.
 *
 * @typedef {object} CurrentGame
 * @property {number} number
 * @property {"X" | "O"} mark which of the players this tab is
 * @property {string[][]} board
 * @property {"X" | "O"} turn
 * @property {boolean} over
 * @property {string} [result]
 */

/** Play over a socket; returns what the rest of the page needs of the game. */
export function playOver(socket) {
  /** @type {CurrentGame | undefined} */
  let game;
  /** What the page could not draw; the demo shows it. */
  let failure = "";

  const cells = emptyBoard().map((row, y) => row.map((_, x) => makeCell(x, y)));
  $("#board").append(...cells.flat());
  renderBoard(emptyBoard());

  socket.on("connect", () => {
    // After a reload or a lost connection this takes the own seat again, which is free since.
    const number = game?.over ? undefined : (game?.number ?? invitation());
    if (number !== undefined) joinGame(number);
  });
  socket.on("game_created", ({ game_id: number }) => {
    // Our own game is announced before its ack comes; enter() hides this again.
    $("#lobby-text").textContent = `Game ${number} is open.`;
    $("#lobby-join").value = String(number);
    $("#lobby").hidden = game !== undefined && !game.over;
  });
  socket.on("move_made", ({ game_id: number, board, turn }) => update(number, { board, turn }));
  socket.on("game_won", ({ game_id: number, winner }) => {
    const result = winner === game?.mark ? "You have won!" : `${winner} has won.`;
    update(number, { over: true, result });
  });
  socket.on("game_drawn", ({ game_id: number }) => update(number, { over: true, result: "A draw." }));

  $("#new-game").addEventListener("click", createGame);
  $("#lobby-join").addEventListener("click", ({ target }) => joinGame(Number(target.value)));
  $("#second").addEventListener("click", (event) => {
    if (game) return;
    event.preventDefault();
    showProblem("Start a game first.");
  });
  $("#board").addEventListener("keydown", moveFocus);

  async function createGame() {
    const answer = await ask("create_game");
    if (answer) enter({ ...answer, board: emptyBoard(), turn: "X" });
  }

  async function joinGame(number) {
    const answer = await ask("join_game", { game_id: number });
    if (answer) enter(answer);
  }

  /** Also out of turn and into taken cells: the server is the referee, and says why not. */
  async function play(x, y) {
    if (!game) await createGame();
    if (game && !game.over) await ask("make_move", { game_id: game.number, x, y });
  }

  /** Send a request and show why it failed, if it did: the ack, or nothing when it is an error. */
  async function ask(event, ...args) {
    showProblem("");
    try {
      const [answer] = await socket.requestWithin(ACK_TIMEOUT, event, ...args);
      if (answer?.error === undefined) return answer ?? {};
      // An error of the rules is a sentence; one of the guard is an object.
      showProblem(typeof answer.error === "string" ? answer.error : `Rejected: ${answer.error.code}`);
    } catch (error) {
      showProblem(`${error.message}.`);
    }
    return undefined;
  }

  function enter({ game_id: number, player: mark, board, turn }) {
    game = { number, mark, board, turn, over: false };
    const link = new URL(`/?game=${number}`, location.href);
    history.replaceState(null, "", link);
    $("#second").href = link.href;
    $("#number").textContent = `game ${number}`;
    $("#number").hidden = false;
    $("#lobby").hidden = true;
    render();
  }

  function update(number, change) {
    if (game?.number !== number) return;
    failure = "";
    try {
      Object.assign(game, change);
      render();
    } catch (error) {
      // What a contract promises is not looked at again, so a server that breaks it breaks the page.
      failure = `${error.name}: ${error.message}`;
      showProblem(`This page cannot draw what the server sent. ${failure}`);
    }
  }

  function render() {
    const { mark, board, turn, over, result } = /** @type {CurrentGame} */ (game);
    renderBoard(board);
    const next = turn === mark ? "Your turn." : `${turn} to move.`;
    $("#status").textContent = `${over ? result : next} You are ${mark}.`;
    $("#board").dataset.mine = String(!over && turn === mark);
  }

  function renderBoard(board) {
    const winning = winningCells(board);
    board.forEach((row, y) => row.forEach((mark, x) => renderCell(x, y, mark, winning)));
  }

  function renderCell(x, y, mark, winning) {
    const cell = cells[y][x];
    cell.replaceChildren(...drawing(mark));
    cell.dataset.mark = mark;
    cell.dataset.winning = String(winning.has(cell));
    // Not `disabled`: that would throw the keyboard's focus away with the last move.
    cell.setAttribute("aria-disabled", String(game?.over ?? false));
    cell.setAttribute("aria-label", `Row ${y + 1}, column ${x + 1}: ${mark || "empty"}`);
  }

  function winningCells(board) {
    const line = LINES.find(([[x, y], ...rest]) => {
      return board[y][x] && rest.every(([a, b]) => board[b][a] === board[y][x]);
    });
    return new Set(line?.map(([x, y]) => cells[y][x]));
  }

  function makeCell(x, y) {
    const cell = el("button", { type: "button", className: "cell" });
    cell.addEventListener("click", () => play(x, y));
    return cell;
  }

  /** Arrow keys walk over the board; Tab works as everywhere. */
  function moveFocus(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -3, ArrowDown: 3 }[event.key];
    const at = cells.flat().indexOf(event.target.closest(".cell"));
    const target = cells.flat()[at + step];
    const wraps = Math.abs(step) === 1 && Math.floor(at / 3) !== Math.floor((at + step) / 3);
    if (!target || wraps) return;
    event.preventDefault();
    target.focus();
  }

  return {
    /** The number of a game that this tab plays; one is opened if there is none. */
    async number() {
      if (!game) await createGame();
      return game?.number ?? 1;
    },
    /** What went wrong when the last event was drawn; empty for nothing. */
    takeFailure() {
      const taken = failure;
      failure = "";
      return taken;
    },
  };
}

function showProblem(text) {
  $("#problem").textContent = text;
}

/** The number in `?game=`, if this tab was opened by somebody's link. */
function invitation() {
  const number = Number(new URLSearchParams(location.search).get("game"));
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function drawing(mark) {
  const options = { class: "mark", viewBox: "0 0 24 24", "aria-hidden": "true" };
  if (mark === "X") return [svg("svg", options, svg("path", { d: "M5 5l14 14M19 5L5 19" }))];
  if (mark === "O") return [svg("svg", options, svg("circle", { cx: 12, cy: 12, r: 8 }))];
  return [];
}
