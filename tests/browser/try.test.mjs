// The Try page in a real browser. CHAT and GAME are consoles of servers, SITE and HOSTILE
// are folders of files, the second with markup in each string;
// PICTURES takes screenshots, EXPORTS exported tests; CHROMIUM is the browser's path.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { CHAT, GAME, SITE, HOSTILE, PICTURES, EXPORTS, CHROMIUM } = process.env;
const ADA = "ada-s-token";
const BEN = "ben-s-token";
let browser;
const complaints = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
});
after(async () => {
  await browser?.close();
});

async function open(url, { width = 1280, height = 1000, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.BOUND ?? 120_000));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // The browser says itself that a test has cut a request.
    if (["error", "warning"].includes(message.type()) && !/ERR_FAILED|127\.0\.0\.1:9\//.test(message.text() + message.location().url)) complaints.push(message.text());
  });
  page.on("dialog", (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  await page.goto(url);
  return page;
}

const pane = (page, number) => page.locator(".pane").nth(number);
const packet = (page, number, event) => pane(page, number).locator(`.packet:has(.packet-name:text-is("${event}"))`).first();
const isConnected = (page, number) => pane(page, number).locator(".pane-head .chip:text-is('Connected')").waitFor();

async function enter(page, number, token) {
  if (token) await pane(page, number).getByLabel("token").fill(token);
  await pane(page, number).locator("[type=submit]").click();
  await isConnected(page, number);
}

async function pair(hash = "", options = {}) {
  const page = await open(`${CHAT}try${hash}`, options);
  await enter(page, 0, ADA);
  await page.click("#add");
  await enter(page, 1, BEN);
  return page;
}

/** What was sent, sent by the composer as it is, and its packet with an ack. */
async function emitted(page, number, event) {
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.click("#emit");
  await packet(page, number, event).locator(".ack .packet-data").waitFor();
  return packet(page, number, event);
}

test("a connection is refused with a wrong token, and accepted with the right one", async () => {
  const page = await open(`${CHAT}try`);
  await pane(page, 0).getByLabel("token").fill("wrong");
  await pane(page, 0).locator("[type=submit]").click();
  const refused = packet(page, 0, "connect");
  await refused.locator(".verdict.bad").waitFor();
  assert.match(await refused.textContent(), /"token": "••••••".*not authorized/);
  assert.equal(await pane(page, 0).getByLabel("token").inputValue(), "wrong");
  await pane(page, 0).locator("button:text-is('Without auth')").click();
  await pane(page, 0).locator(".packet").nth(1).waitFor();
  await enter(page, 0, ADA);
  assert.ok(!(await page.content()).includes(ADA));
  assert.ok(!JSON.stringify(await page.evaluate(() => ({ ...localStorage }))).includes(ADA));
  await page.context().close();
});

test("an event that breaks the contract leads to its reason and its line, and is sent anyway", async () => {
  const page = await pair("#chat-post_message");
  await page.getByLabel("reply_to").fill("8f14e45f-ceea");
  await page.locator("#problems button").waitFor();
  assert.equal(await page.textContent("#problems button code"), "/reply_to");
  assert.match(await page.textContent("#clause .hit"), /format: uuid/);
  assert.match(await page.textContent("#clause .clause-head"), /^harbor\.ymlline \d+, column \d+$/);
  assert.equal(await page.locator("#clause .clause-head a").evaluate((link) => link.href), `${CHAT}asyncapi.yml`);
  assert.equal(await page.getByLabel("reply_to").getAttribute("aria-invalid"), "true");
  assert.match(await page.textContent("#editor .hit"), /"reply_to"/);
  await page.keyboard.press("Control+Enter");
  assert.equal(await page.evaluate(() => document.activeElement.closest("#problems") !== null), true);
  assert.equal(await packet(page, 0, "post_message").count(), 0);
  await page.keyboard.press("Control+Shift+Enter");
  const sent = packet(page, 0, "post_message");
  await sent.locator(".ack .verdict.bad").waitFor();
  assert.match(await sent.textContent(), /anyway.*Rejected.*\/reply_to is not a valid uuid.*Rejected by the server.*request_validation_error/s);
  await page.context().close();
});

test("form and JSON say the same, and text that is no JSON says where", async () => {
  const page = await open(`${CHAT}try#chat-post_message`);
  const json = async () => JSON.parse(await page.inputValue("#json"));
  await page.getByLabel("text", { exact: false }).first().fill("Hi");
  await page.locator("[data-path='/mentions'] button").click();
  await page.locator("[data-path='/mentions'] button:has-text('Add')").click();
  await page.locator("[data-path='/mentions/0'] input").fill("u_27");
  assert.deepEqual((await json()).mentions, ["u_27"]);
  await page.fill("#json", '{"room": "quayside", "text": "Bye", "mentions": ["u_1", "u_1"]}');
  assert.equal(await page.locator("[data-path='/mentions/1'] input").inputValue(), "u_1");
  await page.locator("#problems button:has-text('/mentions')").waitFor();
  await page.fill("#json", '{\n  "room": quayside\n}');
  await page.locator("#problems button:has-text('line 2')").waitFor();
  assert.match(await page.textContent("#problems"), /column 11: expected a value/);
  assert.equal(await page.locator("#form.stale").count(), 1);
  await page.fill("#json", '{"room":"quayside","text":"Bye"}');
  await page.locator("#judged .verdict.ok").waitFor();
  await page.click("#tidy");
  assert.equal(await page.inputValue("#json"), '{\n  "room": "quayside",\n  "text": "Bye"\n}');
  await page.selectOption("#fill", { label: "a generated value" });
  await page.locator("#judged .verdict.ok").waitFor();
  await page.context().close();
});

test("what the server breaks is marked where it arrives, with path, reason and line", async () => {
  const page = await pair("#chat-join_room");
  await emitted(page, 0, "join_room");
  for (const number of [0, 1]) {
    const broken = packet(page, number, "member_joined");
    await broken.locator(".verdict.warn:text-is('Breaks the contract')").waitFor();
    assert.match(await broken.textContent(), /\/member\/name expected string, got null/);
    assert.match(await broken.locator(".hit").textContent(), /type: string/);
  }
  await page.click("[data-which=broken]");
  assert.deepEqual(await pane(page, 0).locator(".packet-name").allTextContents(), ["member_joined"]);
  await page.click("[data-which=in]");
  await page.fill("#packet-filter", "member_");
  assert.deepEqual(await pane(page, 0).locator(".packet-name").allTextContents(), ["member_joined"]);
  const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
  const text = readFileSync(await saved.path(), "utf8");
  assert.ok(!text.includes(ADA));
  const broken = JSON.parse(text).packets.find(({ event }) => event === "member_joined");
  assert.equal(broken.verdict.problems[0].path, "/member/name");
  await page.context().close();
});

test("bytes come from a file", async () => {
  const page = await open(`${CHAT}try#chat-upload_attachment`);
  await enter(page, 0, ADA);
  const file = join(mkdtempSync(join(tmpdir(), "guard-")), "pier.jpg");
  writeFileSync(file, Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(997)]));
  await page.setInputFiles("#form input[type=file]", file);
  await page.locator(".drop:has-text('pier.jpg 1,000 bytes')").waitFor();
  assert.match(await page.textContent(".drop"), /ff d8 ff 00/);
  assert.deepEqual(JSON.parse(await page.inputValue("#json"))[1], { $bytes: "pier.jpg" });
  const sent = await emitted(page, 0, "upload_attachment");
  assert.match(await sent.locator(".ack").textContent(), /"size": 1000/);
  await page.fill("#json", '[{"name": "a", "media_type": "image/png"}, {"$bytes": "other.png"}]');
  await page.locator("#problems button:has-text('other.png')").waitFor();
  await page.context().close();
});

