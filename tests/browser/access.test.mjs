// The console by keyboard alone, and for screen readers. CHAT is a guarded server's console, DEMO the
// demo, SITE a folder of pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, enter, isAccessible, open, packet, pane, says } from "./pages.mjs";

const { CHAT, DEMO, SITE } = process.env;
const ADA = "ada-s-token";
const WIDTHS = [1280, 768, 390];
const focusedName = (page) => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);

/* axe-core */

for (const colorScheme of ["light", "dark"]) {
  test(`axe-core finds nothing on the Try page, and nothing scrolls sideways: ${colorScheme}`, async () => {
    for (const width of [...WIDTHS, 320]) {
      const page = await open(`${CHAT}try#chat-post_message`, { width, colorScheme, bypassCSP: true });
      await enter(page, ADA);
      await page.click("#add");
      if (width < 700) await page.click("[data-compose=json]");
      await page.fill("#json", '{"room": "Quay Side", "text": ""}');
      await page.locator("#problems button").first().waitFor();
      await page.click("#anyway");
      await packet(page, "post_message").locator(".ack .verdict.bad").waitFor();
      await isAccessible(page, `${width}`);
    }
  });

  test(`axe-core finds nothing on pages that are files: ${colorScheme}`, async () => {
    // The Read page is the one that is served, which has been looked at in all widths.
    const read = colorScheme === "light" ? [1280, 390] : [768];
    for (const [file, widths] of [["index.html", read], ["try.html", WIDTHS]]) {
      for (const width of widths) {
        await isAccessible(await open(`file://${SITE}/${file}`, { width, colorScheme }), `${file} ${width}`);
      }
    }
  });
}

/* Walking through a page with the Tab key */

/** What a screen reader is told of whatever has the focus. */
async function told(session) {
  const { result } = await session.send("Runtime.evaluate", { expression: "document.activeElement" });
  const { nodes } = await session.send("Accessibility.getPartialAXTree", { objectId: result.objectId, fetchRelatives: false });
  const [{ role, name }] = nodes;
  return { role: role?.value ?? "", name: (name?.value ?? "").trim() };
}

/** Where the focus is, and whether people can see that it is there. */
const seen = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    // A file is chosen through its label, which shows the focus of the field.
    const shown = element.matches("input[type=file]") ? element.closest(".drop") : element.matches("textarea#json") ? element.closest(".editor") : element;
    const style = getComputedStyle(shown);
    const { top, bottom, left, right, width, height } = shown.getBoundingClientRect();
    const bar = document.querySelector("header").getBoundingClientRect();
    const isBelowBar = !element.closest("header, .skip, .side") && bottom <= bar.bottom && getComputedStyle(document.querySelector("header")).position === "sticky";
    const places = [".skip", "header", "nav.side", "main", "footer"];
    return {
      what: `${element.tagName} ${element.className} ${element.id} ${element.textContent.trim().slice(0, 40)}`,
      place: places.findIndex((place) => element.closest(place)),
      isMarked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5,
      isInView: width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && !isBelowBar,
      isEnd: element === document.body || element === document.documentElement,
    };
  });

/** Tab from the first stop to the last; each has a name and is seen, and none is visited twice. */
async function walk(page) {
  const session = await page.context().newCDPSession(page);
  const stops = [];
  for (let last = 0; stops.length < 1000; ) {
    await page.keyboard.press("Tab");
    const at = await seen(page);
    if (at.isEnd) break;
    const { role, name } = await told(session);
    assert.ok(name, `${at.what} (${role}) has no name`);
    assert.ok(at.isMarked, `nothing shows that ${at.what} has the focus`);
    assert.ok(at.isInView, `${at.what} has the focus out of view`);
    assert.ok(at.place >= last, `${at.what} comes after something below it`);
    last = at.place;
    stops.push(name);
    if (stops.length === 1) assert.equal(name, "Skip to the content");
  }
  assert.ok(stops.length < 1000, "the focus does not come to an end");
  return stops;
}

for (const width of [1280, 390]) {
  const pages = [["Read", CHAT], ["Try", `${CHAT}try#chat-upload_attachment`], ["Live", `${CHAT}live`], ["demo", DEMO]];
  for (const [name, url] of pages) {
    test(`each stop of the Tab key is seen and has a name: ${name}, ${width}`, async () => {
      const page = await open(url, { width, height: 844 });
      if (name === "Live") await says(page, "#since", "since");
      if (name === "Try") await says(page, "#judged", "Would be");
      if (name === "demo") await page.waitForSelector("#connection[data-state=connected]", { state: "attached" });
      assert.ok((await walk(page)).length > 8);
      assert.equal(await page.locator("main:visible").count(), 1);
      assert.equal(await page.locator("h1:visible").count(), 1);
      for (const nav of await page.locator("nav").all()) assert.ok(await nav.getAttribute("aria-label"));
    });
  }
}

/* Each page without a mouse */

for (const view of ["", "try", "live"]) {
  test(`the skip link leads to the text, and the keys come back from where they led: /${view}`, async () => {
    const page = await open(CHAT + view);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement.closest("main") !== null));
    while (await page.evaluate(() => document.activeElement.matches("input, select, textarea"))) await page.keyboard.press("Tab");
    const opener = await focusedName(page);
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    for (let stop = 0; stop < 5; stop += 1) {
      await page.keyboard.press("Tab");
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null), "Tab leaves the dialog");
    }
    await page.keyboard.press("Escape");
    await page.waitForSelector("dialog", { state: "detached" });
    assert.equal(await focusedName(page), opener);
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "filter");
    await page.keyboard.press("Escape");
    assert.notEqual(await page.evaluate(() => document.activeElement.id), "filter");
  });
}

