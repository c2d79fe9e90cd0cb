// Each state of each part of the console, as test_states.py lists them. CHAT, REPORT and QUIET are
// guarded servers; ELSEWHERE shows the chat's document and connects to a server that has no chat;
// TURNS shows the file FILE; SITE and LONG are folders of pages.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { chip, complaints, enter, open, packet, pane, says } from "./pages.mjs";

const { CHAT, REPORT, QUIET, ELSEWHERE, TURNS, FILE, SITE, LONG } = process.env;
const ADA = "ada-s-token";
const color = (locator, property) => locator.evaluate((element, name) => getComputedStyle(element)[name], property);
const judged = (page) => page.locator("#judged .verdict");
/** Answer the judge's questions as `answer` does, from now on. */
const judgeWith = (page, answer) => page.route("**/judge", answer);

/* A filter that finds nothing */

test("filter-finds-nothing-in-read", async () => {
  const page = await open(CHAT);
  await page.fill("#filter", "zeppelin");
  assert.equal(await page.textContent("#found-text"), "None of 24 events and schemas say “zeppelin”.");
  await page.click("button:text-is('Clear the filter')");
  assert.equal(await page.locator("[data-event]:visible").count(), 24);
});

test("filter-finds-nothing-in-try", async () => {
  const page = await open(`${CHAT}try`);
  await page.fill("#filter", "zeppelin");
  await says(page, "#filter-empty", "None of 8 events is called “zeppelin”.");
  assert.equal(await page.locator(".pick:visible").count(), 0);
  await page.click("#filter-empty button:text-is('Clear the filter')");
  assert.equal(await page.locator(".pick[data-event]:visible").count(), 8);
  assert.equal(await page.evaluate(() => document.activeElement.id), "filter");
});

test("filter-finds-nothing-among-packets", async () => {
  const page = await open(`${CHAT}try`);
  await enter(page, ADA);
  await page.fill("#packet-filter", "zeppelin");
  await says(page, ".packets .empty", "No packets match.");
  await page.click(".packets button:text-is('Clear the filter')");
  await packet(page, "connect").waitFor();
  assert.equal(await page.inputValue("#packet-filter"), "");
});

test("filter-finds-nothing-in-live", async () => {
  const page = await open(`${CHAT}live`);
  await says(page, "#since", "since");
  await page.fill("#filter", "zeppelin");
  await says(page, "#no-rows", /^None of \d+ events is called “zeppelin”\.$/);
  await page.click("#clear:text-is('Clear the filter')");
  await says(page, "#events", "post_message");
  assert.equal(await page.evaluate(() => document.activeElement.id), "filter");
});

/* Nothing is there, and nothing is known yet */

test("no-events-in-read", async () => {
  const page = await open(QUIET);
  await says(page, "#about .note", "The document has no events");
  assert.equal(await page.locator("article").count(), 0);
});

test("no-events-in-try", async () => {
  const page = await open(`${QUIET}try`);
  await says(page, "h1:visible", "Nothing to try");
  await says(page, ".empty", "there is no namespace to connect to");
  assert.equal(await page.locator("#composer:visible, .log:visible").count(), 0);
  await page.keyboard.press("Control+Enter");
});

test("no-events-in-live", async () => {
  const page = await open(`${QUIET}live`);
  await says(page, "#no-rows", "The document has no events.");
});

test("no-traffic", async () => {
  const page = await open(`${CHAT}try`);
  await says(page, ".packets .empty", "No traffic yet. Send an event, or wait for the server.");
  await says(page, ".pane-head .tag", "0 packets");
});

test("no-violations-and-no-clients", async () => {
  const page = await open(`${QUIET}live`);
  await says(page, "#no-violations", "No event has broken the contract.");
  await says(page, "#no-clients", "No client is connected.");
  assert.equal(await page.textContent("#rejected"), "0");
});

test("numbers-that-have-not-come-yet", async () => {
  let go;
  const held = new Promise((done) => (go = done));
  const page = await open(`${QUIET}live`, { prepare: (opened) => opened.route("**/live.json*", async (route) => (await held, route.continue())) });
  for (const id of ["seen", "rejected", "reported", "connected"]) assert.equal(await page.textContent(`#${id}`), "–");
  assert.equal(await page.locator("#no-violations:visible, #no-clients:visible, #no-rows:visible").count(), 0);
  go();
  await says(page, "#no-violations", "No event has broken the contract.");
  assert.equal(await page.textContent("#seen"), "0");
});

/* Connections */

