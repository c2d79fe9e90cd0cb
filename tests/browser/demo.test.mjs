// The demo in a real browser. BASE is the server's URL, CHROMIUM the browser's path.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const BASE = process.env.BASE;
const TIMEOUT = 120_000;
let browser;
const complaints = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
after(async () => {
  await browser?.close();
});

async function open(path = "/") {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(TIMEOUT);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(BASE + path);
  await page.waitForSelector("#connection[data-state=connected]");
  return page;
}

test("two tabs play a game to its end", async () => {
  const x = await open();
  await x.click("#new-game");
  await x.waitForSelector("#share:not([hidden])");
  const link = new URL(await x.getAttribute("#share-link", "href"), BASE);
  const o = await open(`/${link.search}`);
  await o.waitForFunction(() => document.querySelector("#board button[aria-disabled=false]"));
  const moves = [
    [x, 0],
    [o, 3],
    [x, 1],
    [o, 4],
    [x, 2],
  ];
  let made = 0;
  for (const [page, cell] of moves) {
    await page.locator("#board button").nth(cell).click();
    made += 1;
    for (const each of [x, o]) {
      await each.waitForFunction(
        (count) =>
          [...document.querySelectorAll("#board button")].filter((b) => b.textContent.trim())
            .length === count,
        made,
      );
    }
  }
  await x.waitForFunction(() => document.querySelector("#status").textContent.includes("won"));
  await o.waitForFunction(() => document.querySelector("#status").textContent.includes("won"));
});

test("every kind of illegal traffic is rejected, and the page says why", async () => {
  const page = await open();
  const buttons = page.locator("#attacks button");
  const count = await buttons.count();
  assert.ok(count >= 8, `${count} buttons`);
  for (let index = 0; index < count; index += 1) {
    const name = await buttons.nth(index).textContent();
    await buttons.nth(index).click();
    await page.waitForFunction(
      () => /"code": "\w+"/.test(document.querySelector("#raw").textContent),
      undefined,
      { timeout: TIMEOUT },
    );
    const answer = JSON.parse(await page.textContent("#raw"));
    assert.match(JSON.stringify(answer), /"problems":\[\{"path":/, name);
    assert.ok((await page.locator("#problem-rows tr").count()) >= 1, name);
    await page.reload();
    await page.waitForSelector("#connection[data-state=connected]");
  }
});

test("nothing broke the content security policy, and no script failed", () => {
  assert.deepEqual(complaints, []);
});
