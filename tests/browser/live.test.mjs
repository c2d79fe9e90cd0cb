// The Live page in a real browser. FLASK and ASGI serve the chat, REPORT with a guard that only
// reports, PAST with five minutes of traffic; PICTURES takes screenshots; CHROMIUM is the browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { FLASK, ASGI, REPORT, PAST, PICTURES, CHROMIUM } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const POST = { room: "quayside", text: "Hi!" };
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

async function open(url, { width = 1280, height = 900, expected = /^$/, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  await context.addCookies([{ name: "staff", value: "yes", url }]);
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.BOUND ?? 120_000));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${url}asyncapi/live`);
  return page;
}

const text = (page, selector, wanted) =>
  page.waitForFunction(([found, words]) => document.querySelector(found)?.textContent.includes(words), [selector, wanted]);
/** The numbers of an event's row. */
const numbers = (page, event) =>
  page.evaluate((name) => {
    const row = [...document.querySelectorAll("#events tr")].find((each) => each.querySelector("a")?.textContent === name);
    return row && [...row.querySelectorAll("td.num")].map((cell) => Number(cell.textContent));
  }, event);
/** Wait for the numbers of an event. */
async function counted(page, event, wanted) {
  const start = Date.now();
  for (;;) {
    const found = await numbers(page, event);
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    assert.ok(Date.now() - start < 120_000, `${event}: ${found}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Connect from the page with the console's own client, and send events. */
const send = (page, events, namespace = "/chat") =>
  page.evaluate(
    async ([sent, place]) => {
      const { Client } = await import("./static/socketio.js");
      window.client ??= new Client(location.href);
      const socket = window.client.socket(place, { auth: { token: "t" } });
      await socket.ready(60_000);
      for (const [event, value] of sent) socket.emit(event, value);
    },
    [events, namespace],
  );

test("pictures of the page, as the design shows them", async () => {
  for (const [name, width, height, colorScheme] of [["07-live-1280-light", 1280, 900, "light"], ["08-live-390-dark", 390, 844, "dark"]]) {
    const page = await open(PAST, { width, height, colorScheme, reducedMotion: "reduce" });
    await page.waitForSelector(".violation[open]");
    const picture = await page.screenshot({ path: `${PICTURES}/${name}.png` });
    assert.ok(picture.length > 20_000, name);
    await page.context().close();
  }
});

for (const [name, base] of [["Flask", FLASK], ["ASGI", ASGI]]) {
  test(`traffic shows up, and a violation leads to its line: ${name}`, async () => {
    const page = await open(base);
    await text(page, "#no-clients", "No client is connected.");
    await page.waitForSelector("#no-violations:text-is('No event has broken the contract.')", { state: "visible" });
    assert.deepEqual(await numbers(page, "post_message"), [0, 0, 0]);
    await page.focus("#events a:has-text('post_message')");
    await send(page, [["post_message", POST], ["post_message", { ...POST, text: "" }], ["<img src=x>", {}]]);
    await counted(page, "post_message", [2, 1, 0]);
    await counted(page, "message_posted", [1, 0, 0]);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "post_message");
    assert.equal(await page.textContent("#rejected"), "2");
    assert.match(await page.getAttribute("#chart", "aria-label"), /2 rejected, 0 reported/);
    assert.equal(await page.locator("#chart .chart-bad").count() > 0, true);
    await text(page, "#clients", "/chat1");
    const violation = page.locator(".violation", { hasText: "post_message" });
    if (!(await violation.getAttribute("open").then((open) => open !== null))) await violation.locator("summary").click();
    assert.match(await violation.locator(".ln.hit").textContent(), /minLength: 1/);
    assert.ok(!(await page.content()).includes("Hi!"));
    assert.ok(await page.isVisible(".violation strong:text-is('<img src=x>')"));
    assert.equal(await page.locator("main img").count(), 0);
    await page.click("[data-only=broken]");
    assert.equal(await page.locator("#events tr:not(.group) th[scope=row]").count(), 2);
    await violation.locator("a", { hasText: "Read about" }).click();
    await page.waitForURL(/\/asyncapi\/#chat-post_message$/);
    assert.ok(await page.isVisible("#chat-post_message h3"));
    await page.context().close();
  });
}

test("a guard that only reports is amber, in the bar and at the event", async () => {
  const page = await open(REPORT);
  assert.ok(await page.isVisible("#weak:has-text('The guard only reports.')"));
  assert.ok(await page.isVisible("#guard:has-text('Guard reports only') .dot.warn"));
  await send(page, [["post_message", { ...POST, text: "" }]]);
  await counted(page, "post_message", [1, 0, 1]);
  assert.ok(await page.isVisible(".violation .verdict.warn:has-text('Reported')"));
  assert.ok(await page.isVisible(".violation .ln.hit.warn"));
  assert.ok(await page.isVisible("tr:has(a:has-text('post_message')) .chip:has-text('reports only')"));
  assert.equal(await page.locator(".bad:not(.legend *, dt *)").count(), 0);
  await page.context().close();
});

