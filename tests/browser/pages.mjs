// What tests in a browser share: the browser, pages, what they complain of, axe-core.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before } from "node:test";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const BOUND = Number(process.env.BOUND ?? 120_000);
const contexts = [];
let browser;

/** What pages have complained of: errors of scripts, of the console and of the policy. */
export const complaints = [];

before(async () => {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
});
after(async () => {
  await browser?.close();
});
// Only one page at a time has the focus.
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

/**
 * Open a page.
 *
 * @param {string} url
 * @param {{width?: number, height?: number, expected?: RegExp, prepare?: Function}} options
 *   `expected`: what the browser itself may complain of; `prepare` is called before the page loads
 */
export async function open(url, { width = 1280, height = 900, expected = /^$/, prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", ...options });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(BOUND);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected.test(message.text())) complaints.push(message.text());
  });
  page.on("dialog", (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  await prepare?.(page);
  await page.goto(url);
  return page;
}

/** Nothing scrolls sideways, and axe-core finds nothing; the page was opened with `bypassCSP`. */
export async function isAccessible(page, what) {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${what} scrolls sideways`);
  // What is far from the window is not laid out, and has no places to measure.
  await page.evaluate(() => {
    for (const each of document.querySelectorAll(".event")) each.style.contentVisibility = "visible";
  });
  await page.evaluate(AXE);
  const found = await page.evaluate((runOnly) => axe.run(document, { runOnly, preload: false }), TAGS);
  const told = found.violations.map(({ id, nodes }) => `${id} ${nodes.length} ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
  assert.deepEqual(told, [], what);
}

/** Wait until an element says something. */
export const says = (page, selector, words) => page.locator(selector).filter({ hasText: words }).first().waitFor();

/* The Try page */

export const pane = (page, number = 0) => page.locator(".pane").nth(number);
export const packet = (page, event, number = 0) =>
  pane(page, number).locator(`.packet:has(.packet-name:text-is("${event}"))`).first();
export const chip = (page, number = 0) => pane(page, number).locator(".pane-head .chip");

/** Connect with a token. */
export async function enter(page, token, number = 0) {
  if (token) await pane(page, number).getByLabel("token").fill(token);
  await pane(page, number).locator("[type=submit]").click();
  await pane(page, number).locator(".pane-head .chip:text-is('Connected')").waitFor();
}
