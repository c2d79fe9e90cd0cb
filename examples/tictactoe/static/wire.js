/** The last packets of the game, as they are on the wire. */

import { $, arrow, el } from "/asyncapi/static/dom.js";

const LENGTH = 6;
/** An Engine.IO message with a Socket.IO packet: type, attachments, namespace, id, data. */
const PACKET = /^4(\d)(?:\d+-)?(?:(\/[^,]*),)?(\d*)(.*)$/s;
const TYPES = { 0: "connect", 1: "disconnect", 3: "ack", 4: "connect_error", 6: "ack" };

/** Show what passes in the game's namespace; the demo's own questions are left out. */
export function logPacketsOf(client) {
  client.onPacket(({ direction, data }) => {
    const packet = typeof data === "string" ? PACKET.exec(data) : undefined;
    if (!packet || packet[2] === "/demo") return;
    const [, type, namespace = "", , body] = packet;
    const [name, text] = TYPES[type] ? [TYPES[type], `${namespace} ${body && oneLine(JSON.parse(body))}`.trim()] : namesOf(body);
    const wire = $("#wire");
    const said = text || "no argument";
    wire.prepend(
      el(
        "li",
        { title: data },
        arrow(direction === "out"),
        el("span", { className: "sr" }, direction === "out" ? "sent" : "received"),
        el("code", {}, name),
        el("span", { className: "tag mono" }, said),
      ),
    );
    while (wire.childElementCount > LENGTH) wire.lastElementChild.remove();
  });
}

function namesOf(body) {
  const [name, ...args] = JSON.parse(body);
  return [name, args.map(oneLine).join(", ")];
}

/** JSON in one line, with room between its parts. */
export function oneLine(value) {
  const lines = JSON.stringify(value, undefined, 1) ?? "";
  return lines.replace(/([[{])\n\s*/g, "$1").replace(/\n\s*([\]}])/g, "$1").replace(/\n\s*/g, " ");
}

/** A frame as people can read it: of an event, its name and its arguments. */
export function printable(frame) {
  if (typeof frame === "string") {
    const packet = PACKET.exec(frame);
    return packet && "25".includes(packet[1]) ? oneLine(JSON.parse(packet[4])) : frame;
  }
  const bytes = [...frame].map((byte) => byte.toString(16).padStart(2, "0"));
  return `<${frame.length} ${frame.length === 1 ? "byte" : "bytes"}: ${bytes.join(" ")}>`;
}
