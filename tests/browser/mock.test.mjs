// A front end of another origin in a real browser, and the console of the mock that it works against.
// PAGE is the front end, MOCK the mock; CHROMIUM is the browser's path.

import assert from "node:assert/strict";
import { test } from "node:test";

import { complaints, open } from "./pages.mjs";

const { PAGE, MOCK } = process.env;

test("a page of another origin works against the mock", async () => {
  const page = await open(PAGE);
  await page.locator("#state:text-is('connected')").waitFor();
  await page.fill("#name", "Ben");
  await page.click("#create");
  await page.locator("#games li").waitFor();
  const game = await page.locator("#answer").textContent();
  assert.match(game, /^Ben plays in \d+$/);
  assert.equal(await page.locator("#games li").textContent(), game.split(" ").at(-1));
  await page.fill("#name", "Ada");
  await page.click("#create");
  await page.locator("#answer:text-is('The name Ada is taken.')").waitFor();
});

test("what the page sends wrong is on the mock's own page", async () => {
  const page = await open(PAGE);
  await page.locator("#state:text-is('connected')").waitFor();
  await page.click("#wrong");
  await page.locator("#answer:text-is('request_validation_error')").waitFor();
  const live = await open(`${MOCK}/asyncapi/live`);
  await live.locator("#violations").getByText("create_game").first().waitFor();
  assert.equal(await live.getByText("sea-green").count(), 0);
});

test("the console sends events to the mock", async () => {
  const page = await open(`${MOCK}/asyncapi/try`);
  const pane = page.locator(".pane").first();
  await pane.locator("[type=submit]").click();
  await pane.locator(".pane-head .chip:text-is('Connected')").waitFor();
});

test("nothing was complained of", () => {
  assert.deepEqual(complaints, []);
});
