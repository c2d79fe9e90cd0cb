/**
 * Sequences of what was sent: made of packets, kept as JSON, shared as a link.
 *
 * A sequence is `{name, steps}`; a step is `{as, namespace, event, args, ack, anyway}`. It has no token
 * and no bytes. A value that came with an ack of an earlier step, such as the number of a game, is
 * `{"$ack": "1/game_id"}`: the property of that step's ack.
 */

import { DOTS, mapped, masked } from "./values.js";

const MOST_STEPS = 200;
const LONGEST_LINK = 60_000;
const MARK = "sequence=";

/** The name and the step of a value that an ack has given; `undefined` for any other value. */
export function ackReference(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  if (Object.keys(value).join() !== "$ack" || typeof value.$ack !== "string") return undefined;
  const [, step, name] = /^(\d+)\/(.+)$/s.exec(value.$ack) ?? [];
  return step && { step: Number(step), name };
}

/** A value that is worth to be told apart from others: numbers such as 0 and 1 are everywhere. */
const isTelling = (value) => typeof value === "number" || (typeof value === "string" && value !== "");

/** Arguments in which values that the server made up, in acks, are references to them. */
function referring(args, acks) {
  return mapped(args, (value, name) => {
    if (!name || !isTelling(value)) return undefined;
    const at = acks.findIndex(({ given, sent }) => Object.hasOwn(given, name) && given[name] === value && !sent.includes(JSON.stringify(value)));
    return at < 0 ? undefined : { $ack: `${at + 1}/${name}` };
  });
}

/**
 * A sequence of all that was sent.
 *
 * @param {string} name
 * @param {{name: string, packets: object[]}[]} connections
 */
export function sequenceOf(name, connections) {
  const sent = connections.flatMap(({ name: as, packets }) => packets.filter(({ out, written }) => out && written).map((packet) => [as, packet]));
  sent.sort(([, one], [, other]) => one.at - other.at);
  const acks = [];
  let texts = "";
  const steps = sent.slice(-MOST_STEPS).map(([as, { namespace, event, written, asked, anyway, ack }]) => {
    const step = { as, namespace, event, args: referring(masked(written), acks), ack: Boolean(asked) };
    const [given] = ack?.error ? [] : (ack?.args ?? []);
    // What a client has sent before, the server did not make up.
    texts += JSON.stringify(written);
    acks.push({ given: given !== null && typeof given === "object" && !Array.isArray(given) ? given : {}, sent: texts });
    return anyway ? { ...step, anyway } : step;
  });
  return { name, steps };
}

/** The arguments of a step, with what the acks so far have given. */
export const resolved = (args, acks) =>
  mapped(args, (value) => {
    const reference = ackReference(value);
    return reference && acks[reference.step - 1]?.[reference.name];
  });

/** Whether a step needs a secret that was left out. */
export function needsSecret(args) {
  let found = false;
  mapped(args, (value) => {
    found ||= value === DOTS;
  });
  return found;
}

const isText = (value, most = 1000) => typeof value === "string" && value.length <= most;

/** A sequence that came from somewhere, if it is one; nothing else of it is kept. */
export function asSequence(value) {
  if (!value || !isText(value.name, 200) || !Array.isArray(value.steps) || value.steps.length > MOST_STEPS) return undefined;
  const steps = [];
  for (const each of value.steps) {
    if (!each || !isText(each.as, 100) || !isText(each.namespace) || !isText(each.event) || !Array.isArray(each.args)) return undefined;
    const { as, namespace, event, args } = each;
    steps.push({ as, namespace, event, args: masked(args), ack: each.ack === true, ...(each.anyway === true && { anyway: true }) });
  }
  return { name: value.name, steps };
}

/** The connections of a sequence, each with its namespace, in their order. */
export function connectionsOf({ steps }) {
  const found = new Map();
  for (const { as, namespace } of steps) {
    const key = `${as}\n${namespace}`;
    if (!found.has(key)) found.set(key, { as, namespace });
  }
  return [...found.values()];
}

/** The part of an address, after its `#`, that is a sequence; `undefined` if it is too long. */
export function linkOf(sequence) {
  const bytes = new TextEncoder().encode(JSON.stringify(sequence));
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const link = MARK + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return link.length > LONGEST_LINK ? undefined : link;
}

/** The sequence of such a part, if there is one. */
export function fromLink(hash) {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith(MARK) || text.length > LONGEST_LINK) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text.slice(MARK.length).replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
    return asSequence(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}