test("keys: filter, pause, and what is found", async () => {
  const page = await open(PAST);
  await text(page, "#since", "since");
  await page.keyboard.press("/");
  await page.keyboard.type("moder mute_");
  await text(page, "#said", "1 row");
  assert.ok(await page.isVisible("tr:has(a:has-text('mute_member')) td.warn"));
  await page.fill("#filter", "zeppelin");
  assert.match(await page.textContent("#no-rows"), /^None of \d+ events is called “zeppelin”\.$/);
  await page.fill("#filter", "");
  await page.keyboard.press("Escape");
  await page.keyboard.press("p");
  await text(page, "#state", "Paused at");
  assert.equal(await page.textContent("#pause"), "Resume");
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const before = await page.textContent("#seen");
  await page.waitForTimeout(2500);
  assert.equal(await page.textContent("#seen"), before);
  await page.click("[data-span=all]");
  assert.deepEqual(asked, []);
  await page.keyboard.press("p");
  await page.waitForFunction((old) => document.querySelector("#seen").textContent !== old, before);
  assert.ok(!(await page.isVisible("#state")));
  await page.context().close();
});

test("each time span shows its own time, and is there again the next time", async () => {
  const page = await open(PAST);
  await text(page, "#spark-head", "Last 5 minutes");
  const curve = () => page.getAttribute("#chart .chart-line", "d");
  await page.waitForSelector("#chart .chart-line[d^=M]");
  const minutes = await curve();
  await page.click("[data-span=hour]");
  await text(page, "#spark-head", "Last hour");
  const hour = await curve();
  assert.ok(hour.length < minutes.length / 4, "five minutes are a part of an hour");
  assert.match(await page.textContent("#chart"), /60 min ago/);
  await page.click("[data-span=all]");
  await page.waitForFunction(() => /\d\d:\d\d/.test(document.querySelector("#chart").textContent));
  assert.ok((await curve()).length > hour.length * 4);
  await page.reload();
  await text(page, "#spark-head", "All of the time");
  await page.context().close();
});

test("a server that does not answer, and a session that has ended", async () => {
  const page = await open(FLASK, { expected: /ERR_INTERNET_DISCONNECTED|403/ });
  await page.waitForSelector("#chart text");
  await page.context().setOffline(true);
  await text(page, "#state", "The server does not answer. The numbers are of ");
  await page.context().setOffline(false);
  await page.waitForSelector("#state", { state: "hidden" });
  await page.context().clearCookies();
  await text(page, "#state", "You no longer have access to the console (403)");
  assert.ok(await page.isDisabled("#pause"));
  for (const path of ["live", "live.json"]) {
    assert.equal((await page.request.get(`${FLASK}asyncapi/${path}`)).status(), 403);
  }
  await page.context().close();
});

test("where several processes share the work, the page says so", async () => {
  const page = await open(FLASK);
  let processes = 0;
  await page.route(/live\.json/, async (route) => {
    const response = await route.fetch();
    const data = await response.json();
    await route.fulfill({ json: processes ? { ...data, started: data.started - (processes++ % 2) } : { ...data, several: true } });
  });
  await text(page, "#state", "Several processes share the work of this server, and each counts for itself.");
  processes = 1;
  await text(page, "#state", "The numbers are of the one that answered last.");
  await page.context().close();
});

test("a page that nobody sees asks nothing", async () => {
  const page = await open(FLASK);
  await page.waitForSelector("#chart text");
  const show = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await show(true);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.waitForTimeout(2500);
  assert.deepEqual(asked, []);
  const question = page.waitForRequest(/live\.json\?after=/);
  await show(false);
  await question;
  await page.context().close();
});

for (const scheme of ["light", "dark"]) {
  test(`axe-core finds nothing, and nothing scrolls sideways: ${scheme}`, async () => {
    for (const width of [1280, 768, 390, 320]) {
      const page = await open(PAST, { width, colorScheme: scheme, reducedMotion: "reduce", bypassCSP: true });
      await page.waitForSelector(".violation[open]");
      await page.evaluate(() => document.querySelectorAll(".violation").forEach((each) => (each.open = true)));
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${width}`);
      await page.evaluate(AXE);
      const found = await page.evaluate(() =>
        axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
      );
      const told = found.violations.map(({ id, nodes }) => `${id} ${nodes.length} ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
      assert.deepEqual(told, [], `${width}`);
      await page.context().close();
    }
  });
}

test("without a script the page says why it is empty", async () => {
  const page = await open(PAST, { javaScriptEnabled: false });
  assert.ok(await page.isVisible(":text('This page needs scripts')"));
  assert.ok(!(await page.isVisible("#pause")));
  await page.context().close();
});

test("no script failed, and nothing was against the policy", () => {
  assert.deepEqual(complaints, []);
});