test("a sequence is saved, shared by link, replayed elsewhere, and exported as a test", async () => {
  const page = await pair("#chat-join_room", { permissions: ["clipboard-read", "clipboard-write"] });
  await emitted(page, 0, "join_room");
  await page.click(".pick[data-event=post_message]");
  await page.keyboard.press("Alt+2");
  await emitted(page, 1, "post_message");
  await page.fill("#sequence-name", "Two people meet");
  await page.click("#save-sequence button");
  await page.locator(".seq:has-text('2 steps, 2 connections')").waitFor();
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByLabel("Export “Two people meet” as a pytest").click()]);
  assert.equal(saved.suggestedFilename(), "test_two_people_meet.py");
  const exported = readFileSync(await saved.path(), "utf8");
  assert.match(exported, /ben\.call\("post_message", \{"room": "quayside", "text": "The 18:40 is on time\."\}, namespace="\/chat"\)/);
  writeFileSync(join(EXPORTS, "test_two_people_meet.py"), exported);
  await page.getByLabel("Share “Two people meet” by link").click();
  await page.waitForFunction(() => document.querySelector("#said").textContent.startsWith("Link copied"));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(!Buffer.from(link.split("sequence=")[1], "base64url").toString().includes(ADA));
  await page.context().close();
  const other = await open(link);
  await other.locator(".seq button:has-text('Replay')").click();
  await other.locator("#sequence-told:has-text('Step 1 needs Ada in /chat')").waitFor();
  await enter(other, 0, ADA);
  await other.click("#add");
  await enter(other, 1, BEN);
  await other.locator(".seq button:has-text('Replay')").click();
  await other.locator("#sequence-told:text-is('Two people meet: 2 steps, 2 acknowledged.')").waitFor();
  await packet(other, 1, "message_posted").waitFor();
  await other.reload();
  await other.locator(".seq:has-text('Two people meet')").waitFor();
  await other.context().close();
});

