// The Read page in a real browser. BASE serves the chat, HOSTILE a document with markup in each
// string, EDITED the file FILE, GUARDED is a guarded server's; SITE is a folder of files; PICTURES
// takes screenshots; CHROMIUM is the browser's path.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, test } from "node:test";
import { chromium } from "playwright-core";

const { BASE, EDITED, FILE, GUARDED, HOSTILE, SITE, PICTURES, CHROMIUM } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;
const complaints = [];
const contexts = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
});
after(async () => {
  await browser?.close();
});

// Only one page at a time has the focus, which copying needs.
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

async function open(url, { width = 1280, height = 900, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("dialog", (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  await page.goto(url);
  return page;
}

const focused = (page) =>
  page.evaluate(() => document.activeElement.textContent.trim().slice(0, 80) || document.activeElement.id);
/** Where an element is in the window, when nothing moves any more. */
async function settledTop(page, selector) {
  const top = () => page.evaluate((found) => document.querySelector(found).getBoundingClientRect().top, selector);
  for (let before = NaN, now = await top(); before !== now; ) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    [before, now] = [now, await top()];
  }
  return top();
}

test("the filter looks into names, fields and texts, and says how many say it", async () => {
  const page = await open(BASE);
  await page.keyboard.press("/");
  assert.equal(await focused(page), "filter");
  await page.keyboard.type("RETRY_after");
  await page.waitForSelector("#chat-typing[hidden]", { state: "attached" });
  assert.match(await page.textContent("#found-text"), /^\d+ of 24 events and schemas say “RETRY_after”\.$/);
  assert.ok(await page.isVisible("#chat-join_room"));
  assert.ok(!(await page.isVisible("#side [href='#chat-typing']")));
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "join_room");
  await page.fill("#filter", "zeppelin");
  assert.equal(await page.textContent("#found-text"), "None of 24 events and schemas say “zeppelin”.");
  assert.equal(await page.locator("[data-group]:visible").count(), 0);
  await page.click("#clear");
  assert.equal(await page.locator("[data-event]:visible").count(), 24);
  assert.equal(await focused(page), "filter");
  await page.keyboard.press("Escape");
  assert.notEqual(await focused(page), "filter");
});

test("a deep link leads to its event, and the address stays as it is while somebody scrolls", async () => {
  const page = await open(`${BASE}#moderation-mute_member`);
  const top = await settledTop(page, "#moderation-mute_member");
  assert.ok(top > 0 && top < 200, `${top}`);
  await page.waitForSelector("#side [href='#moderation-mute_member'][aria-current]");
  await page.fill("#filter", "zeppelin");
  await page.evaluate(() => (location.hash = "#schema-Member"));
  await page.waitForSelector("#schema-Member:not([hidden])");
  assert.ok((await settledTop(page, "#schema-Member")) < 200);
  assert.equal(await focused(page), "Member");
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, -1_000_000);
  await page.waitForSelector("#side [href='#about'][aria-current]");
  assert.equal(new URL(page.url()).hash, "#schema-Member");
});

test("keys lead through events, tabs and views, and single keys can be switched off", async () => {
  const page = await open(BASE);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the content");
  for (const [key, name] of [["j", "connect"], ["j", "join_room"], ["j", "post_message"], ["k", "join_room"]]) {
    await page.keyboard.press(key);
    assert.equal(await focused(page), name);
  }
  await page.focus("#chat-join_room [role=tab]");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "JavaScript");
  assert.ok(await page.isVisible("#chat-join_room-0-js"));
  assert.ok(!(await page.isVisible("#chat-join_room-0-json")));
  await page.keyboard.press("End");
  assert.equal(await focused(page), "Python");
  await page.keyboard.press("?");
  await page.click("dialog [role=switch]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  assert.equal(await focused(page), "Python");
  await page.keyboard.press("j");
  assert.equal(await focused(page), "Python");
  await page.keyboard.press("?");
  await page.click("dialog [role=switch]");
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.waitForURL(/\/try$/);
});

