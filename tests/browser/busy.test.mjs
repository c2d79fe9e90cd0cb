// The Try and the Live page while a server sends two hundred events a second. BASE is the console
// of that server, SECONDS for how long it sends at least; CHROMIUM is the browser's path. Times are
// printed, and never judged: what is judged is that nothing grows, nothing is lost, and everything
// still works.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { BASE, SECONDS, CHROMIUM } = process.env;
const RATE = 200;
const LEAST = RATE * Number(SECONDS);
let browser;
const complaints = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
});
after(async () => {
  await browser?.close();
});

async function open(url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.BOUND ?? 120_000));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(url);
  return page;
}

/** Long tasks, gaps between frames, the most elements, and times from a click to what it paints. */
const watch = (page) =>
  page.evaluate(() => {
    const seen = { tasks: [], gaps: [], most: 0, clicks: [] };
    window.seen = seen;
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ entryTypes: ["longtask"] });
    let last = performance.now();
    const frame = (now) => {
      seen.gaps.push(now - last);
      last = now;
      seen.most = Math.max(seen.most, document.querySelectorAll(".packet").length);
      seen.frame = requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    addEventListener(
      "click",
      ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => seen.clicks.push(performance.now() - timeStamp))),
      { capture: true },
    );
  });

async function figures(page, name) {
  const { tasks, gaps, clicks, most } = await page.evaluate(() => window.seen);
  const worst = (times) => Math.round(Math.max(0, ...times));
  const part = (times, share) => Math.round([...times].sort((one, other) => one - other)[Math.floor(times.length * share)] ?? 0);
  console.log(
    `figures ${name}: ${tasks.length} tasks over 50 ms, the longest ${worst(tasks)} ms; ` +
      `between frames ${part(gaps, 0.5)} ms, 99 % ${part(gaps, 0.99)} ms, at most ${worst(gaps)} ms; ` +
      `from ${clicks.length} clicks to paint ${part(clicks, 0.5)} ms, at most ${worst(clicks)} ms`,
  );
  return most;
}

const count = async (page) => Number((await page.textContent(".pane-head .tag")).replace(/\D/g, ""));

async function connected() {
  const page = await open(`${BASE}try#main-begin`);
  await page.click(".pane [type=submit]");
  await page.locator(".pane-head .chip:text-is('Connected')").waitFor();
  await page.fill("#json", JSON.stringify({ rate: RATE }));
  await page.locator("#judged .verdict.ok").waitFor();
  return page;
}

/** Have the server stop, which it does after it has sent enough. */
async function stopped(page) {
  await page.waitForFunction((least) => Number(document.querySelector(".pane-head .tag").textContent.replace(/\D/g, "")) > least, LEAST);
  await page.click(".pick[data-event=stop]");
  await page.locator("#judged .verdict.ok").waitFor();
  await page.click("#emit[aria-disabled=false]");
  const end = page.locator(".packet:has(.packet-name:text-is('end'))").first();
  await end.waitFor();
  return Number(await end.locator(".packet-data").textContent());
}

async function exported(page) {
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
  return JSON.parse(readFileSync(await saved.path(), "utf8")).packets;
}

test("packets stream in, and everything on the page still works", async () => {
  const page = await connected();
  await watch(page);
  await page.click("#emit");
  await page.locator(".packet:has(.packet-name:text-is('tick'))").first().waitFor();
  await page.click(".pick[data-event=ping]");
  assert.equal(await page.textContent("#event-name"), "ping");
  await page.click("[data-which=out]");
  assert.deepEqual(await page.locator(".packet-name").allTextContents(), ["begin", "connect"]);
  await page.click("#emit[aria-disabled=false]");
  await page.locator(".packet:has(.packet-name:text-is('ping')) .ack .verdict.ok").waitFor();
  await page.click("[data-which=broken]");
  await page.locator(".packet:has(.packet-name:text-is('tick')) .hit").first().waitFor();
  await page.click("[data-which=all]");
  await page.fill("#packet-filter", "no such event");
  await page.locator(".packets .empty:text-is('No packets match.')").waitFor();
  await page.fill("#packet-filter", "");
  await page.click("#pause");
  const first = await page.textContent(".packet");
  const before = await count(page);
  await page.waitForFunction((past) => Number(document.querySelector(".pane-head .tag").textContent.replace(/\D/g, "")) > past, before + 50);
  assert.match(await page.textContent("#pause"), /Resume \(\d+\)/);
  assert.equal(await page.textContent(".packet"), first);
  await page.click("#pause");
  for (let at = 0; at < 20; at += 1) await page.click(at % 2 ? "[data-which=all]" : "[data-which=in]");
  const amount = await stopped(page);
  const most = await figures(page, "Try");
  assert.ok(most <= 200, `${most} rows`);
  // `connect`, `begin`, `ping`, `stop` and `end` beside the ticks.
  const all = amount + 5;
  await page.locator(`.pane-head .tag:text-is('${all.toLocaleString("en-US")} packets')`).waitFor();
  await page.locator(`.earlier:has-text('${(all - 200).toLocaleString("en-US")} earlier packets aren')`).waitFor();
  assert.equal(await page.locator(".packet").count(), 200);
  const packets = await exported(page);
  const ticks = packets.filter(({ event }) => event === "tick");
  assert.deepEqual(ticks.map(({ args }) => args[0].number), Array.from({ length: amount }, (_, number) => number));
  const of = (wanted) => ticks.filter(({ verdict }) => verdict.verdict === wanted);
  assert.ok(of("not-checked").length > amount / 2);
  assert.ok(of("accepted").length > 20, "what comes slowly enough is checked");
  assert.ok(of("reported").every(({ args }) => args[0].author.name === null));
  const numbers = await page.$$eval(".packet-data", (each) => each.map(({ textContent }) => /"number": (\d+)/.exec(textContent)?.[1]).filter(Boolean).map(Number));
  assert.deepEqual(numbers, numbers.map((_, at) => amount - 1 - at), "newest first");
  await page.context().close();
});

test("the Live page counts what comes, and everything on it still works", async () => {
  const page = await open(`${BASE}live`);
  await page.waitForSelector("#events tbody tr");
  const sender = await connected();
  await watch(page);
  const before = Number((await page.textContent("#seen")).replace(/\D/g, ""));
  await sender.click("#emit");
  await page.bringToFront();
  await page.waitForFunction((least) => Number(document.querySelector("#seen").textContent.replace(/\D/g, "")) > least, before + RATE);
  const elements = () => page.evaluate(() => document.querySelectorAll("*").length);
  await page.click("[data-only=broken]");
  const some = await elements();
  assert.deepEqual(await page.locator("#events tbody .name a").allTextContents(), ["tick"]);
  await page.locator(".violation:has-text('tick')").first().waitFor();
  await page.click("[data-span=hour]");
  await page.click("[data-span=minutes]");
  await page.fill("#filter", "tick");
  await page.waitForFunction((least) => Number(document.querySelector("#seen").textContent.replace(/\D/g, "")) >= least, before + LEAST);
  // Only marks in the drawings are new.
  assert.ok((await elements()) < some + 200);
  await figures(page, "Live");
  await sender.bringToFront();
  await stopped(sender);
  await page.context().close();
  await sender.context().close();
});

test("no script failed, and nothing was against the policy", () => {
  assert.deepEqual(complaints, []);
});
