// What people have set in their system: colors of their own, more contrast, less motion. BASE is the
// console of a server; CHROMIUM is the browser's path.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { BASE, CHROMIUM } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
});
after(async () => {
  await browser?.close();
});

async function open(url, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.BOUND ?? 120_000));
  await page.goto(url);
  return page;
}

/** How an element looks, its ground aside: lines around it, its letters, and signs within it. */
const look = (page, selector) =>
  page.locator(selector).first().evaluate((element) => {
    const style = getComputedStyle(element);
    const names = ["outlineStyle", "outlineColor", "borderLeftWidth", "fontWeight", "fontStyle", "textDecorationLine", "color"];
    // A border of the color behind it is not seen.
    const probe = document.createElement("i");
    probe.style.color = "Canvas";
    document.body.append(probe);
    const canvas = getComputedStyle(probe).color;
    probe.remove();
    for (const side of ["Top", "Right", "Bottom", "Left"]) {
      const isSeen = parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Color`] !== canvas;
      element[`seen${side}`] = isSeen && `${style[`border${side}Style`]} ${style[`border${side}Color`]}`;
    }
    const borders = ["Top", "Right", "Bottom", "Left"].map((side) => element[`seen${side}`]);
    return JSON.stringify([names.map((name) => style[name]), borders]);
  });

async function differ(page, one, other) {
  assert.notEqual(await look(page, one), await look(page, other), `${one} looks as ${other} does`);
}

/** The Try page with an event that was accepted, one that was rejected, and a problem. */
async function tried(options) {
  const page = await open(`${BASE}try#main-ping`, options);
  await page.click(".pane [type=submit]");
  await page.locator(".pane-head .chip:text-is('Connected')").waitFor();
  await page.click("#emit[aria-disabled=false]");
  await page.locator(".packet:has(.packet-name:text-is('ping')) .ack .verdict.ok").waitFor();
  await page.click(".pick[data-event=begin]");
  await page.fill("#json", '{\n  "rate": "fast",\n  "seconds": 1\n}');
  await page.locator("#problems button").waitFor();
  await page.click("#anyway");
  await page.locator(".packet.bad .verdict.bad").waitFor();
  return page;
}

for (const scheme of ["light", "dark"]) {
  const forced = { forcedColors: "active", colorScheme: scheme };

  test(`in forced colors, Read shows what is chosen without a ground: ${scheme}`, async () => {
    const page = await open(`${BASE}#main-ping`, forced);
    await page.waitForSelector("#side [href='#main-ping'][aria-current]");
    await differ(page, ".tabs [aria-current]", ".tabs a:not([aria-current])");
    await differ(page, "#side [aria-current]", "#side li > a:not([aria-current])");
    await differ(page, "#main-begin [aria-selected=true]", "#main-begin [aria-selected=false]");
    await differ(page, ".arrow.out", ".arrow.in");
    await page.click("[data-keys]");
    const knob = () => page.evaluate(() => getComputedStyle(document.querySelector(".switch i"), "::after").transform);
    const on = await knob();
    await page.click("dialog [role=switch]");
    await page.waitForFunction((before) => getComputedStyle(document.querySelector(".switch i"), "::after").transform !== before, on);
    const [ground, mark] = await page.evaluate(() => {
      const style = (part) => getComputedStyle(document.querySelector(".switch i"), part).backgroundColor;
      return [style(null), style("::after")];
    });
    assert.notEqual(ground, mark, "the knob of a switch is seen");
    await page.context().close();
  });

  test(`in forced colors, Try shows verdicts, problems and choices without a ground: ${scheme}`, async () => {
    const page = await tried(forced);
    await differ(page, ".packet.bad", ".packet:not(.bad, .warn)");
    await differ(page, "[data-which][aria-pressed=true]", "[data-which][aria-pressed=false]");
    await differ(page, ".pick[aria-pressed=true]", ".pick[aria-pressed=false]");
    await differ(page, "#problems [aria-pressed=true]", ".problems + #clause");
    await differ(page, "#clause .ln.hit", "#clause .ln:not(.hit)");
    await differ(page, "#editor .ln.hit", "#editor .ln:not(.hit)");
    await differ(page, "#emit[aria-disabled=true]", "#anyway");
    assert.equal(await page.locator("#form [aria-invalid=true]").count(), 1);
    await differ(page, "#form [aria-invalid=true]", "#packet-filter");
    for (const verdict of await page.locator(".verdict.ok, .verdict.bad").all()) {
      assert.match(await verdict.textContent(), /\w{6}/);
      assert.equal(await verdict.locator("svg").count(), 1, "a sign and words");
    }
    const text = await page.evaluate(() => getComputedStyle(document.querySelector("#editor textarea")).color);
    assert.match(text, /, 0\)$/, "the letters behind the field are seen once");
    await page.context().close();
  });

  test(`in forced colors, Live tells what was rejected from what was reported: ${scheme}`, async () => {
    const other = await tried();
    const page = await open(`${BASE}live`, forced);
    await page.locator("#violations .violation").first().waitFor();
    await differ(page, "[data-span][aria-pressed=true]", "[data-span][aria-pressed=false]");
    await page.waitForSelector("#chart .chart-bad");
    const height = (selector) => page.locator(selector).first().evaluate((each) => each.getBoundingClientRect().height);
    assert.notEqual(await height(".legend .bad"), await height(".legend .warn"));
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.querySelector("#chart .chart-line")).stroke), "none");
    await other.context().close();
    await page.context().close();
  });
}

test("with less motion nothing moves, and packets come all the same", async () => {
  const page = await tried({ reducedMotion: "reduce" });
  await page.click(".pick[data-event=ping]");
  await page.evaluate(() => {
    window.moved = 0;
    const look = () => {
      window.moved += document.getAnimations().length;
      requestAnimationFrame(look);
    };
    look();
  });
  await page.click("#emit[aria-disabled=false]");
  await page.locator(".packet:has(.packet-name:text-is('ping'))").nth(1).waitFor();
  await page.setViewportSize({ width: 700, height: 900 });
  await page.click("[data-menu]");
  await page.waitForSelector("#side.open");
  assert.equal(await page.evaluate(() => window.moved), 0);
  await page.context().close();
});

for (const contrast of ["more", "no-preference"]) {
  test(`letters have the contrast that is asked for: ${contrast}`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const page = await tried({ contrast, colorScheme, reducedMotion: "reduce", bypassCSP: true });
      const muted = await page.evaluate(() => getComputedStyle(document.querySelector(".foot")).color);
      const ink = await page.evaluate(() => getComputedStyle(document.body).color);
      assert.equal(muted === ink, contrast === "more");
      await page.evaluate(AXE);
      const run = contrast === "more" ? ["color-contrast", "color-contrast-enhanced"] : ["color-contrast"];
      const found = await page.evaluate((values) => axe.run(document, { runOnly: { type: "rule", values } }), run);
      assert.deepEqual(found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html.slice(0, 120)}`)), []);
      await page.context().close();
    }
  });
}
