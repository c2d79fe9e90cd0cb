/** A packet as a row of a log. */

import { arrow, el, verdict } from "./dom.js";
import { clauseOf, colored } from "./lines.js";
import { argsInOneLine, masked } from "./values.js";

/** Reasons of one packet that have their lines with them. */
const WITH_LINES = 1;
const AROUND = 2;

/**
 * How a verdict is shown.
 *
 * @param {object|undefined} judged of the judge; `undefined` while it is asked
 * @param {boolean} arrived it has passed, and can break the contract only after the fact
 */
export function verdictOf(judged, arrived) {
  if (!judged) return ["", "Checking"];
  if (judged.verdict === "accepted") return ["ok", "Accepted"];
  if (judged.verdict === "rejected") return arrived ? ["warn", "Breaks the contract"] : ["bad", "Rejected"];
  if (judged.verdict === "reported") return ["warn", arrived ? "Breaks the contract" : "Reported"];
  if (judged.verdict === "off") return ["", "Not validated"];
  return ["", "Not checked"];
}

function time(at) {
  const [clock, ms] = new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(11, 23).split(".");
  return el("time", { dateTime: at.toISOString() }, clock, el("span", { className: "ms" }, `.${ms}`));
}

const data = (args) => el("code", { className: "packet-data" }, ...colored(argsInOneLine(masked(args))));

/** A problem with fewer lines: a log has little room. */
const near = (problem) => {
  const { line, lines } = problem.clause;
  return { ...problem, clause: { ...problem.clause, lines: lines.filter(({ number }) => Math.abs(number - line) <= AROUND) } };
};

/** The reasons of a verdict, each with its line; the first one also shows the lines around it. */
function reasons(judged, kind, said) {
  if (!judged || ["accepted", "off"].includes(judged.verdict)) return [];
  if (judged.verdict === "not-checked" && said) return [];
  if (judged.verdict === "not-checked") return judged.reason ? [el("p", { className: "tag" }, judged.reason)] : [];
  // What is said of the whole has been said.
  const problems = judged.problems.filter(({ path, reason }) => path || reason !== said);
  if (!problems.length && said) return [];
  if (!problems.length) return [el("ul", { className: "reasons" }, el("li", {}, judged.reason))];
  const list = el(
    "ul",
    { className: "reasons" },
    ...problems.slice(0, 5).map(({ path, reason, file, clause }) =>
      el("li", {}, el("code", {}, path || "(root)"), " ", reason, clause ? el("span", { className: "tag num" }, ` ${file} line ${clause.line}`) : ""),
    ),
    problems.length > 5 || judged.truncated ? el("li", { className: "muted" }, "and more") : "",
  );
  const clauses = problems.filter(({ clause }) => clause).slice(0, WITH_LINES);
  return [list, ...clauses.map((problem) => clauseOf(near(problem), kind))];
}

/** What a guard answers instead of an ack: the object `error` with a code. */
export function guardError(args) {
  const error = args?.length === 1 && args[0]?.error;
  return error && typeof error.code === "string" && typeof error.event === "string" ? error : undefined;
}

function ackRow({ args, ms, judged, late, error }, sent) {
  const head = [el("span", { className: "muted" }, "ack")];
  if (ms !== undefined) head.push(el("span", { className: "took num" }, `${ms} ms`));
  head.push(el("span", { className: "grow" }));
  if (late) return el("div", { className: "ack" }, el("div", { className: "packet-head" }, ...head, el("span", { className: "verdict" }, late)));
  if (error) {
    // What the event itself says is not said again.
    const known = new Set((sent?.problems ?? []).map(({ path, reason }) => `${path}\n${reason}`));
    const own = (error.problems ?? []).filter(({ path, message }) => !known.has(`${path}\n${message}`));
    const told = own.map(({ path, message }) => el("li", {}, el("code", {}, path || "(root)"), ` ${message}`));
    return el(
      "div",
      { className: "ack" },
      el("div", { className: "packet-head" }, ...head, verdict("bad", "Rejected by the server")),
      el("code", { className: "packet-data" }, error.code),
      told.length ? el("ul", { className: "reasons" }, ...told) : "",
    );
  }
  if (!args) return el("div", { className: "ack" }, el("div", { className: "packet-head" }, ...head, el("span", { className: "verdict" }, "Waiting")));
  const [kind, text] = verdictOf(judged, false);
  return el("div", { className: "ack" }, el("div", { className: "packet-head" }, ...head, verdict(kind, text)), data(args), ...reasons(judged, kind));
}

function answerRow({ args, judged, none }) {
  const head = [el("span", { className: "muted" }, none ? "asks for an acknowledgement; no valid answer is known" : "answered")];
  if (none) return el("div", { className: "ack" }, el("div", { className: "packet-head" }, ...head));
  const [kind, text] = verdictOf(judged, false);
  head.push(data(args), el("span", { className: "grow" }), verdict(kind, text));
  return el("div", { className: "ack" }, el("div", { className: "packet-head" }, ...head));
}

/** Whether a packet breaks the contract, or was rejected. */
export function isBroken({ judged, ack, refused, trouble, out }) {
  const broken = (each) => each && ["bad", "warn"].includes(verdictOf(each, !out)[0]);
  return Boolean(broken(judged) || broken(ack?.judged) || ack?.error || refused || trouble);
}

/** The row of a packet; `isNew` lets it arrive visibly. */
export function packetRow(packet, isNew) {
  const { out, event, args, at, judged, ack, answered, anyway, refused, trouble } = packet;
  let [kind, text] = verdictOf(judged, !out);
  if (refused) [kind, text] = ["bad", "Refused"];
  if (trouble) [kind, text] = ["warn", "Connection"];
  const head = el(
    "div",
    { className: "packet-head" },
    arrow(out),
    el("span", { className: "sr" }, out ? "sent" : "received"),
    el("code", { className: "packet-name" }, event),
    anyway ? el("span", { className: "chip" }, "anyway") : "",
    el("span", { className: "grow" }),
    verdict(kind, text),
    time(at),
  );
  const className = ["packet", kind === "ok" ? "" : kind, isNew ? "new" : ""].filter(Boolean).join(" ");
  const said = refused ?? trouble;
  return el(
    "li",
    { className },
    head,
    args?.length ? data(args) : "",
    said ? el("p", { className: "reason-text" }, said) : "",
    ...reasons(judged, kind || "bad", said),
    ack ? ackRow(ack, judged) : "",
    answered ? answerRow(answered) : "",
  );
}

/** A packet for the export: nothing secret, bytes as their number. */
export function exported({ out, event, args, at, judged, ack, answered, anyway, refused, trouble }, name, namespace) {
  const verdictWords = (each) =>
    each && {
      verdict: each.verdict,
      ...(each.code && { code: each.code }),
      ...(each.problems?.length && {
        problems: each.problems.map(({ path, reason, keyword, file, pointer, clause }) => ({ path, reason, keyword, file, pointer, line: clause?.line })),
      }),
    };
  return {
    at: at.toISOString(),
    as: name,
    namespace,
    direction: out ? "to-server" : "to-client",
    event,
    args: masked(args ?? []),
    verdict: verdictWords(judged),
    ...(anyway && { sentAnyway: true }),
    ...(refused && { refused }),
    ...(trouble && { connection: trouble }),
    ...(ack && { ack: { args: masked(ack.args), ms: ack.ms, late: ack.late, error: ack.error && masked(ack.error), verdict: verdictWords(ack.judged) } }),
    ...(answered?.args && { answered: { args: masked(answered.args), verdict: verdictWords(answered.judged) } }),
  };
}

