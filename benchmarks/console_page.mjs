// What a page costs a browser: its main thread's CPU until it is loaded, and for filters.
// URL is the page, CHROMIUM the browser; prints JSON, in milliseconds.

import { createRequire } from "node:module";

const require = createRequire(new URL("../tests/browser/", import.meta.url));
const { chromium } = require("playwright-core");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
const session = await page.context().newCDPSession(page);
await session.send("Performance.enable", { timeDomain: "threadTicks" });

async function spent(act) {
  const now = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
  const before = await now();
  await act();
  return (await now()) - before;
}

const load = await spent(() => page.goto(process.env.URL));
await page.focus("#filter");
const filters = [];
for (const text of ["event_77", "nothing says this", "group7", ""]) {
  filters.push(
    await spent(() =>
      page.evaluate(
        (asked) =>
          new Promise((done) => {
            const field = document.querySelector("#filter");
            field.value = asked;
            field.dispatchEvent(new Event("input"));
            requestAnimationFrame(() => setTimeout(done));
          }),
        text,
      ),
    ),
  );
}
await browser.close();
console.log(JSON.stringify({ load, filter: Math.max(...filters) }));
