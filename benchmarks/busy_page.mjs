// What two hundred events a second cost a page: its main thread's share, its longest task, and the
// time from a click to what it paints. URL is the console, CHROMIUM the browser, SECONDS how long.

import { createRequire } from "node:module";

const require = createRequire(new URL("../tests/browser/", import.meta.url));
const { chromium } = require("playwright-core");
const { URL: url, CHROMIUM, SECONDS } = process.env;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

const watch = () => {
  const seen = { tasks: [], gaps: [], clicks: [] };
  window.seen = seen;
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ entryTypes: ["longtask"] });
  let last = performance.now();
  const frame = (now) => {
    seen.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  addEventListener(
    "click",
    ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => seen.clicks.push(performance.now() - timeStamp))),
    { capture: true },
  );
};

async function measured(page, buttons) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value;
  };
  await page.evaluate(watch);
  const begun = Date.now();
  const before = await spent();
  for (let at = 0; Date.now() - begun < 1000 * SECONDS; at += 1) {
    await page.click(buttons[at % buttons.length]);
    await page.waitForTimeout(400);
  }
  const share = (100 * ((await spent()) - before)) / ((Date.now() - begun) / 1000);
  const { tasks, gaps, clicks } = await page.evaluate(() => window.seen);
  return { share, task: Math.max(0, ...tasks), gap: Math.max(0, ...gaps), click: Math.max(0, ...clicks) };
}

const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
const page = await context.newPage();
await page.goto(`${url}try#main-begin`);
await page.click(".pane [type=submit]");
await page.locator(".pane-head .chip:text-is('Connected')").waitFor();
await page.fill("#json", '{"rate": 200}');
await page.locator("#judged .verdict.ok").waitFor();
await page.click("#emit");
await page.locator(".packet:has(.packet-name:text-is('tick'))").first().waitFor();
const found = { Try: await measured(page, ["[data-which=in]", "[data-which=all]", ".pick[data-event=ping]", ".pick[data-event=begin]"]) };
const live = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
await live.goto(`${url}live`);
await live.waitForSelector("#events tbody tr");
found.Live = await measured(live, ["[data-only=broken]", "[data-only=all]", "[data-span=hour]", "[data-span=minutes]"]);
await browser.close();
console.log(JSON.stringify(found));