test("a game is played in two panes, and replayed as another game", async () => {
  const page = await open(`${GAME}try#main-create_game`);
  await enter(page, 0);
  await page.click("#add");
  await enter(page, 1);
  await page.keyboard.press("Alt+1");
  const created = await emitted(page, 0, "create_game");
  const game = Number(/"game_id": (\d+)/.exec(await created.locator(".ack .packet-data").textContent())[1]);
  await page.click(".pick[data-event=join_game]");
  await page.keyboard.press("Alt+2");
  await page.getByLabel("game_id").fill(String(game));
  await emitted(page, 1, "join_game");
  await page.click(".pick[data-event=make_move]");
  const moves = [[0, 0, 0], [1, 1, 0], [0, 0, 1], [1, 1, 1], [0, 0, 2]];
  for (const [at, [who, x, y]] of moves.entries()) {
    await page.locator("#senders button").nth(who).click();
    await page.fill("#json", JSON.stringify({ game_id: game, x, y }));
    await page.locator("#judged .verdict.ok").waitFor();
    await page.click("#emit");
    await pane(page, 1).locator(".packet:has(.packet-name:text-is('move_made'))").nth(at).waitFor();
  }
  await packet(page, 1, "game_won").locator(".verdict.ok").waitFor();
  await page.fill("#sequence-name", "A game");
  await page.click("#save-sequence button");
  await page.locator(".seq button:has-text('Replay')").click();
  await page.locator("#sequence-told:text-is('A game: 7 steps, 7 acknowledged.')").waitFor();
  await pane(page, 0).locator(".packet:has(.packet-name:text-is('game_won'))").nth(1).waitFor();
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByLabel("Export “A game” as a pytest").click()]);
  writeFileSync(join(EXPORTS, saved.suggestedFilename()), readFileSync(await saved.path()));
  await page.context().close();
});

test("keys choose events, pause, and are listed", async () => {
  const page = await pair();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("j");
  assert.equal(await page.textContent("#event-name"), "post_message");
  await page.keyboard.press("k");
  assert.equal(await page.textContent("#event-name"), "join_room");
  await page.keyboard.press("p");
  await page.locator("#pause:has-text('Resume')").waitFor();
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator("#pause:has-text('Resume (3)')").waitFor();
  assert.equal(await packet(page, 0, "join_room").count(), 0);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("p");
  await packet(page, 0, "join_room").locator(".ack .packet-data").waitFor();
  await page.keyboard.press("?");
  assert.match(await page.textContent("#keys"), /Send anyway/);
  await page.keyboard.press("Escape");
  await page.context().close();
});

test("a judge that is slow is waited for, and one that reports does not stop anybody", async () => {
  const page = await open(`${CHAT}try#moderation-mute_member`);
  await enter(page, 0, ADA);
  await page.route("**/judge", async (route) => {
    await new Promise((done) => setTimeout(done, 3000));
    await route.continue();
  });
  await page.fill("#json", '{"member": "u_1", "minutes": 7}');
  await page.locator("#judged .verdict:text-is('Checking')").waitFor();
  await page.locator("#judged .verdict.warn:text-is('Would be reported: 1 problem')").waitFor();
  assert.equal(await page.isVisible("#anyway"), false);
  const sent = await emitted(page, 0, "mute_member");
  await sent.locator(".verdict.warn:text-is('Reported')").waitFor();
  await page.fill("#filter", "zeppelin");
  assert.ok(await page.isVisible("#filter-empty"));
  await page.context().close();
});