test("somebody reads without a mouse: an event, its code, its tree, its link", async () => {
  const page = await open(CHAT, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.keyboard.press("/");
  await page.keyboard.type("post_message");
  await page.keyboard.press("Enter");
  assert.equal(await focusedName(page), "post_message");
  await page.keyboard.press("Tab");
  assert.equal(await focusedName(page), "Try it post_message");
  while ((await page.evaluate(() => document.activeElement.getAttribute("role"))) !== "tab") await page.keyboard.press("Tab");
  await page.keyboard.press("End");
  assert.equal(await focusedName(page), "Python");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await says(page, "#said", "Copied");
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /await sio\.call/);
});

test("somebody tries an event without a mouse, and is told what came of it", async () => {
  const page = await open(`${CHAT}try`);
  await page.keyboard.press("/");
  await page.keyboard.type("post_m");
  await page.keyboard.press("Enter");
  await says(page, "h1", "post_message");
  await page.keyboard.press("Escape");
  assert.equal(await page.inputValue("#filter"), "post_m", "to leave a filter is not to clear it");
  await page.locator("#emit[aria-disabled]").waitFor();
  await page.keyboard.press("Control+Enter");
  assert.equal(await page.evaluate(() => document.activeElement.closest(".connect") !== null), true, "to connect comes first");
  await says(page, "#said", "Connect to /chat first");
  while ((await page.evaluate(() => document.activeElement.labels?.[0]?.textContent ?? "")).startsWith("token") === false) await page.keyboard.press("Tab");
  await page.keyboard.type(ADA);
  await page.keyboard.press("Enter");
  await says(page, "#said", "Ada is connected to /chat");
  assert.equal(await focusedName(page), "Disconnect");
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.keyboard.press("Control+Enter");
  await says(page, "#said", /^post_message: accepted\. The acknowledgement came after \d+ ms and was accepted\.$/);
  await page.keyboard.press("p");
  await says(page, "#pause", "Resume");
  await page.keyboard.press("p");
  for (const key of ["/", "Control+A", "Delete", "Escape", "k"]) await page.keyboard.press(key);
  await says(page, "h1", "join_room");
});

test("on a phone the drawer takes the focus and gives it back", async () => {
  const page = await open(`${CHAT}try`, { width: 390, height: 844 });
  await page.focus("[data-menu]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#side.open");
  assert.equal(await page.evaluate(() => document.activeElement.id), "filter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#side:not(.open)", { state: "attached" });
  assert.ok(await page.evaluate(() => document.activeElement.matches("[data-menu]")));
});

/* What is announced */

/** Collect what live regions say from now on. */
const listen = (page) =>
  page.evaluate(() => {
    window.announced = [];
    const regions = document.querySelectorAll("[role=status], [role=alert], [role=log], [aria-live]");
    for (const region of regions) {
      new MutationObserver(() => {
        const text = region.textContent.trim();
        if (text && text !== window.announced.at(-1)) window.announced.push(text);
      }).observe(region, { childList: true, characterData: true, subtree: true });
    }
  });
const announced = (page) => page.evaluate(() => window.announced);

test("a flood of events is not announced, and what somebody sent is, once", async () => {
  const page = await open(`${CHAT}try#chat-join_room`);
  await enter(page, ADA);
  await page.fill("#form-fields [data-path='/room'] input", "a-flood");
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await says(page, "#judged", "Would be accepted");
  await listen(page);
  await page.click("#emit");
  await says(page, ".pane-head .tag", "402 packets");
  await says(page, "#said", "join_room: accepted.");
  // What is being judged anew may be said; a busy machine takes long enough for that.
  const verdicts = ["Checking", "Would be accepted"];
  const heard = (await announced(page)).filter((text) => !verdicts.includes(text));
  assert.equal(heard.length, 1, heard.join(" | "));
  assert.equal(await pane(page).locator(".packets").getAttribute("role"), null);
});

test("a verdict is announced when somebody has stopped typing, and not at each letter", async () => {
  const page = await open(`${CHAT}try#chat-post_message`);
  await says(page, "#judged", "Would be accepted");
  await listen(page);
  await page.focus("#form-fields [data-path='/reply_to'] input");
  await page.keyboard.type("8f14e45f-ceea-4e67-9d7b", { delay: 5 });
  await says(page, "#judged", "Would be rejected: 1 problem");
  const heard = (await announced(page)).filter((text) => text !== "Checking");
  assert.equal(heard.at(-1), "Would be rejected: 1 problem");
  assert.ok(heard.length <= 3, heard.join(" | "));
  const field = page.getByLabel("reply_to");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const described = await field.evaluate((input) => document.getElementById(input.getAttribute("aria-describedby")).textContent);
  assert.equal(described, "is not a valid uuid");
});

test("numbers that change are not announced", async () => {
  const page = await open(`${CHAT}live`);
  await says(page, "#since", "since");
  await listen(page);
  for (let answers = 0; answers < 3; answers += 1) await page.waitForResponse(/live\.json/);
  assert.deepEqual(await announced(page), []);
});

test("no script failed, and nothing was against the policy", () => assert.deepEqual(complaints, []));
