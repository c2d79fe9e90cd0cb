/** What the Live page makes of the numbers of `live.json`, without any element. */

/** Time spans: seconds that are drawn, and seconds between two questions to the server. */
export const SPANS = {
  minutes: { seconds: 300, every: 2, title: "Last 5 minutes" },
  hour: { seconds: 3600, every: 5, title: "Last hour" },
  all: { seconds: Infinity, every: 10, title: "All of the time" },
};

const MOST_SAMPLES = 800;
const POINTS = 60;
const WIDTHS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/**
 * Samples with those that came later. Old ones become longer, as they do on the server, so that a
 * page can stay open for days.
 */
export function keep(samples, added) {
  const all = [...samples, ...added];
  if (!all.length) return all;
  const now = all.at(-1).at;
  const longest = Math.max(30, (now - all[0].at) / 80);
  const kept = [];
  for (const each of all) {
    const age = now - each.at;
    const most = age < 300 ? 0 : age < 3600 ? 30 : longest;
    const before = kept.at(-1);
    if (before && before.seconds + each.seconds <= most) kept[kept.length - 1] = joined(before, each);
    else kept.push(each);
  }
  return kept.slice(-MOST_SAMPLES);
}

function joined(first, second) {
  const grown = new Map();
  for (const [index, ...counts] of [...first.changes, ...second.changes]) {
    const before = grown.get(index) ?? [0, 0, 0];
    grown.set(index, counts.map((count, at) => count + before[at]));
  }
  const made = { at: second.at, changes: [...grown].map(([index, counts]) => [index, ...counts]) };
  for (const name of ["seconds", "seen", "rejected", "reported"]) made[name] = first[name] + second[name];
  return made;
}

/** The time that is drawn: it ends with a whole point, so that a curve does not change its shape. */
export function frame(span, started, now) {
  const { seconds } = SPANS[span];
  const shown = Number.isFinite(seconds) ? seconds : Math.max(30, now - started);
  const width = Number.isFinite(seconds)
    ? seconds / POINTS
    : (WIDTHS.find((each) => shown / each <= 90) ?? Math.ceil(shown / 90));
  const until = Math.ceil(now / width) * width;
  const count = Number.isFinite(seconds) ? POINTS : Math.ceil((until - (now - shown)) / width);
  return { from: until - count * width, until, width, count };
}

/**
 * Points over time: the rate in each, `null` where nothing was sampled, and its violations.
 *
 * @param {object[]} samples as `live.json` has them
 * @param {{from: number, width: number, count: number}} time what is drawn
 * @param {(sample: object) => number[]} pick seen, rejected and reported of a sample
 * @param {{at: number, verdict: string}[]} known violations whose moments are known
 */
export function points(samples, { from, width, count }, pick, known = []) {
  const made = Array.from({ length: count }, () => ({ seen: 0, covered: 0, rejected: 0, reported: 0 }));
  const place = (at) => made[Math.min(count - 1, Math.floor((at - from) / width))];
  for (const sample of samples) {
    const start = sample.at - sample.seconds;
    if (sample.at <= from || sample.seconds <= 0) continue;
    const [seen, ...broken] = pick(sample);
    for (let at = Math.max(0, Math.floor((start - from) / width)); at < count; at += 1) {
      const left = from + at * width;
      if (left >= sample.at) break;
      const part = Math.min(sample.at, left + width) - Math.max(start, left);
      made[at].covered += part;
      made[at].seen += (seen * part) / sample.seconds;
    }
    for (const [at, verdict] of ["rejected", "reported"].entries()) {
      for (const moment of moments(sample, start, broken[at], verdict, known)) {
        if (moment > from) place(moment)[verdict] += 1;
      }
    }
  }
  return made.map(({ seen, covered, ...broken }) => ({ rate: covered ? seen / covered : null, ...broken }));
}

/** The growth of each event, by its index and then by samples, so that it is searched once. */
export function growths(samples) {
  const found = new Map();
  for (const sample of samples) {
    for (const [index, ...counts] of sample.changes) {
      if (!found.has(index)) found.set(index, new Map());
      found.get(index).set(sample, counts);
    }
  }
  return found;
}

/** When the violations of a sample were: those of unknown moments are spread over its time. */
function* moments(sample, start, amount, verdict, known) {
  let rest = amount;
  for (const each of known) {
    if (rest && each.verdict === verdict && each.at > start && each.at <= sample.at) {
      yield each.at;
      rest -= 1;
    }
  }
  const shown = Math.min(rest, POINTS * 2);
  for (let at = 0; at < shown; at += 1) yield start + ((at + 0.5) / shown) * sample.seconds;
}

/** Round numbers from 0 to at least the highest. */
export function scale(highest) {
  if (!highest) return [0, 1];
  const about = highest / 4;
  const power = 10 ** Math.floor(Math.log10(about));
  const step = [1, 2, 5, 10].find((each) => each * power >= about) * power;
  const steps = Math.ceil(highest / step);
  return Array.from({ length: steps + 1 }, (_, at) => Number((at * step).toPrecision(6)));
}

const keyOf = (namespace, event, fromClient, isAck, queued = false) => JSON.stringify([namespace, event, fromClient, isAck, queued]);

