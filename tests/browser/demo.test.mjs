// The demo in a real browser. BASE is the server's URL, PICTURES takes screenshots, CHROMIUM is the
// browser's path.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, test } from "node:test";
import { chromium } from "playwright-core";

const { BASE, PICTURES, CHROMIUM } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const complaints = [];
const contexts = [];
let browser;

before(async () => {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  browser = await chromium.launch({ executablePath: CHROMIUM, args });
});
after(async () => {
  await browser?.close();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

async function open(path = "/", { width = 1280, height = 900, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(BASE + path);
  await page.waitForSelector("#connection[data-state=connected]", { state: "attached" });
  await page.waitForSelector("#lines [data-n='400'], #lines [data-n='300']", { state: "attached" });
  return page;
}

/** Press a mistake, and wait for what comes of it. */
async function choose(page, name) {
  await page.click(`.fault:text-is("${name}")`);
  await page.waitForFunction(
    () => ["rejected", "passed", "failed"].includes(document.querySelector("#answer").dataset.state),
  );
  return page.innerText("#answer");
}

async function switchGuard(page, on) {
  await page.click("#guard");
  await page.waitForSelector(`#guard[aria-checked=${on}]`);
}

/** The lines that are marked, with the reason below each. */
const hits = (page) =>
  page.$$eval("#lines .ln.hit", (lines) => lines.map((line) => [line.textContent.trim(), line.nextSibling.textContent]));

/** X plays in the middle and down left, O up left, as the pictures show it. */
async function playThree(x, options) {
  await x.click("#new-game");
  await x.waitForSelector("#number:not([hidden])");
  const link = new URL(await x.getAttribute("#second", "href"), BASE);
  const o = await open(`/${link.search}`, options);
  await o.waitForSelector("#number:not([hidden])");
  const moves = [[x, 4], [o, 0], [x, 6]];
  for (const [made, [page, cell]] of moves.entries()) {
    await page.locator(".cell").nth(cell).click();
    for (const each of [x, o]) {
      await each.waitForFunction((count) => document.querySelectorAll(".cell .mark").length === count, made + 1);
    }
  }
  return o;
}

test("two tabs play a game to its end, the second by keyboard", async () => {
  const x = await open();
  const o = await playThree(x);
  await o.focus(".cell");
  await o.keyboard.press("ArrowRight");
  await o.keyboard.press("Enter");
  await x.waitForFunction(() => document.querySelectorAll(".cell .mark").length === 4);
  await x.locator(".cell").nth(4).click();
  await x.waitForFunction(() => document.querySelector("#problem").textContent === "That cell is taken.");
  await x.locator(".cell").nth(2).click();
  await x.waitForFunction(() => document.querySelector("#status").textContent.includes("You have won!"));
  await o.waitForFunction(() => document.querySelector("#status").textContent.includes("X has won."));
  assert.equal(await x.locator("#wire li").count(), 6);
});

test("each mistake of a client is rejected, and the document's line says why", async () => {
  const page = await open();
  const lines = {
    "Out of range": "maximum: 2",
    "Missing field": "required: [game_id, x, 'y']",
    "Wrong type": "type: integer",
    "Unknown property": "additionalProperties: false",
    "Everything at once": "minimum: 0",
    "Missing argument": "Move:",
    "Too many arguments": "Move:",
    "Bytes for a number": "make_move:",
    "Unknown event": "messages:",
    "Reserved event": "messages:",
    "Unknown namespace": "address: /",
    "No ack asked for": "maximum: 2",
  };
  const names = await page.locator("#client-faults .fault").allTextContents();
  assert.deepEqual(names, Object.keys(lines));
  for (const name of names) {
    const answer = await choose(page, name);
    assert.match(answer, /Rejected/, `${name}: ${answer}`);
    await page.click("#answer summary:text-is('The server’s log')");
    assert.match(await page.innerText("#answer"), /WARNING asyncapi_guard: rejected (event|connection)/, name);
    const marked = (await hits(page)).map(([line]) => line);
    assert.ok(marked.includes(lines[name]), `${name}: ${marked}`);
  }
});

test("each mistake of the server is stopped, and no player gets it", async () => {
  const page = await open();
  await page.click("[data-side=server]");
  const headlines = {
    "Bad ack": /learns that the server failed, but gets no details/,
    "Bad emit": /raised EmitValidationError. No player received it/,
    "Undeclared emit": /raised EmitValidationError/,
    "Wrong winner": /raised EmitValidationError/,
  };
  for (const [name, headline] of Object.entries(headlines)) {
    const answer = await choose(page, name);
    assert.match(answer, headline, name);
    assert.match(answer, /Rejected/, name);
    assert.equal((await hits(page)).length, 1, name);
  }
  assert.equal(await page.textContent("#problem"), "");
});

test("without the guard everything passes, which every tab says, and the same line is marked", async () => {
  const page = await open();
  const other = await open();
  await switchGuard(page, false);
  await other.waitForSelector("#guard[aria-checked=false]");
  assert.match(await other.textContent("#guard-text"), /accepts everything/);
  const handler = await choose(page, "Out of range");
  assert.match(handler, /Passed, though it breaks the contract/);
  assert.match(handler, /The handler raised IndexError/);
  assert.deepEqual(await hits(page), [["maximum: 2", "/x is more than the maximum of 2"]]);
  await page.click("[data-side=server]");
  assert.match(await choose(page, "Bad ack"), /The client receives it/);
  assert.match(await choose(page, "Bad emit"), /The player’s page fails. TypeError/);
  const broken = await page.textContent("#number");
  await page.click("#new-game");
  await page.waitForFunction((old) => document.querySelector("#number").textContent !== old, broken);
  await choose(page, "Wrong winner");
  assert.match(await page.textContent("#status"), /Z has won/);
  await switchGuard(page, true);
});

test("the console is one click away, and says the same of the guard", async () => {
  const page = await open();
  await page.click("a:text-is('Open the console')");
  await page.waitForSelector("h1:text-is('Tic-tac-toe')");
  assert.match(await page.textContent(".bar"), /Guard on/);
});

for (const [colorScheme, widths] of [["light", [1280, 768, 390, 320]], ["dark", [1280, 768, 390]]]) {
  test(`axe-core finds nothing, and nothing scrolls sideways: ${colorScheme}`, async () => {
    for (const width of widths) {
      const page = await open("/", { width, colorScheme, bypassCSP: true });
      await choose(page, "Everything at once");
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${width}`);
      await page.evaluate(AXE);
      const found = await page.evaluate((runOnly) => axe.run(document, { runOnly }), TAGS);
      const told = found.violations.map(({ id, nodes }) => `${id} ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
      assert.deepEqual(told, [], `${width}`);
    }
  });
}

test("on a phone the answer is in view, with the line below it", async () => {
  const page = await open("/", { width: 390, height: 844 });
  await choose(page, "Unknown property");
  const [headline, row] = [await page.locator(".headline").boundingBox(), await page.locator("#client-faults").boundingBox()];
  assert.ok(row.y > 0 && headline.y + headline.height < 844, JSON.stringify([row, headline]));
});

test("pictures of the page, as the design shows them", async () => {
  const pictures = [
    ["09-demo-1280-light", 1280, 900, "light", "client", "Out of range"],
    ["10-demo-server-fault-1280-dark", 1280, 900, "dark", "server", "Bad ack"],
    ["11-demo-guard-off-768-light", 768, 1024, "light", "client", "Out of range"],
    ["12-demo-390-dark", 390, 844, "dark", "client", "Unknown property"],
  ];
  for (const [name, width, height, colorScheme, side, fault] of pictures) {
    const page = await open("/", { width, height, colorScheme });
    const other = await playThree(page, { width, height, colorScheme });
    // Without the guard, a move out of turn would not get as far as its fault.
    const shown = name.includes("off") ? other : page;
    if (name.includes("off")) await switchGuard(shown, false);
    await shown.click(`[data-side=${side}]`);
    await choose(shown, fault);
    await shown.evaluate(() => document.activeElement?.blur());
    const picture = await shown.screenshot({ path: `${PICTURES}/${name}.png` });
    assert.ok(picture.length > 20_000, name);
    if (name.includes("off")) await switchGuard(shown, true);
  }
});

test("no script failed, and nothing was against the policy", () => {
  assert.deepEqual(complaints, []);
});
