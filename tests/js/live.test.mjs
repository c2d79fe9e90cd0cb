/* Run with `node --test tests/js/live.test.mjs`. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bounded,
  delay,
  frame,
  groups,
  keep,
  percent,
  points,
  rows,
  scale,
  timeLabels,
} from "../../asyncapi_guard/console/static/live_numbers.js";
import { Polling } from "../../asyncapi_guard/console/static/live_polling.js";

const sample = (at, seconds, seen, rejected = 0, changes = [[0, seen, rejected, 0]]) => ({
  at,
  seconds,
  seen,
  rejected,
  reported: 0,
  changes,
});
const all = ({ seen, rejected, reported }) => [seen, rejected, reported];
const sum = (list, name) => list.reduce((total, each) => total + each[name], 0);

test("a page that is open for days keeps few samples, and loses no count", () => {
  let kept = [];
  for (let at = 20; at <= 200_000; at += 20) kept = keep(kept, [sample(at, 20, 3, at % 1000 ? 0 : 1)]);
  assert.ok(kept.length < 300, `${kept.length}`);
  assert.deepEqual([sum(kept, "seen"), sum(kept, "rejected"), sum(kept, "seconds")], [30_000, 200, 200_000]);
  assert.equal(kept.flatMap(({ changes }) => changes).reduce((total, [, seen]) => total + seen, 0), 30_000);
  assert.ok(kept.slice(-14).every(({ seconds }) => seconds === 20));
});

test("each span ends with a whole point, and has all of its time", () => {
  for (const [span, started, shown] of [["minutes", 0, 300], ["hour", 0, 3600], ["all", 99_000, 1003], ["all", 100_002, 30]]) {
    const { from, until, width, count } = frame(span, started, 100_003);
    assert.equal(until % width, 0);
    assert.ok(until >= 100_003 && until < 100_003 + width && from <= 100_003 - shown + width, span);
    assert.equal((until - from) / width, count);
    assert.ok(count > 10 && count <= 92, `${count}`);
    assert.deepEqual(timeLabels(span, { from, until }).at(-1), [1, "now"]);
  }
});

test("a rate is that of the time that was sampled, and nothing is drawn where none was", () => {
  const time = { from: 0, until: 40, width: 10, count: 4 };
  const made = points([sample(15, 5, 10), sample(35, 20, 40)], time, all);
  assert.deepEqual(made.map(({ rate }) => rate), [null, 2, 2, 2]);
});

test("violations are where they were, or spread over the time in which they were", () => {
  const time = { from: 0, until: 40, width: 10, count: 4 };
  const known = [{ at: 31, verdict: "rejected" }, { at: 32, verdict: "reported" }, { at: 90, verdict: "rejected" }];
  const made = points([sample(40, 40, 10, 3)], time, all, known);
  assert.deepEqual(made.map(({ rejected }) => rejected), [0, 1, 0, 2]);
  assert.equal(sum(made, "reported"), 0);
});

test("an axis has few round numbers", () => {
  assert.deepEqual(scale(0), [0, 1]);
  assert.deepEqual(scale(13), [0, 5, 10, 15]);
  assert.deepEqual(scale(78), [0, 20, 40, 60, 80]);
  assert.deepEqual(scale(0.3), [0, 0.1, 0.2, 0.3]);
  for (const highest of [1, 7, 99, 12_345]) {
    const ticks = scale(highest);
    assert.ok(ticks.at(-1) >= highest && ticks.length >= 3 && ticks.length <= 6, `${ticks}`);
  }
});

test("rows are in the document's order, acks below their events, the others after them", () => {
  const declared = [
    { namespace: "/a", event: "say", fromClient: true, href: "./#a-say" },
    { namespace: "/a", event: "said", fromClient: false, href: "./#a-said" },
    { namespace: "/b", event: "say", fromClient: true, href: "./#b-say" },
  ];
  const counted = (namespace, event, direction, ack, seen = 1) => ({ namespace, event, direction, ack, seen, rejected: 0, reported: 0 });
  const found = rows(declared, [
    counted("(undeclared)", "(undeclared)", "to-server", false),
    counted("/a", "(undeclared)", "to-server", false),
    counted("/a", "say", "to-client", true, 4),
    counted("/a", "said", "to-server", true),
    counted("/a", "say", "to-server", false, 5),
  ]);
  assert.deepEqual(
    found.map(({ namespace, event, isAck, seen, href }) => [namespace, event, isAck, seen, href]),
    [
      ["/a", "say", false, 5, "./#a-say"],
      ["/a", "say", true, 4, "./#a-say"],
      ["/a", "said", false, 0, "./#a-said"],
      ["/a", "said", true, 1, "./#a-said"],
      ["/a", "(undeclared)", false, 1, ""],
      ["/b", "say", false, 0, "./#b-say"],
      ["(undeclared)", "(undeclared)", false, 1, ""],
    ],
  );
});

test("a thousand rows become few, with those that were broken among them", () => {
  const many = Array.from({ length: 1000 }, (_, seen) => ({ seen, rejected: seen === 3 ? 1 : 0, reported: 0 }));
  const shown = bounded(many, 200);
  assert.equal(shown.length, 200);
  assert.deepEqual([shown[0].seen, shown[1].seen, shown.at(-1).seen], [3, 801, 999]);
  assert.equal(bounded(many.slice(0, 200), 200).length, 200);
});

test("equal violations count together, under the newest", () => {
  const one = { namespace: "/", event: "say", checkpoint: "receive_event", verdict: "rejected", code: "c", reason: "r" };
  const problem = (path) => [{ path, reason: "is too long", file: "", pointer: "/x" }];
  const found = groups([
    { ...one, at: 9, problems: problem("/a") },
    { ...one, at: 8, problems: problem("/b") },
    { ...one, at: 7, problems: problem("/a") },
    { ...one, at: 6, problems: problem("/a"), verdict: "reported" },
  ]);
  assert.deepEqual(found.map(({ newest, times }) => [newest.at, times]), [[9, 2], [8, 1], [6, 1]]);
});

test("a part is never rounded to nothing", () => {
  assert.deepEqual([percent(0, 0), percent(0, 9), percent(1, 9), percent(1, 1e6)], ["0 %", "0 %", "11.11 %", "under 0.01 %"]);
});

test("one question at a time, fewer after failures, none while paused or hidden", async ({ mock }) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const turn = () => new Promise((done) => setImmediate(done));
  let asked = 0;
  let answer;
  const polling = new Polling(() => ((asked += 1), new Promise((done) => (answer = done))), 2);
  const after = async (seconds) => {
    mock.timers.tick(seconds * 1000);
    await turn();
    return asked;
  };
  const answered = async (well) => {
    answer(well);
    await turn();
  };
  polling.start();
  polling.start();
  assert.equal(await after(60), 1);
  await answered(true);
  assert.equal(await after(1.9), 1);
  assert.equal(await after(0.1), 2);
  await answered(false);
  assert.equal(await after(3.9), 2);
  assert.equal(await after(0.1), 3);
  await answered(true);
  polling.paused = true;
  assert.equal(await after(60), 3);
  polling.hidden = true;
  polling.paused = false;
  assert.equal(await after(60), 3);
  polling.hidden = false;
  assert.equal(asked, 4);
  polling.hidden = true;
  await answered(true);
  assert.equal(await after(60), 4);
  assert.deepEqual([delay(2, 0), delay(2, 3), delay(2, 100)], [2, 16, 60]);
});