test("not-connected", async () => {
  const page = await open(`${CHAT}try#chat-post_message`);
  assert.equal(await chip(page).textContent(), "Not connected");
  for (const label of ["Name", "Namespace", "token", "client"]) assert.ok(await pane(page).getByLabel(label, { exact: false }).first().isVisible(), label);
  await says(page, ".pane legend", "Security: memberToken");
  assert.ok(await pane(page).locator("button:text-is('Without auth')").isVisible());
  assert.equal(await page.textContent("#emit-note"), "Not connected to /chat");
  assert.equal(await page.getAttribute("#emit", "aria-disabled"), "true");
  await page.click("#emit", { force: true });
  assert.equal(await pane(page).getByLabel("Name", { exact: true }).evaluate((field) => field === document.activeElement), true);
});

test("connecting", async () => {
  const page = await open(`${CHAT}try`, { prepare: (opened) => opened.routeWebSocket("**/socket.io/**", () => {}) });
  await pane(page).getByLabel("token").fill(ADA);
  await pane(page).locator("[type=submit]").click();
  await pane(page).locator(".chip:text-is('Connecting')").waitFor();
  await packet(page, "connect").waitFor();
  assert.ok(await pane(page).locator("button:text-is('Disconnect')").isVisible());
  assert.equal(await color(pane(page).locator(".chip .dot"), "backgroundColor"), await color(page.locator("#event-summary"), "color"));
});

test("connection-lost", async () => {
  let cut;
  const page = await open(`${CHAT}try`, {
    prepare: (opened) =>
      opened.routeWebSocket("**/socket.io/**", (socket) => {
        socket.connectToServer();
        cut = () => socket.close();
      }),
  });
  await enter(page, ADA);
  cut();
  await pane(page).locator(".chip", { hasText: /^Lost, next attempt in \d+ s$/ }).waitFor();
  assert.equal(await packet(page, "connect").count(), 1);
  assert.ok(await page.isVisible("#composer"));
  await pane(page).locator(".chip:text-is('Connected')").waitFor();
});

test("connection-refused-by-the-contract", async () => {
  const page = await open(`${CHAT}try`);
  // The judge says where and why after the server has said that it refuses.
  await page.route("**/judge", async (route) => {
    await packet(page, "connect").locator(".verdict.bad:text-is('Refused')").waitFor();
    await route.continue();
  });
  await pane(page).getByLabel("token").fill(ADA);
  await pane(page).getByLabel("client").fill("x".repeat(41));
  await pane(page).locator("[type=submit]").click();
  const refused = packet(page, "connect");
  await refused.locator(".verdict.bad:text-is('Refused')").waitFor();
  await refused.locator(".clause .ln.hit.bad").waitFor();
  assert.match(await refused.locator(".reasons").textContent(), /\/client is longer than 40 characters/);
  assert.match(await refused.locator(".ln.hit").textContent(), /maxLength: 40/);
  assert.equal(await chip(page).textContent(), "Refused");
  assert.equal(await pane(page).getByLabel("client").inputValue(), "x".repeat(41));
  assert.equal(await pane(page).getByLabel("token").inputValue(), ADA);
});

test("connection-refused-by-the-verifier", async () => {
  const page = await open(`${CHAT}try`);
  await pane(page).getByLabel("token").fill("wrong");
  await pane(page).locator("[type=submit]").click();
  await packet(page, "connect").locator(".verdict.bad:text-is('Refused')").waitFor();
  assert.match(await packet(page, "connect").textContent(), /not authorized/);
  assert.equal(await pane(page).getByLabel("token").inputValue(), "wrong");
});

test("disconnected", async () => {
  const page = await open(`${CHAT}try`);
  await enter(page, ADA);
  await pane(page).locator("button:text-is('Disconnect')").click();
  await pane(page).locator(".chip:text-is('Not connected')").waitFor();
  assert.equal(await pane(page).getByLabel("token").inputValue(), ADA);
  await packet(page, "connect").waitFor();
  assert.equal(await pane(page).getByLabel("Name", { exact: true }).evaluate((field) => field === document.activeElement), true);
});

test("namespace-that-the-server-does-not-have", async () => {
  const page = await open(`${ELSEWHERE}try`);
  await pane(page).getByLabel("token").fill(ADA);
  await pane(page).locator("[type=submit]").click();
  await pane(page).locator(".chip:text-is('Refused')").waitFor();
  const refused = packet(page, "connect");
  await refused.locator(".verdict.bad:text-is('Refused')").waitFor();
  assert.ok((await refused.locator(".reason-text").textContent()).length > 5);
});