test("colors follow the system, until somebody chooses others", async () => {
  const page = await open(BASE, { colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.click("[data-theme-switch]");
  assert.notEqual(await ground(), dark);
  await page.reload();
  assert.notEqual(await ground(), dark);
  assert.match(await page.getAttribute("[data-theme-switch]", "aria-label"), /light/);
  await page.click("[data-theme-switch]");
  await page.click("[data-theme-switch]");
  assert.match(await page.getAttribute("[data-theme-switch]", "aria-label"), /system/);
  assert.equal(await ground(), dark);
});

test("what is shown is what is copied", async () => {
  const page = await open(BASE, { permissions: ["clipboard-read", "clipboard-write"] });
  const copied = async (name) => {
    await page.click(`#chat-post_message [role=tab]:text-is("${name}")`);
    await page.click("#chat-post_message [data-copy]");
    await page.waitForFunction(() => document.querySelector("#said").textContent === "Copied");
    await page.evaluate(() => (document.querySelector("#said").textContent = ""));
    return page.evaluate(() => navigator.clipboard.readText());
  };
  assert.deepEqual(JSON.parse(await copied("Example")), { room: "quayside", text: "The 18:40 is on time." });
  assert.match(await copied("JavaScript"), /^const answer = await chat\.emitWithAck\("post_message", \{/);
  assert.match(await copied("TypeScript"), /Socket</);
  await page.selectOption("#chat-post_message [data-variants]", { label: "reply with a mention" });
  assert.match(await copied("Python"), /"mentions": \["u_27"\]/);
});

test("all of a tree unfolds, and folds again", async () => {
  const page = await open(`${BASE}#chat-load_thread`);
  const part = page.locator("#chat-load_thread .part").nth(1);
  await part.locator("[data-expand]").click();
  assert.equal(await part.locator("details:not([open])").count(), 0);
  assert.ok(await part.locator("code:text-is('retry_after')").isVisible());
  assert.equal(await part.locator("[data-expand]").textContent(), "Collapse all");
  await part.locator("[data-expand]").click();
  assert.equal(await part.locator("details[open]").count(), 0);
});

test("on a phone the contents are a drawer that takes the focus, and gives it back", async () => {
  const page = await open(BASE, { width: 390, height: 844 });
  assert.ok(!(await page.isVisible("#side")));
  await page.click("[data-menu]");
  await page.waitForSelector("#side.open");
  assert.equal(await focused(page), "filter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#side:not(.open)", { state: "attached" });
  assert.equal(await page.evaluate(() => document.activeElement.hasAttribute("data-menu")), true);
  await page.click("[data-menu]");
  await page.click("#side [href='#chat-typing']");
  await page.waitForSelector("#side", { state: "hidden" });
  assert.equal(await focused(page), "typing");
});

test("without a script everything is there, and nothing that does nothing", async () => {
  const page = await open(BASE, { javaScriptEnabled: false });
  for (const panel of ["json", "js", "ts", "py"]) assert.ok(await page.isVisible(`#chat-typing-0-${panel}`));
  assert.ok(await page.isVisible("#chat-typing-1-json"));
  for (const control of ["#filter", "[data-copy]", "[data-theme-switch]", "[data-keys]", "[role=tab]"]) {
    assert.ok(!(await page.locator(control).first().isVisible()), control);
  }
  await page.click("#side [href='#schema-Refusal']");
  assert.ok((await page.locator("#schema-Refusal").boundingBox()).y < 200);
});

test("files that are opened from the disk work as the served page does", async () => {
  const page = await open(`file://${SITE}/index.html#chat-typing`);
  await page.waitForSelector("#side [href='#chat-typing'][aria-current]");
  await page.fill("#filter", "moderator");
  assert.match(await page.textContent("#found-text"), /of 24 events/);
  await page.click(".tabs a[data-view=try]");
  await page.waitForURL(/try\.html$/);
});

test("on paper there is the text, unfolded, and no controls", async () => {
  const page = await open(BASE);
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".bar", "#side", "#chat-load_thread .btn"]) {
    assert.ok(!(await page.locator(hidden).first().isVisible()), hidden);
  }
  assert.ok(await page.locator("#chat-load_thread code:text-is('retry_after')").first().isVisible());
});

test("a document with markup in each string is text, at each width", async () => {
  for (const width of [1280, 320]) {
    const page = await open(HOSTILE, { width });
    assert.ok((await page.textContent("h1")).includes("<script>alert(1)</script>"));
    assert.equal(await page.evaluate(() => document.querySelectorAll("main script, main img").length), 0);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    const height = () => page.evaluate(() => document.querySelector("#about .md").offsetHeight);
    const cut = await height();
    await page.click("#about [data-whole]");
    assert.ok((await height()) > 2 * cut, "a long text is cut, and all of it can be shown");
    await page.keyboard.press("/");
    await page.fill("#filter", "<script>alert(1)</script>");
    assert.match(await page.textContent("#found-text"), /say “<script>alert\(1\)<\/script>”/);
  }
});

test("a file that breaks stays as it was on the page, with what is wrong with it", async () => {
  const text = readFileSync(FILE, "utf8");
  await open(EDITED);
  writeFileSync(FILE, text.replace("asyncapi: 3.1.0", "asyncapi: [3.1.0"));
  for (const [path, width] of [["", 1280], ["", 320], ["try", 1280], ["try", 390]]) {
    const page = await open(EDITED + path, { width, bypassCSP: true });
    assert.match(await page.textContent("#faults"), /This is an earlier version\..*edited\.yml:2:\d+ not YAML.*Fix it, save it/s);
    assert.match(await page.title(), /Harbor Chat/);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${width}`);
    await page.evaluate(AXE);
    const found = await page.evaluate(() => axe.run("#faults", { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] }));
    assert.deepEqual(found.violations.map(({ id }) => id), []);
  }
  writeFileSync(FILE, text);
  assert.equal(await (await open(EDITED)).locator("#faults").count(), 0);
});

for (const scheme of ["light", "dark"]) {
  test(`axe-core finds nothing, and nothing scrolls sideways: ${scheme}`, async () => {
    for (const width of [1280, 768, 390, 320]) {
      const page = await open(BASE, { width, colorScheme: scheme, reducedMotion: "reduce", bypassCSP: true });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${width}`);
      // What is far from the window is not laid out, and has no places to measure.
      await page.evaluate(() => {
        for (const each of document.querySelectorAll(".event")) each.style.contentVisibility = "visible";
      });
      await page.evaluate(AXE);
      const found = await page.evaluate(() =>
        axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
      );
      const told = found.violations.map(({ id, nodes }) => `${id} ${nodes.length} ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
      assert.deepEqual(told, [], `${width}`);
      }
  });
}

test("pictures of the page, as the design shows them", async () => {
  await (await open(GUARDED)).waitForSelector(".bar .chip:text-is('Guard on')");
  const pictures = [
    ["01-read-1280-light", "", 1280, 900, "light"],
    ["02-read-1280-dark", "#chat-message_posted", 1280, 900, "dark"],
    ["03-read-390-light", "#chat-post_message", 390, 844, "light"],
  ];
  for (const [name, hash, width, height, colorScheme] of pictures) {
    const page = await open(GUARDED + hash, { width, height, colorScheme, reducedMotion: "reduce" });
    if (hash) await settledTop(page, hash);
    await page.evaluate(() => document.activeElement?.blur());
    const picture = await page.screenshot({ path: `${PICTURES}/${name}.png` });
    assert.ok(picture.length > 20_000, name);
  }
});

test("no script failed, and nothing was against the policy", () => {
  assert.deepEqual(complaints, []);
});
