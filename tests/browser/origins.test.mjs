// A page that wants to use somebody's cookie. PAGE is where it is, TARGET the guarded server, ENTERS
// whether it may, CHROMIUM the browser's path.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { PAGE, TARGET, COOKIE, CHROMIUM } = process.env;
const ENTERS = process.env.ENTERS === "true";
let browser;
let page;

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const context = await browser.newContext();
  await context.addCookies([{ name: "sid", value: COOKIE, url: TARGET }]);
  page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(PAGE);
});
after(async () => {
  await browser?.close();
});

test("over a websocket", async () => {
  const answer = await page.evaluate(
    (target) =>
      new Promise((resolve) => {
        const url = `${target.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`;
        const socket = new WebSocket(url);
        socket.onerror = () => resolve("");
        socket.onmessage = ({ data }) => {
          if (data.startsWith("0")) socket.send("40/cookie,");
          if (data.startsWith("4")) resolve(data);
        };
      }),
    TARGET,
  );
  assert.equal(answer.startsWith("40/cookie,"), ENTERS, answer);
});

for (const headers of [{}, { "X-Forwarded-Host": new URL(PAGE).host }]) {
  test(`over polling ${JSON.stringify(headers)}`, async () => {
    const answer = await page.evaluate(
      async ([target, headers]) => {
        const url = `${target}/socket.io/?EIO=4&transport=polling`;
        const options = { credentials: "include", headers };
        try {
          const opened = await (await fetch(url, options)).text();
          const { sid } = JSON.parse(opened.slice(1));
          const body = "40/cookie,";
          await fetch(`${url}&sid=${sid}`, { ...options, method: "POST", body });
          return await (await fetch(`${url}&sid=${sid}`, options)).text();
        } catch {
          return "";
        }
      },
      [TARGET, headers],
    );
    assert.equal(answer.startsWith("40/cookie,"), ENTERS, answer);
  });
}

test("without an origin to look at", async () => {
  const url = `${TARGET}/socket.io/?EIO=4&transport=polling`;
  const opened = await page.evaluate(
    (source) =>
      new Promise((resolve) => {
        window.___eio = [resolve];
        const script = document.createElement("script");
        script.onerror = () => resolve("");
        script.src = source;
        document.head.append(script);
      }),
    `${url}&j=0`,
  );
  assert.match(opened, /^0\{/, "the page learns the session id");
  const { sid } = JSON.parse(opened.slice(1));
  await fetch(`${url}&sid=${sid}`, { method: "POST", body: "40/cookie," });
  const answer = await (await fetch(`${url}&sid=${sid}`)).text();
  assert.match(answer, /^44\/cookie,.*"unauthorized"/);
});