test("a flood of events is shown in part, kept whole, and checked in part; the page stays usable", async () => {
  const page = await open(`${CHAT}try#chat-join_room`);
  await enter(page, 0, ADA);
  await page.fill("#form-fields [data-path='/room'] input", "a-flood");
  await page.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ entryTypes: ["longtask"] });
  });
  await page.locator("#emit[aria-disabled=false]").waitFor();
  await page.click("#emit");
  await pane(page, 0).locator(".pane-head .tag:text-is('402 packets')").waitFor();
  await pane(page, 0).locator(".packet").nth(199).waitFor(); // some in each frame
  assert.equal(await pane(page, 0).locator(".packet").count(), 200);
  await pane(page, 0).locator(".verdict:text-is('Not checked')").first().waitFor();
  await page.locator("#judged .verdict.ok").waitFor();
  const longest = await page.evaluate(() => window.longest);
  assert.ok(longest < 2000, `${longest} ms`);
  console.log(`# the longest task took ${Math.round(longest)} ms`);
  await page.context().close();
});

test("files from the disk say that nothing is checked", async () => {
  const page = await open(`file://${SITE}/try.html#chat-post_message`);
  await page.locator("#judged:has-text('Not checked: there is no server here to ask')").waitFor();
  assert.equal(await page.getByLabel("room").inputValue(), "quayside");
  await page.fill("#server-url", new URL("/", "http://127.0.0.1:9").href);
  await pane(page, 0).getByLabel("token").fill(ADA);
  await pane(page, 0).locator("[type=submit]").click();
  await packet(page, 0, "connection").waitFor();
  assert.match(await packet(page, 0, "connection").textContent(), /No Socket\.IO server answers a WebSocket or long polling at http:\/\/127\.0\.0\.1:9\/socket\.io\//);
  await page.context().close();
});

test("a document with markup in each string is text here as well", async () => {
  const page = await open(`file://${HOSTILE}/try.html`);
  for (const pick of await page.locator(".pick").all()) {
    await pick.click();
    await page.locator("#judged:has-text('Not checked')").waitFor();
  }
  assert.ok((await page.textContent("#side")).includes("<script>alert(1)</script>"));
  assert.equal(await page.evaluate(() => document.querySelectorAll("main script, main img, nav img").length), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
  await page.context().close();
});

test("pictures of the page, as the design shows them", async () => {
  const pictures = [
    ["04-try-1280-light", 1280, 1340, "light"],
    ["05-try-768-dark", 768, 1024, "dark"],
    ["06-try-390-light", 390, 844, "light"],
  ];
  for (const [name, width, height, colorScheme] of pictures) {
    const page = await pair("#chat-post_message", { width, height, colorScheme, reducedMotion: "reduce" });
    const isPhone = width < 700;
    if (!isPhone) {
      await page.locator("#senders button").first().click();
      await page.evaluate(() => document.querySelector(".pick[data-event=join_room]").click());
      await emitted(page, 0, "join_room");
      await page.evaluate(() => document.querySelector(".pick[data-event=post_message]").click());
      await page.keyboard.press("Alt+2");
      await emitted(page, 1, "post_message");
      await page.keyboard.press("Alt+1");
      await packet(page, 1, "message_posted").waitFor();
      await page.fill("#json", '{"room": "Quay Side", "text": ""}');
      await page.locator("#problems button").nth(1).waitFor();
      await page.click("#anyway");
      await packet(page, 0, "post_message").locator(".ack .verdict.bad").waitFor();
    }
    if (!isPhone) {
      await page.evaluate(() => {
        document.querySelector("#sequence-name").value = "Two people meet";
        document.querySelector("#save-sequence").requestSubmit();
      });
    }
    await page.selectOption("#fill", { label: "example: reply with a mention" });
    await page.getByLabel("reply_to").fill("8f14e45f-ceea");
    await page.locator("[data-path='/mentions'] button:has-text('Add')").click();
    await page.locator("[data-path='/mentions/1'] input").fill("u_27");
    await page.locator("#problems button:has-text('has equal items')").waitFor();
    await page.evaluate((phone) => {
      document.activeElement?.blur();
      scrollTo(0, phone ? document.querySelector("#form-fields").getBoundingClientRect().top + scrollY - 112 : 0);
    }, isPhone);
    const shot = await page.screenshot({ path: `${PICTURES}/${name}.png` });
    assert.ok(shot.length > 20_000, name);
    await page.context().close();
  }
});

test("no page has complained", () => assert.deepEqual(complaints, []));