test("namespace-that-the-document-does-not-have", async () => {
  const sequence = { name: "Lost", steps: [{ as: "Ada", namespace: "/nowhere", event: "say", args: [], ack: false, anyway: false }] };
  const page = await open(`${CHAT}try#sequence=${Buffer.from(JSON.stringify(sequence)).toString("base64url")}`);
  await page.click(".seq button:has-text('Replay')");
  await says(page, "#sequence-told", "Step 1 needs the namespace /nowhere, which the document doesn't have.");
});

test("link-to-an-event-that-is-gone", async () => {
  for (const view of ["", "try"]) {
    const page = await open(`${CHAT}${view}#chat-no_such_event`);
    await says(page, "h1", view ? "join_room" : "Harbor Chat");
  }
});

test("no-server-at-that-address", async () => {
  const page = await open(`file://${SITE}/try.html`, { expected: /127\.0\.0\.1:9\/|ERR_UNSAFE_PORT/ });
  await page.fill("#server-url", "http://127.0.0.1:9/");
  await pane(page).getByLabel("token").fill(ADA);
  await pane(page).locator("[type=submit]").click();
  const told = packet(page, "connection");
  await told.locator(".verdict.warn:text-is('Connection')").waitFor();
  assert.match(await told.textContent(), /No Socket\.IO server answers/);
});

/* The judge */

test("judge-at-work", async () => {
  const page = await open(`${CHAT}try#chat-post_message`);
  await judged(page).filter({ hasText: "Would be accepted" }).waitFor();
  let go;
  const held = new Promise((done) => (go = done));
  await page.clock.install();
  await judgeWith(page, async (route) => (await held, route.continue()));
  await page.fill("#json", '{"room": "quayside", "text": ""}');
  await page.clock.runFor(150);
  assert.equal(await judged(page).textContent(), "Would be accepted");
  await page.clock.runFor(150);
  await judged(page).filter({ hasText: /^Checking$/ }).waitFor();
  go();
  await judged(page).filter({ hasText: "Would be rejected: 1 problem" }).waitFor();
});

test("judge-does-not-answer", async () => {
  const page = await open(`${CHAT}try#chat-typing`, { expected: /ERR_FAILED/ });
  await enter(page, ADA);
  await judgeWith(page, (route) => route.abort());
  await page.fill("#json", '["quayside", false]');
  await judged(page).filter({ hasText: "Not checked: the server does not answer" }).waitFor();
  assert.equal(await judged(page).getAttribute("class"), "verdict ");
  assert.equal(await page.getAttribute("#emit", "aria-disabled"), "false");
  await page.click("#emit");
  await packet(page, "typing").locator(".verdict:text-is('Not checked')").waitFor();
});

test("nobody-judges-a-site-of-files", async () => {
  const page = await open(`file://${SITE}/try.html#chat-post_message`);
  await judged(page).filter({ hasText: "Not checked: there is no server here to ask" }).waitFor();
  await says(page, ".bench .note", "nothing validates what you type");
});

test("more-traffic-than-the-judge-answers", async () => {
  const page = await open(`${CHAT}try#chat-join_room`);
  await enter(page, ADA);
  await page.fill("#form-fields [data-path='/room'] input", "a-flood");
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.click("#emit");
  const unchecked = pane(page).locator(".packet", { hasText: "more than 20 a second" }).first();
  await unchecked.locator(".verdict:text-is('Not checked')").waitFor();
  assert.equal(await pane(page).locator(".packet").count() <= 200, true);
});

test("would-be-rejected", async () => {
  const page = await open(`${CHAT}try#chat-post_message`);
  await enter(page, ADA);
  await page.getByLabel("reply_to").fill("8f14e45f-ceea");
  await judged(page).filter({ hasText: "Would be rejected: 1 problem" }).waitFor();
  assert.equal(await judged(page).getAttribute("class"), "verdict bad");
  assert.equal(await page.getAttribute("#emit", "aria-disabled"), "true");
  assert.ok(await page.isVisible("#anyway:text-is('Send anyway')"));
  await page.click("#emit", { force: true });
  assert.equal(await page.evaluate(() => document.activeElement.closest("#problems") !== null), true);
  assert.equal(await packet(page, "post_message").count(), 0);
});