/**
 * The rows of the table, in the document's order: each event, below it its ack, then the others.
 *
 * @param {{namespace: string, event: string, fromClient: boolean, href: string}[]} declared
 * @param {object[]} counted `events` of `live.json`
 */
export function rows(declared, counted) {
  const found = new Map();
  const links = new Map();
  for (const { href, ...event } of declared) {
    const key = keyOf(event.namespace, event.event, event.fromClient, false);
    links.set(key, href);
    found.set(key, { ...event, key, href, isAck: false, index: -1, mode: "", seen: 0, rejected: 0, reported: 0 });
  }
  for (const [index, each] of counted.entries()) {
    // The ack of an event travels the other way.
    const fromClient = (each.direction === "to-server") !== each.ack;
    const { namespace, event, mode, checkpoint, seen, rejected, reported } = each;
    const queued = checkpoint?.startsWith("queue_") ?? false;
    const key = keyOf(namespace, event, fromClient, each.ack, queued);
    const href = links.get(keyOf(namespace, event, fromClient, false)) ?? "";
    found.set(key, { namespace, event, fromClient, href, key, isAck: each.ack, queued, index, mode, checkpoint, seen, rejected, reported });
  }
  const namespaces = [...new Set([...found.values()].map(({ namespace }) => namespace))];
  return namespaces.flatMap((namespace) => {
    const own = [...found.values()].filter((each) => each.namespace === namespace);
    const acks = new Map(own.filter((each) => each.isAck).map((each) => [each.key, each]));
    const events = own.filter((each) => !each.isAck).flatMap((each) => {
      const key = keyOf(namespace, each.event, each.fromClient, true, each.queued);
      const ack = acks.get(key);
      acks.delete(key);
      return ack ? [each, ack] : [each];
    });
    return [...events, ...acks.values()];
  });
}

/** At most so many rows: those with violations and with the most traffic, in their order. */
export function bounded(all, most) {
  if (all.length <= most) return all;
  const weight = ({ seen, rejected, reported }) => (rejected + reported) * 1e9 + seen;
  const taken = new Set([...all].sort((a, b) => weight(b) - weight(a)).slice(0, most));
  return all.filter((each) => taken.has(each));
}

/** Violations that are equal but for their moments, each with its newest and their number. */
export function groups(violations) {
  const found = new Map();
  for (const each of violations) {
    const problems = each.problems.map(({ path, reason, file, pointer }) => [path, reason, file, pointer]);
    const key = JSON.stringify([each.namespace, each.event, each.checkpoint, each.verdict, each.code, each.reason, problems]);
    const group = found.get(key);
    if (group) group.times += 1;
    else found.set(key, { key, newest: each, times: 1 });
  }
  return [...found.values()];
}

const CHECKPOINTS = {
  connect: "The request of a connection",
  receive_event: "An event from a client",
  send_event: "An event that the server emitted",
  send_ack: "The server's ack of an event",
  receive_ack: "A client's ack of an event",
  queue_event: "An event from another process, by the message queue",
  queue_ack: "An ack from another process, by the message queue",
  queue_control: "A message of the message queue",
};

/** What broke the contract, and what became of it. */
export function toldOf({ checkpoint, verdict }) {
  return `${CHECKPOINTS[checkpoint] ?? checkpoint}. It ${verdict === "rejected" ? "was rejected" : "passed, and was reported"}.`;
}

/** Seconds until the next question: longer after each failure, at most a minute. */
export const delay = (every, failures) => Math.min(60, every * 2 ** failures);

export const number = (value) => value.toLocaleString("en-US");

/** A number a second: whole where it is large. */
export const perSecond = (rate) => number(Number(rate.toFixed(rate < 10 ? 1 : 0)));

/** A part of a whole in percent, never rounded to nothing. */
export function percent(part, whole) {
  const value = whole ? (100 * part) / whole : 0;
  return value && value < 0.01 ? "under 0.01 %" : `${Number(value.toFixed(2))} %`;
}

export function clock(at, withSeconds = true) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (withSeconds) options.second = "2-digit";
  return new Date(at * 1000).toLocaleTimeString("en-US", options);
}

/** A moment as people say it now: with its day, if it is another one. */
export function moment(at, now) {
  const day = (time) => new Date(time * 1000).toDateString();
  if (day(at) === day(now)) return clock(at, false);
  const date = new Date(at * 1000).toLocaleDateString("en-US", { day: "numeric", month: "long" });
  return `${clock(at, false)} on ${date}`;
}

/** Labels of the time axis: where each is, from 0 to 1, and its text. */
export function timeLabels(span, { from, until }) {
  if (span === "minutes") return ["5 min ago", "4", "3", "2", "1", "now"].map((text, at) => [at / 5, text]);
  if (span === "hour") return ["60 min ago", "45", "30", "15", "now"].map((text, at) => [at / 4, text]);
  const long = until - from > 86400;
  const text = (at) =>
    long
      ? new Date(at * 1000).toLocaleDateString("en-US", { day: "numeric", month: "short" })
      : clock(at, until - from < 600);
  const made = [0, 0.25, 0.5, 0.75].map((at) => [at, text(from + at * (until - from))]);
  return [...made, [1, "now"]];
}
