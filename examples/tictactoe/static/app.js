/** The page of the tic-tac-toe example. Text from the server enters it as text, never as HTML. */

import { Client, ConnectError } from "./socketio.js";

const LOG_LENGTH = 50;
const ANSWER_TIMEOUT = 4_000;
const LINES = [
  ...[0, 1, 2].map((y) => [0, 1, 2].map((x) => [x, y])),
  ...[0, 1, 2].map((x) => [0, 1, 2].map((y) => [x, y])),
  [0, 1, 2].map((i) => [i, i]),
  [0, 1, 2].map((i) => [i, 2 - i]),
];

/** @param {string} id */
const byId = (id) => /** @type {any} */ (document.getElementById(id));

/**
 * @param {string} tag
 * @param {Record<string, any>} properties
 * @param {(Node | string)[]} children strings become text
 */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const client = new Client();
client.onPacket(logPacket);
client.on("reconnecting", (delay) => {
  showConnection("lost", `Connection lost. Next attempt in ${Math.ceil(delay / 1000)} s`);
});
client.on("error", (error) => showProblem(`The server sent something unreadable: ${error.message}`));

const socket = client.socket("/");

/* ---------------------------------------------------------------------------------- connection */

socket.on("connect", () => {
  showConnection("connected", "Connected");
  // After a reload or a lost connection this takes the own seat again, which is free since.
  const number = game?.over ? undefined : (game?.number ?? invitation());
  if (number !== undefined) joinGame(number);
});
socket.on("disconnect", (reason) => showConnection("lost", `Not connected: ${reason}`));
socket.on("connect_error", (error) => showConnection("lost", `Rejected: ${error.message}`));

function showConnection(state, text) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = text;
}