test("text-that-is-no-json", async () => {
  const page = await open(`${CHAT}try#chat-post_message`);
  await page.fill("#json", '{\n  "room": quayside\n}');
  await says(page, "#problems button", "line 2");
  await says(page, "#problems button", "column 11: expected a value");
  assert.equal(await page.getByLabel("room").inputValue(), "quayside");
  assert.ok(Number(await color(page.locator("#form-fields"), "opacity")) < 1);
  await says(page, "#judged", "No JSON");
});

test("event-of-another-name", async () => {
  const page = await open(`${CHAT}try`);
  await page.click(".pick.words");
  await page.getByLabel("Name of the event").fill("post_msg");
  await judged(page).filter({ hasText: "Would be rejected: 1 problem" }).waitFor();
  await says(page, "#problems", "Did you mean post_message?");
});

/* Acknowledgements */

test("ack-that-does-not-come", async () => {
  const page = await open(`${CHAT}try#chat-post_message`, {
    prepare: (opened) =>
      opened.routeWebSocket("**/socket.io/**", (socket) => {
        const server = socket.connectToServer();
        server.onMessage((message) => String(message).startsWith("43") || socket.send(message));
      }),
  });
  await enter(page, ADA);
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.click("#emit");
  const late = packet(page, "post_message").locator(".ack .verdict");
  await late.filter({ hasText: /^no acknowledgement within 4 s$/ }).waitFor();
  assert.equal(await late.getAttribute("class"), "verdict");
});

test("ack-that-is-rejected", async () => {
  const page = await open(`${CHAT}try#chat-load_thread`);
  await enter(page, ADA);
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.click("#emit");
  const sent = packet(page, "load_thread");
  await sent.locator(".ack .verdict.bad").waitFor();
  await sent.locator(":scope > .packet-head .verdict.ok:text-is('Accepted')").waitFor();
  assert.match(await sent.locator(".ack").textContent(), /response_validation_error/);
});

/* The log */

test("log-that-is-paused", async () => {
  const page = await open(`${CHAT}try#chat-join_room`);
  await enter(page, ADA);
  await packet(page, "connect").waitFor();
  await page.click("#pause");
  await says(page, "#pause", "Resume");
  await page.fill("#form-fields [data-path='/room'] input", "a-flood");
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.click("#emit");
  await says(page, "#pause", "Resume (401)");
  assert.equal(await pane(page).locator(".packet").count(), 1);
  await page.click("#pause");
  await says(page, "#pause", /^Pause$/);
  await pane(page).locator(".packet").nth(199).waitFor(); // some in each frame
  assert.equal(await pane(page).locator(".packet").count(), 200);
  await page.fill("#packet-filter", "join_room");
  await packet(page, "join_room").waitFor();
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
  assert.equal(JSON.parse(readFileSync(await saved.path(), "utf8")).packets.length, 402);
});

test("bytes-and-several-arguments", async () => {
  const page = await open(`${CHAT}try#chat-upload_attachment`);
  assert.deepEqual(await page.locator("#form-fields legend").allTextContents(), ["1. about", "2. content"]);
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array([0xff, 0xd8, 0xff, 0xe0])], "pier.jpg"));
    return transfer;
  });
  await page.dispatchEvent(".drop", "drop", { dataTransfer: data });
  await says(page, ".drop", "pier.jpg 4 bytes");
  await says(page, ".drop .mono", "ff d8 ff e0");
  const [about, file, ...more] = JSON.parse(await page.inputValue("#json"));
  assert.deepEqual([typeof about, file, more], ["object", { $bytes: "pier.jpg" }, []]);
});

test("bytes-that-are-not-loaded", async () => {
  const page = await open(`${CHAT}try#chat-upload_attachment`);
  await page.fill("#json", '[{"name": "a", "media_type": "image/png"}, {"$bytes": "other.png"}]');
  await says(page, "#problems button", "“other.png” isn't loaded in this tab; choose the file");
  await says(page, ".drop", "isn't loaded in this tab");
});

/* The guard and the document */

test("guard-that-only-reports", async () => {
  for (const [width, view] of [[1280, ""], [390, ""], [1280, "try"], [390, "live"]]) {
    const page = await open(`${REPORT}${view}`, { width, height: 844 });
    assert.ok(await page.isVisible(".bar .chip:has-text('Guard reports only') .dot.warn"), `${view} ${width}`);
  }
  const page = await open(`${REPORT}try#chat-post_message`);
  await enter(page, ADA);
  await page.getByLabel("reply_to").fill("8f14e45f-ceea");
  await page.locator("#judged .verdict.warn:text-is('Would be reported: 1 problem')").waitFor();
  await page.locator("#problems.warn, #clause .hit.warn").first().waitFor();
  assert.equal(await page.isVisible("#anyway"), false);
  assert.equal(await page.locator("#composer .bad:visible").count(), 0);
});

