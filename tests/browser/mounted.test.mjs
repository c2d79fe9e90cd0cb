// The console of an ASGI application that is mounted below a path. URL is the console's root,
// CHROMIUM the browser's path.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { URL: ROOT, CHROMIUM } = process.env;
const complaints = [];
const failed = [];
let browser;
let page;

before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  page = await (await browser.newContext({ colorScheme: "light" })).newPage();
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (error) => complaints.push(String(error)));
  // Chromium tells what a policy forbids as errors of the console.
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("response", (response) => response.status() >= 400 && failed.push(response.url()));
  await page.goto(ROOT);
});
after(async () => {
  await browser?.close();
});

test("the page and all that it loads are there", async () => {
  assert.ok(await page.locator("#main-say").isVisible());
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.querySelector("header")).display), "block");
});

test("the filter and the colors work", async () => {
  await page.fill("#filter", "nothing says this");
  await page.locator("#found").waitFor();
  await page.click("#clear");
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await ground();
  await page.click("[data-theme-switch]");
  await page.click("[data-theme-switch]");
  assert.notEqual(await ground(), before);
});

test("the judge answers a page", async () => {
  const found = await page.evaluate(async () => {
    const items = [{ namespace: "/", event: "say", args: [{ text: "too long" }] }];
    const headers = { "Content-Type": "application/json" };
    const response = await fetch("judge", { method: "POST", headers, body: JSON.stringify({ items }) });
    return (await response.json()).verdicts[0].problems[0].path;
  });
  assert.equal(found, "/text");
});

test("links lead to the document and to the other page", async () => {
  for (const [selector, end] of [["dd a[download]", "/asyncapi.yml"], ['nav a[data-view="try"]', "/try"]]) {
    const url = await page.locator(selector).first().evaluate((link) => link.href);
    assert.ok(url.endsWith(end));
    assert.equal((await page.request.get(url)).status(), 200);
  }
});

test("nothing was missing, and the browser had nothing to complain of", () => {
  assert.deepEqual([failed, complaints], [[], []]);
});
