// The documentation site, at SITE; screenshots go to the folder SHOTS.

import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, isAccessible, open } from "../browser/pages.mjs";

const { SITE, SHOTS } = process.env;
// One of each kind: with cards, lists, code, tables, definitions, signatures, pictures.
const PAGES = [
  "index", "how-to/index", "how-to/flask", "reference/cli", "reference/profile", "reference/api/guard",
  "explanation/how-it-works", "explanation/performance", "explanation/architecture",
];
const WIDTHS = [1440, 768, 375];

for (const colorScheme of ["light", "dark"]) {
  for (const width of WIDTHS) {
    test(`each kind of page is for everybody: ${width}, ${colorScheme}`, async () => {
      const page = await open(`${SITE}index.html`, { width, colorScheme });
      for (const name of PAGES) {
        await page.goto(`${SITE}${name}.html`);
        await page.screenshot({ path: `${SHOTS}/${name.replaceAll("/", "-")}-${width}-${colorScheme}.png` });
        await isAccessible(page, name);
      }
    });
  }
}

test("the longest page and the list of names are for everybody as well", async () => {
  for (const name of ["reference/rules", "genindex"]) {
    await isAccessible(await open(`${SITE}${name}.html`, { width: 375 }), name);
  }
});

test("the search finds a page, and leads there", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(`${SITE}index.html`, { width: 1440, colorScheme });
    await page.fill("input[name=q]", "MessagePack");
    await page.keyboard.press("Enter");
    const found = page.locator("#search-results li a", { hasText: "Use MessagePack" }).first();
    await found.waitFor();
    await page.screenshot({ path: `${SHOTS}/search-1440-${colorScheme}.png` });
    await isAccessible(page, "search");
    await found.click();
    await page.locator("h1", { hasText: "Use MessagePack" }).waitFor();
  }
});

test("the search finds an option and an error code", async () => {
  for (const [word, title] of [["respond_unhandled", "The guard"], ["handler_timeout", "Error responses"]]) {
    const page = await open(`${SITE}search.html?q=${word}`);
    await page.locator("#search-results li a", { hasText: title }).first().waitFor();
  }
});

test("readers choose light or dark, and the site remembers", async () => {
  const page = await open(`${SITE}index.html`, { width: 1440, colorScheme: "light" });
  const theme = () => page.evaluate(() => document.body.dataset.theme);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  while ((await theme()) !== "dark") await page.locator("button.theme-toggle:visible").click();
  assert.notEqual(await ground(), light);
  await page.goto(`${SITE}explanation/how-it-works.html`);
  assert.equal(await theme(), "dark");
  await isAccessible(page, "dark by choice");
});

test("without a mouse: the skip link, and what is too wide to be seen", async () => {
  const page = await open(`${SITE}explanation/architecture.html`, { width: 375 });
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip to content/);
  const picture = page.locator(".picture-frame");
  await picture.focus();
  const before = await picture.evaluate((each) => each.scrollLeft);
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(([start]) => document.querySelector(".picture-frame").scrollLeft > start, [before]);
});

test("the picture of the modules shows all of them, and none over another", async () => {
  const page = await open(`${SITE}explanation/architecture.html`, { width: 1440 });
  const boxes = await page.evaluate(() =>
    [...document.querySelectorAll(".picture .box")].map((box) => {
      const { x, y, width, height } = box.querySelector("rect").getBBox();
      const texts = [...box.querySelectorAll("text")].map((text) => text.getBBox());
      const fits = texts.every((text) => text.x >= x && text.x + text.width <= x + width);
      return { name: box.textContent, x, y, width, height, fits };
    }),
  );
  assert.ok(boxes.length > 30);
  assert.deepEqual(boxes.filter((box) => !box.fits).map((box) => box.name), [], "wider than its box");
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      assert.ok(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y);
    }
  }
});

test("an old address leads to the page", async () => {
  const page = await open(`${SITE}security.html`);
  await page.waitForURL(/how-to\/security\.html$/);
});

test("no script failed", () => assert.deepEqual(complaints, []));