/** The number in `?game=`, if this tab was opened by somebody's link. */
function invitation() {
  const number = Number(new URLSearchParams(location.search).get("game"));
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/* ---------------------------------------------------------------------------------------- game */

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

/** @type {CurrentGame | undefined} */
let game;

const emptyBoard = () => [0, 1, 2].map(() => ["", "", ""]);
const cells = emptyBoard().map((row, y) => row.map((_, x) => makeCell(x, y)));
byId("board").append(...cells.flat());
renderBoard(emptyBoard());

byId("new-game").addEventListener("click", createGame);
byId("lobby-join").addEventListener("click", (event) => joinGame(Number(event.target.value)));
byId("join-form").addEventListener("submit", (event) => {
  event.preventDefault();
  joinGame(byId("join-number").valueAsNumber);
});
byId("board").addEventListener("keydown", moveFocus);

socket.on("game_created", ({ game_id: number }) => {
  // Our own game is announced before its ack comes; enter() hides this again.
  byId("lobby-text").textContent = `Game ${number} has just been opened.`;
  byId("lobby-join").value = String(number);
  byId("lobby").hidden = game !== undefined && !game.over;
});
socket.on("move_made", ({ game_id: number, board, turn }) => update(number, { board, turn }));
socket.on("game_won", ({ game_id: number, winner }) => {
  const result = winner === game?.mark ? "You have won!" : `${winner} has won.`;
  update(number, { over: true, result });
});
socket.on("game_drawn", ({ game_id: number }) => update(number, { over: true, result: "A draw." }));

async function createGame() {
  const answer = await ask("create_game");
  if (answer) enter({ ...answer, board: emptyBoard(), turn: "X" });
}

/** @param {number} number */
async function joinGame(number) {
  const answer = await ask("join_game", { game_id: number });
  if (answer) enter(answer);
}

/** Also out of turn and into taken cells: the server is the referee, and says why not. */
async function play(x, y) {
  if (game && !game.over) await ask("make_move", { game_id: game.number, x, y });
}

/**
 * Send a request and show why it failed, if it did.
 *
 * @returns {Promise<any>} the acknowledgement, or nothing when it is an error
 */
async function ask(event, ...args) {
  showProblem("");
  try {
    const [answer] = await socket.requestWithin(ANSWER_TIMEOUT, event, ...args);
    if (answer?.error === undefined) return answer ?? {};
    // An error of the rules is a sentence; one of the guard is an object.
    showProblem(typeof answer.error === "string" ? answer.error : describe(answer.error));
  } catch (error) {
    showProblem(`${error.message}.`);
  }
  return undefined;
}

function describe(error) {
  const problems = (error.problems ?? []).map(({ path, message }) => `${path} ${message}`.trim());
  return [`Rejected (${error.code})`, ...problems].join(": ");
}

function enter({ game_id: number, player: mark, board, turn }) {
  game = { number, mark, board, turn, over: false };
  const link = new URL(`?game=${number}`, location.href);
  history.replaceState(null, "", link);
  byId("share-link").href = link.href;
  byId("share-link").textContent = link.href;
  byId("share").hidden = mark !== "X";
  byId("lobby").hidden = true;
  render();
}

/** @param {Partial<CurrentGame>} change */
function update(number, change) {
  if (game?.number !== number) return;
  Object.assign(game, change);
  render();
}

function showProblem(text) {
  byId("problem").textContent = text;
}

function render() {
  const { number, mark, board, turn, over, result } = /** @type {CurrentGame} */ (game);
  const next = turn === mark ? "Your turn." : `${turn}'s turn.`;
  byId("status").textContent = `Game ${number}, you are ${mark}. ${over ? result : next}`;
  byId("board").dataset.mine = String(!over && turn === mark);
  if (over || board.flat().includes("O")) byId("share").hidden = true;
  renderBoard(board);
}

function renderBoard(board) {
  const winning = winningCells(board);
  board.forEach((row, y) => row.forEach((mark, x) => renderCell(x, y, mark, winning)));
}

function renderCell(x, y, mark, winning) {
  const cell = cells[y][x];
  cell.textContent = mark;
  cell.dataset.mark = mark;
  cell.dataset.winning = String(winning.has(cell));
  // Not `disabled`: that would throw the keyboard's focus away with the last move.
  cell.setAttribute("aria-disabled", String(game?.over ?? true));
  cell.setAttribute("aria-label", `Row ${y + 1}, column ${x + 1}: ${mark || "empty"}`);
}

function winningCells(board) {
  const line = LINES.find(([[x, y], ...rest]) => {
    return board[y][x] && rest.every(([a, b]) => board[b][a] === board[y][x]);
  });
  return new Set(line?.map(([x, y]) => cells[y][x]));
}

function makeCell(x, y) {
  const cell = element("button", { type: "button", className: "cell" });
  cell.addEventListener("click", () => play(x, y));
  return cell;
}

/** Arrow keys walk over the board; Tab works as everywhere. */
function moveFocus(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -3, ArrowDown: 3 }[event.key];
  const at = cells.flat().indexOf(event.target);
  const target = cells.flat()[at + step];
  const wraps = Math.abs(step) === 1 && Math.floor(at / 3) !== Math.floor((at + step) / 3);
  if (!target || wraps) return;
  event.preventDefault();
  target.focus();
}

byId("share-copy").addEventListener("click", async ({ target }) => {
  await navigator.clipboard.writeText(byId("share-link").href);
  target.textContent = "Copied";
  setTimeout(() => (target.textContent = "Copy link"), 2_000);
});
// Pages that were not loaded from this machine or over https have no clipboard.
byId("share-copy").hidden = !navigator.clipboard;

/* ----------------------------------------------------------------------------- illegal traffic */

const MOVE = { game_id: 1, x: 0, y: 0 };

const ATTACKS = [
  ["Missing field", "A move without its game", () => request("make_move", { x: 0, y: 0 })],
  ["Wrong type", "The game's number as text", () => request("make_move", { ...MOVE, game_id: "1" })],
  ["Out of range", "Column 3 of 0 to 2", () => request("make_move", { ...MOVE, x: 3 })],
  ["Unknown property", "A move that cheats", () => request("make_move", { ...MOVE, cheat: true })],
  ["Everything at once", "Several faults, one answer", () => request("make_move", { x: -1, y: "0", z: 0 })],
  ["Missing argument", "A move that says nothing", () => request("make_move")],
  ["Too many arguments", "Two moves in one event", () => request("make_move", MOVE, MOVE)],
  ["Binary", "Bytes for a number", () => request("make_move", { ...MOVE, x: new Uint8Array([0]) })],
  ["Unknown event", "Nobody declared delete_game", () => request("delete_game", { game_id: 1 })],
  ["Reserved event", "Running the connect handler", () => request("connect", { admin: true })],
  ["Undeclared namespace", "Entering /admin", enterUndeclaredNamespace],
  ["No ack asked for", "Rejected by an event instead", emitWithoutAck],
];

