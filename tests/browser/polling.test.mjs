// The Try page where no WebSocket is let through. POLLING, WEBSOCKET and BOTH are consoles of servers
// with these transports; CHROMIUM is the browser's path.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { POLLING, WEBSOCKET, BOTH, CHROMIUM } = process.env;
let browser;
const complaints = [];

before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
});
after(async () => {
  await browser?.close();
});

async function connected(url, transport) {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // The browser says itself that no WebSocket, and no request, was let through.
    if (["error", "warning"].includes(message.type()) && !/socket\.io/.test(message.text() + message.location().url)) complaints.push(message.text());
  });
  await page.goto(`${url}try#main-say`);
  await page.getByLabel("token").fill("x");
  await page.getByLabel("Transport").selectOption({ label: transport });
  await page.locator(".connect [type=submit]").click();
  return page;
}

const chip = (page, text) => page.locator(`.pane-head .chip:text-is("${text}")`).waitFor();
const packet = (page, event) => page.locator(`.packet:has(.packet-name:text-is("${event}"))`).first();

async function emitted(page) {
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.click("#emit");
}

test("where no WebSocket is let through, events, acks and bytes go by long polling", async () => {
  for (const transport of ["Any", "Long polling only"]) {
    const page = await connected(POLLING, transport);
    await chip(page, "Connected, polling");
    await page.fill("#json", '{"text": "hi"}');
    await emitted(page);
    await packet(page, "say").locator(".ack .verdict.ok").waitFor();
    const [said] = await packet(page, "said").locator(".packet-data").allTextContents();
    assert.match(said, /a-text-with-ü-and-\\u001e/);
    const file = join(tmpdir(), "polled.bin");
    writeFileSync(file, Buffer.from([0, 255, 30, 98]));
    await page.click('.pick[data-event="file"]');
    await page.locator("#form-fields input[type=file]").setInputFiles(file);
    await emitted(page);
    await page.locator('.packet:has(.packet-name:text-is("said")) .packet-data:has-text("00ff1e62")').waitFor();
    await page.locator(".pane-head .btn").click();
    await chip(page, "Not connected");
    await page.context().close();
  }
});

test("the server lets go, and the page knows", async () => {
  const page = await connected(POLLING, "Any");
  await chip(page, "Connected, polling");
  await page.fill("#json", '{"text": "go"}');
  await emitted(page);
  await packet(page, "connection").locator(".reason-text:has-text('disconnected by the server')").waitFor();
  await chip(page, "Not connected");
  await page.context().close();
});

test("one transport alone is used where one is chosen, and the other is not", async () => {
  const refused = await connected(POLLING, "WebSocket only");
  await packet(refused, "connection").locator(".reason-text:has-text('No Socket.IO server answers a WebSocket')").waitFor();
  await refused.context().close();
  const unheard = await connected(WEBSOCKET, "Long polling only");
  await packet(unheard, "connection").locator(".reason-text:has-text('No Socket.IO server answers long polling')").waitFor();
  await unheard.context().close();
  for (const [url, transport, words] of [
    [WEBSOCKET, "Any", "Connected"],
    [BOTH, "Any", "Connected"],
    [BOTH, "Long polling only", "Connected, polling"],
  ]) {
    const page = await connected(url, transport);
    await chip(page, words);
    await page.context().close();
  }
});

test("the browser had nothing else to complain of", () => assert.deepEqual(complaints, []));
