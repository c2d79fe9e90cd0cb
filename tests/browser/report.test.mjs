// The page of `asyncapi-guard report --format html`. PAGES is a folder of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, isAccessible, open } from "./pages.mjs";

const { PAGES } = process.env;

for (const file of ["many.html", "none.html"]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe-core finds nothing in ${file}, and nothing scrolls sideways: ${colorScheme}`, async () => {
      for (const width of [1280, 768, 320]) {
        const page = await open(`file://${PAGES}/${file}`, { width, colorScheme, bypassCSP: true });
        await isAccessible(page, `${file} ${width}`);
      }
    });
  }
}

test("wide tables can be scrolled by keyboard, and have names", async () => {
  const page = await open(`file://${PAGES}/many.html`, { width: 320 });
  await page.keyboard.press("Tab");
  const [role, name] = await page.evaluate(() => [
    document.activeElement.getAttribute("role"),
    document.getElementById(document.activeElement.getAttribute("aria-labelledby"))?.textContent,
  ]);
  assert.equal(role, "region");
  assert.ok(name.length > 0);
  const at = () => page.evaluate(() => document.activeElement.scrollLeft);
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.activeElement.scrollLeft > 0);
  assert.ok((await at()) > 0);
});

test("what was in a log is text, and the browser complains of nothing", async () => {
  const page = await open(`file://${PAGES}/many.html`);
  assert.equal(await page.evaluate(() => globalThis.evil), undefined);
  assert.equal(await page.locator("script, img").count(), 0);
  assert.match(await page.textContent("body"), /<script>globalThis\.evil = 1<\/script>/);
  assert.deepEqual(complaints, []);
});