for (const [title, description, attack] of ATTACKS) {
  const label = element("strong", {}, title);
  const button = element("button", { type: "button" }, label, element("span", {}, description));
  button.addEventListener("click", () => attempt(attack));
  byId("attacks").append(button);
}

async function request(event, ...args) {
  const [answer] = await socket.requestWithin(ANSWER_TIMEOUT, event, ...args);
  return answer;
}

async function enterUndeclaredNamespace() {
  const admin = client.socket("/admin");
  try {
    await admin.ready(ANSWER_TIMEOUT);
    return "entered";
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return { message: error.message, data: error.data };
  } finally {
    admin.close();
  }
}

function emitWithoutAck() {
  return new Promise((resolve, reject) => {
    const stop = socket.on("guard_rejected", (answer) => finish(() => resolve(answer)));
    const late = new Error(`no guard_rejected within ${ANSWER_TIMEOUT} ms`);
    const timer = setTimeout(() => finish(() => reject(late)), ANSWER_TIMEOUT);
    const finish = (settle) => {
      stop();
      clearTimeout(timer);
      settle();
    };
    socket.emit("make_move", { ...MOVE, y: 7 });
  });
}

let attempts = 0;

/** Send illegal traffic, and show both halves of what happened. */
async function attempt(attack) {
  const current = (attempts += 1);
  const frames = [];
  const stop = client.onPacket(({ direction, data }) => {
    if (direction === "out") frames.push(data);
  });
  const answer = attack();
  // Whatever an attack sends, it sends before it begins to wait.
  stop();
  showSent(frames);
  let show;
  try {
    const given = await answer;
    show = () => showAnswer(given);
  } catch (error) {
    show = () => showVerdict("unknown", `No answer: ${error.message}`);
  }
  // The answer to an earlier button must not appear below what a later one has sent.
  if (current === attempts) show();
}

function showSent(frames) {
  byId("outcome").hidden = false;
  byId("no-outcome").hidden = true;
  byId("sent").textContent = frames.map(printable).join("\n") || "(nothing)";
  showVerdict("unknown", "Waiting…");
}

function showAnswer(answer) {
  const error = answer?.error ?? answer?.data?.error;
  if (typeof error === "object") showVerdict("rejected", `Rejected: ${error.code}`);
  else if (answer?.message) showVerdict("rejected", `Rejected: ${answer.message}`);
  else showVerdict("accepted", "Accepted. Is the guard on?");
  byId("raw").textContent = JSON.stringify(answer, null, 2) ?? "(no arguments)";
  const problems = error?.problems ?? [];
  byId("problem-rows").replaceChildren(...problems.map(problemRow));
  byId("problems").hidden = problems.length === 0;
}

function showVerdict(state, text) {
  byId("verdict").dataset.state = state;
  byId("verdict").textContent = text;
  byId("raw").textContent = "";
  byId("problems").hidden = true;
}

function problemRow({ path, keyword, message }) {
  const cell = (tag, text) => element("td", {}, element(tag, {}, String(text)));
  return element("tr", {}, cell("code", path || "(root)"), cell("code", keyword), cell("span", message));
}

/* ----------------------------------------------------------------------------------------- log */

byId("log-clear").addEventListener("click", () => byId("log").replaceChildren());

function logPacket({ direction, data, at }) {
  if (data === "2" || data === "3") return;
  const log = byId("log");
  const time = element("time", { dateTime: at.toISOString() }, at.toLocaleTimeString());
  const way = element("span", { className: "way" }, direction);
  const entry = element("li", {}, time, way, element("code", {}, printable(data)));
  entry.dataset.direction = direction;
  log.prepend(entry);
  while (log.childElementCount > LOG_LENGTH) log.lastElementChild.remove();
}

/** @param {string | Uint8Array} frame */
function printable(frame) {
  if (typeof frame === "string") return frame;
  const bytes = [...frame].map((byte) => byte.toString(16).padStart(2, "0"));
  return `(${frame.length} ${frame.length === 1 ? "byte" : "bytes"}: ${bytes.join(" ")})`;
}