test("event-that-is-only-reported", async () => {
  const read = await open(`${CHAT}#moderation-mute_member`);
  await says(read, "#moderation-mute_member .chip:has(.dot.warn)", "reported only");
  const page = await open(`${CHAT}try`);
  await says(page, ".pick[data-event=mute_member] .chip:has(.dot.warn)", "reports");
});

test("guard-that-is-off", async () => {
  for (const [width, view] of [[1280, ""], [390, "try"], [390, "live"]]) {
    const page = await open(`${QUIET}${view}`, { width, height: 844 });
    assert.ok(await page.isVisible(".bar .chip:has-text('Guard off') .dot.warn"), `${view} ${width}`);
    if (view === "live") await says(page, "#weak", "The guard is off. Nothing is validated.");
  }
});

test("no-guard-at-all", async () => {
  const page = await open(ELSEWHERE);
  await says(page, "h1", "Harbor Chat");
  assert.equal(await page.locator(".bar .chip:has-text('Guard')").count(), 0);
});

test("document-with-faults", async () => {
  const good = readFileSync(FILE, "utf8");
  writeFileSync(FILE, good.replace("#/components/schemas/Member'", "#/components/schemas/Membre'"));
  const page = await open(TURNS);
  await says(page, "#faults", "This is an earlier version.");
  await says(page, "#faults", /Membre/);
  writeFileSync(FILE, good);
  await page.reload();
  await says(page, "h1", "Harbor Chat");
  assert.equal(await page.locator("#faults").count(), 0);
});

test("long-names-and-huge-texts", async () => {
  for (const width of [1280, 320]) {
    for (const file of ["index.html", "try.html"]) {
      const page = await open(`file://${LONG}/${file}`, { width, height: 800 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${file} ${width}`);
      if (file === "try.html" || width === 320) continue;
      const text = page.locator("#about .md");
      const lines = await text.evaluate((element) => element.offsetHeight / parseFloat(getComputedStyle(element).lineHeight));
      assert.ok(lines <= 20.5, `${lines} lines`);
      await page.click("#about [data-whole]:text-is('Show all')");
      assert.ok((await text.evaluate((element) => element.offsetHeight / parseFloat(getComputedStyle(element).lineHeight))) > 100);
      await page.click("#about [data-whole]:text-is('Show less')");
    }
  }
});

test("what-no-operation-uses", async () => {
  const page = await open(`file://${LONG}/index.html#unused-Farewell`);
  await says(page, "#unused-h", "Not used by any operation");
  assert.ok(await page.isVisible("#unused-Farewell h3"));
  assert.equal(await page.locator("#unused .way, #unused a:text-is('Try it')").count(), 0);
  await page.fill("#filter", "farewell");
  assert.ok(await page.isVisible("#unused-Farewell"));
  assert.equal(await page.textContent("#found-text"), "1 of 3 events and schemas says “farewell”.");
});

test("without-scripts", async () => {
  const read = await open(CHAT, { javaScriptEnabled: false });
  assert.ok(await read.isVisible("#chat-typing-0-py"));
  const tried = await open(`${CHAT}try`, { javaScriptEnabled: false });
  await says(tried, "main:visible", "this page needs JavaScript");
  const live = await open(`${CHAT}live`, { javaScriptEnabled: false });
  await says(live, "noscript .note", "This page needs scripts");
});

/* The numbers */

test("server-that-does-not-answer", async () => {
  const page = await open(`${CHAT}live`, { expected: /ERR_INTERNET_DISCONNECTED/ });
  await says(page, "#since", "since");
  await page.context().setOffline(true);
  await says(page, "#state", "The server does not answer. The numbers are of");
  await page.context().setOffline(false);
  await page.waitForSelector("#state", { state: "hidden" });
});

test("numbers-that-nobody-may-see", async () => {
  const page = await open(`${CHAT}live`, { expected: /403/, prepare: (opened) => opened.route("**/live.json*", (route) => route.fulfill({ status: 403 })) });
  await says(page, "#state", "You no longer have access to the console (403)");
  assert.ok(await page.isDisabled("#pause"));
});

test("numbers-that-are-paused", async () => {
  const page = await open(`${CHAT}live`);
  await says(page, "#since", "since");
  await page.click("#pause");
  await says(page, "#state", "Paused at");
  await says(page, "#pause", "Resume");
});

test("no-page-has-complained", () => assert.deepEqual(complaints, []));
