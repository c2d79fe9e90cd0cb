/** The page of the demo: its connection, the guard's switch, and the parts that it joins. */

import { $ } from "/asyncapi/static/dom.js";
import { onKey } from "/asyncapi/static/keys.js";
import "/asyncapi/static/page.js";
import { showContract } from "./contract.js";
import { breakWith } from "./faults.js";
import { playOver } from "./game.js";
import { Client } from "./socketio.js";
import { logPacketsOf } from "./wire.js";

const client = new Client();
logPacketsOf(client);
const socket = client.socket("/");
/** Where the page asks what only the demo tells; see `demo_controls.py`. */
const controls = client.socket("/demo");

/* ---------------------------------------------------------------------------------- connection */

function showConnection(state, text) {
  $("#connection").dataset.state = state;
  $("#connection").textContent = text;
}

socket.on("disconnect", (reason) => showConnection("lost", `Not connected: ${reason}`));
socket.on("connect_error", (error) => showConnection("lost", `Rejected: ${error.message}`));
client.on("reconnecting", (delay) => {
  showConnection("lost", `Connection lost. Reconnecting in ${Math.ceil(delay / 1000)} s…`);
});
client.on("error", (error) => {
  showConnection("lost", `The server sent something unreadable: ${error.message}`);
});

/* ----------------------------------------------------------------------------------- the guard */

const guardSwitch = $("#guard");
const isGuarded = () => guardSwitch.getAttribute("aria-checked") === "true";

function showEdited(text) {
  $("#edited").textContent = text;
  $("#edited").hidden = !text;
}

function showGuard({ guarded, edited }) {
  showEdited(edited);
  guardSwitch.setAttribute("aria-checked", String(guarded));
  $("#guard-text").textContent = guarded
    ? "The server rejects what breaks the contract."
    : "Off: the server accepts everything.";
}

controls.on("connect", async () => {
  const [state] = await controls.request("state");
  showGuard(state);
  showConnection("connected", "Connected");
});
controls.on("guard", showGuard);
guardSwitch.addEventListener("click", () => controls.request("guard", !isGuarded()));
onKey("b", "Switch the guard on or off", () => guardSwitch.click());

/* ---------------------------------------------------------------------------------- everything */

const contract = showContract();
const game = playOver(socket);
breakWith({ client, socket, controls, game, contract, isGuarded, showEdited });
