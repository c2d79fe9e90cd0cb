// The Read page of a thousand events. URL is a folder that is served; CHROMIUM is the browser's path.
// Times are printed, and never judged: what is judged is how much the browser has to do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { URL: url, CHROMIUM } = process.env;
const EVENTS = 1000;
let browser;
let page;
let session;
const complaints = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  page.setDefaultTimeout(Number(process.env.BOUND ?? 120_000));
  page.on("pageerror", (error) => complaints.push(String(error)));
  session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
});
after(async () => {
  await browser?.close();
});

async function measured(act) {
  const now = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const before = await now();
  const result = await act();
  const past = await now();
  const ms = Math.round(1000 * (past.TaskDuration - before.TaskDuration));
  return { result, ms, layouts: past.LayoutCount - before.LayoutCount, nodes: past.Nodes - before.Nodes };
}

const filtered = (text) =>
  page.evaluate(
    (asked) =>
      new Promise((done) => {
        let changed = 0;
        const observer = new MutationObserver((records) => (changed += records.filter(({ attributeName }) => attributeName === "hidden").length));
        observer.observe(document.body, { subtree: true, attributes: true });
        const field = document.querySelector("#filter");
        field.value = asked;
        field.dispatchEvent(new Event("input"));
        requestAnimationFrame(() =>
          setTimeout(() => {
            observer.disconnect();
            done(changed);
          }),
        );
      }),
    text,
  );

test("the page is loaded with few elements and few layouts, and colors what is in view only", async () => {
  const { ms, layouts, nodes } = await measured(() => page.goto(url));
  const { elements, packed, painted, size } = await page.evaluate(() => ({
    elements: document.querySelectorAll("*").length,
    packed: document.querySelectorAll("#main noscript").length,
    painted: document.querySelectorAll(".painted").length,
    size: performance.getEntriesByType("navigation")[0].decodedBodySize,
  }));
  console.log(`figures load: ${ms} ms, ${(size / 1e6).toFixed(1)} MB, ${nodes} nodes, ${elements} elements, ${layouts} layouts`);
  assert.equal(packed, EVENTS);
  assert.ok(elements < 165 * EVENTS, `${elements}`);
  assert.ok(size < 7000 * EVENTS, `${size}`);
  assert.ok(layouts < 50, `${layouts}`);
  assert.ok(painted < 100, `${painted}`);
});

test("a filter changes what is to change, once, and lays out what is in view", async () => {
  await page.focus("#filter");
  const told = [];
  // Both schemas name the events that use them. Each event has its place in the text and in the contents; groups and lines about them are few.
  const most = 2 * EVENTS + 100;
  for (const [text, shown] of [["event_77", 13], ["nothing says this", 0], ["group7", 50], ["", EVENTS + 2], ["event_77", 13], ["", EVENTS + 2]]) {
    const { result: changed, ms, layouts } = await measured(() => filtered(text));
    told.push(`“${text}” ${ms} ms`);
    assert.equal(await page.locator("[data-event]:not([hidden])").count(), shown, text);
    assert.ok(changed <= most, `${changed}`);
    assert.ok(layouts <= 8, `${layouts} layouts for “${text}”`);
  }
  console.log(`figures filter: ${told.join(", ")}`);
});

test("what is far away is reached by its link, and its code by its tab", async () => {
  await page.evaluate(() => (location.hash = "#n7-event_997"));
  await page.locator("#n7-event_997-0-json.painted").waitFor();
  assert.equal(await page.locator("#n7-event_997 noscript").count(), 1);
  await page.click("#n7-event_997 [data-tab=py]");
  const code = page.locator("#n7-event_997 [data-panel=py]");
  await code.waitFor();
  assert.match(await code.textContent(), /^answer = await sio\.call\(/m);
  assert.ok((await code.locator(".w").count()) > 0);
  assert.equal(await page.locator("#n7-event_997 noscript").count(), 0);
  assert.deepEqual(complaints, []);
});
